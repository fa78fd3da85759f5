"""What rules look at (`NightEvidence`) and what they hand back (`Hit`)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from linkwatch.model import Finding, Site, State

MAX_SAMPLES = 5
"""URLs shown with a finding."""


COLUMNS: Mapping[str, list[str]] = {
    "links": [
        *("link_id", "site", "source_url", "target_url", "source_domain"),
        *("state", "followed", "anchor", "zone", "hidden_by"),
    ],
    "pages": ["url", "source_domain", "outcome", "words", "external_links", "linked_domains", "last_readable_at"],
}
"""The columns that rules look at: a third of the memory of whole tables."""


@dataclass(frozen=True, slots=True)
class NightEvidence:
    """A published night, as rules see it."""

    night: str  # YYYY-MM-DD, UTC
    links: pa.Table  # schemas.LINKS, after the night; at least its COLUMNS
    pages: pa.Table  # schemas.PAGES, after the night; at least its COLUMNS
    changes: pa.Table  # schemas.CHANGES of the night
    sites: Sequence[Site]

    def live_links(self, columns: Sequence[str]) -> pa.Table:
        """Some columns of the live links: only a link that is there can be suspicious."""
        return self.links.select(columns).filter(pc.equal(self.links["state"], State.LIVE.value))


@dataclass(frozen=True, slots=True)
class Hit:
    """A finding and the links that it is about: `finding.link_id` is the lowest of them."""

    finding: Finding
    link_ids: tuple[int, ...]


def samples(urls: Iterable[str]) -> list[str]:
    """The first few URLs, in a settled order."""
    return sorted(urls)[:MAX_SAMPLES]
