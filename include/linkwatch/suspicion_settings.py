"""The sections `[suspicion]` and `[review]` of the settings: thresholds of the rules, and how findings reach a person.

The standing of each number is in the docstring of its rule. Every key with its unit is in `linkwatch.example.toml`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

FAMILIES: Mapping[str, str] = {
    "sitewide_link": "placement",
    "widget_link": "placement",
    "anchor_spike": "anchor",
    "irrelevant_anchor": "anchor",
    "optimised_links": "anchor",
    "thin_page": "content",
    "link_dominated_page": "content",
    "stuffed_page": "content",
    "copied_text": "content",
    "parked_domain": "content",
    "unqualified_paid": "policy",
    "reciprocal_link": "policy",
    "partner_page": "policy",
    "low_directory": "policy",
    "hidden_link": "hack",
    "injected_link": "hack",
    "shared_id": "network",
    "shared_address": "network",
    "link_network": "network",
    "expired_domain": "network",
    "bad_neighbours": "network",
    "domain_velocity": "velocity",
    "coordinated_timing": "velocity",
}
"""Every rule by name, and what kind of sign it looks for. Two signs of one family are one reason; of different families they
strengthen each other. The rules themselves are `linkwatch.suspicion.RULES`; a test keeps the two together."""

EVENTS = frozenset({"anchor_spike", "coordinated_timing", "domain_velocity"})
"""Rules whose findings are about one night: not found again is not over."""


@dataclass(frozen=True, slots=True)
class SuspicionSettings:
    """`[suspicion]`: thresholds of the rules, and what they are told of your trade."""

    shadow: tuple[str, ...] = ("coordinated_timing", "expired_domain", "low_directory")  # rules that are noted and not told
    allowed_topics: tuple[str, ...] = ()  # topics of the lexicon that are your own trade
    money_words: tuple[str, ...] = ()  # what you sell: an anchor with one of them is commercial
    partners: tuple[str, ...] = ()  # referring domains of partners

    sitewide_pages: int = 10
    sitewide_share: float = 0.5
    widget_domains: int = 3
    optimised_block: int = 2  # different telling anchors to one site in one block of a comment or forum
    optimised_page: int = 3  # and on one page
    thin_words: int = 50
    dominated_links: int = 100
    dominated_domains: int = 50
    dominated_anchor_share: float = 0.75
    stuffed_ratio: float = 4.0  # main text by its size under zlib
    stuffed_title_words: int = 24
    copied_share: float = 0.8  # of the main text
    similar_share: float = 0.5
    copied_domains: int = 3
    partner_page_words: int = 150  # of main text for every 20 external links
    directory_words: int = 15  # beside the link
    hidden_together: int = 3
    injected_links: int = 5
    injected_domains: int = 3
    injected_kept_share: float = 0.9
    shared_id_domains: int = 3
    shared_id_max_domains: int = 50  # an id on more domains is an agency's
    shared_address_domains: int = 5
    shared_address_max_domains: int = 50  # a network with more is a host's
    network_domains: int = 3
    network_signs: int = 2  # independent signs between two domains
    network_outlink_share: float = 0.5
    expired_days: float = 14.0
    bad_share: float = 0.3
    bad_domains: int = 3
    anchor_fdr: float = 0.01
    anchor_min_domains: int = 5
    anchor_min_ratio: float = 3.0
    anchor_history: int = 300  # domains that all history counts as, at most
    velocity_p: float = 0.001
    velocity_min_domains: int = 5
    velocity_min_ratio: float = 2.0
    velocity_nights: int = 56
    coverage_jump_share: float = 0.25
    timing_domains: int = 5
    timing_h: float = 72.0


@dataclass(frozen=True, slots=True)
class ReviewSettings:
    """`[review]`: findings before a person."""

    batch: int = 10  # cases put before people in one run of review_links, the most severe first
    min_severity: str = "medium"  # the least severe finding that is put before them
    answer_h: float = 20.0  # hours that an answer is waited for; then nothing is decided
    mute_days: int = 180  # that a mute lasts when no end is given
