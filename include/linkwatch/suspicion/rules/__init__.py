"""The rules of suspicion, one function each; a module holds those that look at one kind of thing.

    placement.py  where a link stands: site-wide, in a widget
    wording.py    what its anchor says: off topic, one of several keywords
    content.py    the page's text: thin, mostly links, stuffed
    copies.py     the same text on several domains
    policy.py     what search engines ask of links: paid, exchanged, on partner pages, in directories
    hack.py       what somebody wanted nobody to see: hidden, injected
    network.py    domains that belong together: by ids, addresses, or as a whole; with graph.py
    domains.py    the domain's past and its company: expired, bad neighbours, parked
    spikes.py     one anchor on many new domains at once
    velocity.py   many new domains at once
    timing.py     new domains that came together

A rule takes a night's evidence and the settings, and yields findings, and NotEvaluated for the links of which it cannot say
anything. What several rules need is in `signs`.
"""

from collections.abc import Callable, Iterator

from linkwatch.model import Finding
from linkwatch.suspicion.evidence import NightEvidence, NotEvaluated
from linkwatch.suspicion.rules.content import link_dominated_page, stuffed_page, thin_page
from linkwatch.suspicion.rules.copies import copied_text
from linkwatch.suspicion.rules.domains import bad_neighbours, expired_domain, parked_domain
from linkwatch.suspicion.rules.hack import hidden_link, injected_link
from linkwatch.suspicion.rules.network import link_network, shared_address, shared_id
from linkwatch.suspicion.rules.placement import sitewide_link, widget_link
from linkwatch.suspicion.rules.policy import low_directory, partner_page, reciprocal_link, unqualified_paid
from linkwatch.suspicion.rules.spikes import anchor_spike
from linkwatch.suspicion.rules.timing import coordinated_timing
from linkwatch.suspicion.rules.velocity import domain_velocity
from linkwatch.suspicion.rules.wording import irrelevant_anchor, optimised_links
from linkwatch.suspicion_settings import SuspicionSettings

Rule = Callable[[NightEvidence, SuspicionSettings], Iterator[Finding | NotEvaluated]]

RULES: tuple[Rule, ...] = (
    sitewide_link,
    widget_link,
    anchor_spike,
    irrelevant_anchor,
    optimised_links,
    thin_page,
    link_dominated_page,
    stuffed_page,
    copied_text,
    parked_domain,
    unqualified_paid,
    reciprocal_link,
    partner_page,
    low_directory,
    hidden_link,
    injected_link,
    shared_id,
    shared_address,
    link_network,
    expired_domain,
    bad_neighbours,
    domain_velocity,
    coordinated_timing,
)
"""Every rule; its name is the function's, its manual the docstring, its family in `suspicion_settings.FAMILIES`."""
