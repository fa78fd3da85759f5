"""Reading one part of one source into the night: claims, a crawl of an own site, or ranks of domains.

What a source says of links lies in the night as `claims-<name>`; what it says of itself are the facts that come back.
"""

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

import pyarrow as pa

from linkwatch import schemas
from linkwatch.errors import SourceError
from linkwatch.fetch import XML_TYPES, Fetcher
from linkwatch.settings import Settings
from linkwatch.snapshots import NightStore, has_ranks, keep_ranks
from linkwatch.source_settings import SourceSettings
from linkwatch.sources import API_SOURCES, Pull, PulledFile, PullFacts, Rejects, read_claims, read_ranks, stamp_of
from linkwatch.steps.connections import account_of
from linkwatch.steps.crawling import crawl_site
from linkwatch.steps.pulled import pulls_of
from linkwatch.steps.telling import warehouse_of
from linkwatch.urls import Scopes
from linkwatch.warehouse import CallLedger

log = logging.getLogger(__name__)


def read_part(settings: Settings, store: NightStore, night: str, source: SourceSettings, name: str, part: str) -> PullFacts:
    """Read one part of a source; `name` is the part's in the night. What cannot be read is noted in the facts, and no error."""
    rejects_name = f"{source.name}.{name[5:]}" if part else source.name
    with (
        Fetcher(settings.fetch, night=night) as fetcher,
        Rejects(source.name, store.file_path(night, f"rejects/{rejects_name}.csv")) as rejects,
    ):
        fetch = partial(fetcher.fetch, accept=XML_TYPES)
        pull = Pull(source, Scopes(settings.sites), store.as_of(night), rejects, fetch, part)
        read = _READERS.get(source.kind, _claims)
        try:
            claims, error = read(settings, store, night, name, pull), ""
        except SourceError as problem:
            claims, error = 0, str(problem)
            log.warning("source unreadable name=%s: %s", source.name, error)
    return PullFacts.of(pull, claims, error)


def _claims(settings: Settings, store: NightStore, night: str, name: str, pull: Pull) -> int:
    """What was read before a source broke off is thrown away with it: half an export is no smaller export."""
    if pull.source.kind in API_SOURCES:
        pull.account, pull.ledger = account_of(pull.source), _ledger(settings, night, pull.source)
    claims = pa.Table.from_batches(read_claims(pull), schemas.CLAIMS)
    store.write_table(night, f"claims-{name}", claims)
    return int(claims.num_rows)


def _archive(settings: Settings, store: NightStore, night: str, name: str, pull: Pull) -> int:
    """A file of a crawl archive never changes: what was scanned for the same sites on an earlier night is in the snapshot."""
    identity = stamp_of(pull.part).digest
    scanned = _scanned(settings, store, night, pull.source.name)
    if identity in scanned:
        pull.notes.files.append(scanned[identity])
        pull.notes.read = "scanned on an earlier night"
        return 0
    return _claims(settings, store, night, name, pull)


def _ranks(settings: Settings, store: NightStore, night: str, name: str, pull: Pull) -> int:
    """A table of ranks is read once and kept in the home; nights take from there what they know."""
    path = f"{store.home}/ranks/{stamp_of(pull.source.path).digest}-{pull.source.max_domains}.parquet"
    if has_ranks(path):
        pull.notes.read = "read on an earlier night"
    else:
        pull.notes.rows = keep_ranks(path, read_ranks(pull.source))
    store.write_facts(night, f"ranks-{name}", {"path": path})
    return 0


_READERS: dict[str, Callable[[Settings, NightStore, str, str, Pull], int]] = {
    "commoncrawl": _archive,
    "commoncrawl_ranks": _ranks,
    "crawl": crawl_site,
}
"""How kinds are read that do more than claim, or less; returns the number of claims."""


def _scanned(settings: Settings, store: NightStore, night: str, source: str) -> dict[str, PulledFile]:
    """Files that the last published night knows as scanned, by identity; none where it watched other sites."""
    before = store.latest_before(night)
    if before is None or set(store.published_facts(before)["watched"]) != {site.site for site in settings.sites}:
        return {}
    return {file.sha256: file for facts in pulls_of(store, before) or () if facts.name == source for file in facts.files}


def _ledger(settings: Settings, night: str, source: SourceSettings) -> CallLedger:
    clock = partial(datetime.now, UTC)  # the edge: when a call was sent; no rule uses it
    return CallLedger(warehouse_of(settings), source.name, source.kind, night, night[:7], clock)
