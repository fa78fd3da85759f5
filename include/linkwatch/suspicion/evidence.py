"""What rules look at (`NightEvidence`), and what they say besides findings (`NotEvaluated`)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import pyarrow as pa
import pyarrow.compute as pc

from linkwatch.analysis_schemas import ANALYSES, PLACES
from linkwatch.model import Outcome, Site, State
from linkwatch.suspicion.signs.likeness import Likeness, similar_pages

MAX_SAMPLES = 5
"""URLs shown with a finding."""

MAX_GROUNDS = 200
"""Facts that a decision is remembered by."""


COLUMNS: Mapping[str, list[str]] = {
    "links": [
        *("link_id", "site", "source_url", "target_url", "source_domain", "state", "followed", "rel", "anchor", "zone"),
        *("hidden_by", "element", "origin", "first_seen_at", "claimed_first_seen"),
    ],
    "pages": [
        *("url", "source_domain", "outcome", "title", "language", "words", "external_links", "linked_domains", "network"),
        *("history", "last_readable_at", "canonical_url"),
    ],
}
"""The columns that rules look at: a third of the memory of whole tables."""


@dataclass(frozen=True, slots=True)
class Arrivals:
    """One published night of a site in the numbers that velocity is judged by."""

    night: str
    domains: int  # referring domains that were new that night
    looked: int  # pages that were looked at
    claims: int  # claims of all sources


@dataclass(frozen=True)
class NightEvidence:
    """A published night, as rules see it. What is not known is empty, or None where empty would be a statement of its own."""

    night: str  # YYYY-MM-DD, UTC
    links: pa.Table  # schemas.LINKS, after the night; at least its COLUMNS
    pages: pa.Table  # schemas.PAGES, after the night; at least its COLUMNS
    changes: pa.Table  # schemas.CHANGES of the night
    sites: Sequence[Site]
    analyses: pa.Table = field(default_factory=ANALYSES.empty_table)
    places: pa.Table = field(default_factory=PLACES.empty_table)
    own_links: pa.Table | None = None  # schemas.OWN_LINKS of the last crawl of own sites; None: none was crawled
    history: Mapping[str, Sequence[Arrivals]] = field(default_factory=dict)  # by site, oldest first, tonight's the last
    bad_domains: frozenset[str] = frozenset()  # registrable domains that people decided to disavow

    @cached_property
    def likeness(self) -> Likeness:
        """Which of the `analyses` carry similar texts; worked out once, for all rules."""
        return similar_pages(self.analyses)

    def live_links(self, columns: Sequence[str]) -> pa.Table:
        """Some columns of the live links: only a link that is there can be suspicious."""
        return self.links.select(columns).filter(pc.equal(self.links["state"], State.LIVE.value))

    def read_pages(self, columns: Sequence[str]) -> pa.Table:
        """Some columns of the pages whose facts are known and can be trusted."""
        pages = self.pages
        trusted = pc.and_(pc.is_valid(pages["last_readable_at"]), pc.not_equal(pages["outcome"], Outcome.NEEDS_RENDERING.value))
        return pages.select(columns).filter(trusted)


@dataclass(frozen=True, slots=True)
class NotEvaluated:
    """Links of which a rule cannot say anything, because an input is missing: they are not clean."""

    because: str  # "the page was never analysed", "no own site was crawled"
    link_ids: pa.Array  # int64


def samples(urls: Iterable[str]) -> list[str]:
    """The first few URLs, in a settled order."""
    return sorted(urls)[:MAX_SAMPLES]


def told_grounds(facts: Iterable[str]) -> tuple[str, ...]:
    """Facts as the grounds of a finding: each once, in a settled order."""
    return tuple(sorted(set(facts)))[:MAX_GROUNDS]
