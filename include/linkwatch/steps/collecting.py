"""What the sources say tonight: a part a task, then all of it judged and put together.

A source that cannot be read, or whose claims are held, is noted and the night goes on with the others.
"""

import logging
from collections.abc import Sequence
from functools import partial

import pyarrow as pa

from linkwatch import schemas
from linkwatch.errors import SourceError
from linkwatch.fetch import XML_TYPES, Fetcher
from linkwatch.settings import Settings
from linkwatch.snapshots import NightStore
from linkwatch.source_settings import SourceSettings
from linkwatch.sources import Pull, PullFacts, PullStatus, Rejects, parts_of, read_claims
from linkwatch.steps.home import open_night_store
from linkwatch.urls import Scopes

log = logging.getLogger(__name__)


def parts(night: str) -> list[str]:
    """The parts that tonight's sources are read in, by name ("0002-0000": the third source, its first part)."""
    settings, store = open_night_store()
    named = store.read_facts(night, "parts")
    if named is None:
        named = {}
        for number, source in enumerate(settings.sources):
            for index, part in enumerate(_parts_of(source)):
                named[f"{number:04d}-{index:04d}"] = {"source": source.name, "part": part}
        store.write_facts(night, "parts", named)
    log.info("parts night=%s parts=%s", night, len(named))
    return sorted(named)


def pull(night: str, part: str) -> dict[str, int]:
    """Read one part of one source into the night. A part that cannot be read is noted, and no failure."""
    settings, store = open_night_store()
    done = store.read_facts(night, f"pull-{part}")
    if done is None:
        named = (store.read_facts(night, "parts") or {})[part]
        source = next(source for source in settings.sources if source.name == named["source"])
        done = _pull(settings, store, night, source, part, named["part"]).to_dict()
        store.write_facts(night, f"pull-{part}", done)
    counts = {"claims": done["claims"], "rejected": done["rejected"], "unreadable": int(bool(done["error"]))}
    log.info("pulled night=%s part=%s source=%s %s", night, part, done["name"], counts)
    return counts


def collect(night: str) -> dict[str, int]:
    """Judge what was read and put it together as the night's claims; reads the parts that nobody has read yet."""
    _, store = open_night_store()
    done = store.read_facts(night, "collect")
    if done is None:
        names = parts(night)
        for name in names:
            pull(night, name)
        pulls = [PullFacts.from_dict(store.read_facts(night, f"pull-{name}") or {}) for name in names]
        tables = [store.read_table(night, f"claims-{name}") for name in names if store.has(night, f"claims-{name}")]
        store.write_table(night, "claims", pa.concat_tables([schemas.CLAIMS.empty_table(), *tables]))
        done = {"sources": [facts.to_dict() for facts in pulls]}
        store.write_facts(night, "collect", done)
    counts = _counts([PullFacts.from_dict(facts) for facts in done["sources"]])
    log.info("collected night=%s %s", night, counts)
    return counts


def _counts(pulls: Sequence[PullFacts]) -> dict[str, int]:
    return {
        "sources": len({facts.name for facts in pulls}),
        "claims": sum(facts.claims for facts in pulls),
        "rejected": sum(facts.rejected for facts in pulls),
        "unreadable_sources": sum(facts.status is PullStatus.UNREADABLE for facts in pulls),
        "held_sources": sum(facts.status is PullStatus.HELD for facts in pulls),
    }


def _parts_of(source: SourceSettings) -> Sequence[str]:
    try:
        return parts_of(source) or ("",)
    except SourceError:  # said again, and noted, when it is read
        return ("",)


def _pull(settings: Settings, store: NightStore, night: str, source: SourceSettings, name: str, part: str) -> PullFacts:
    batches: list[pa.RecordBatch] = []
    error = ""
    rejects_path = store.file_path(night, f"rejects/{source.name}{f'.{name[5:]}' if part else ''}.csv")
    with Fetcher(settings.fetch, night=night) as fetcher, Rejects(source.name, rejects_path) as rejects:
        fetch = partial(fetcher.fetch, accept=XML_TYPES)
        pulling = Pull(source, Scopes(settings.sites), store.as_of(night), rejects, fetch, part)
        try:
            batches.extend(read_claims(pulling))
        except SourceError as problem:
            error = str(problem)
            log.warning("source unreadable name=%s: %s", source.name, error)
    claims = pa.Table.from_batches(batches, schemas.CLAIMS)
    store.write_table(night, f"claims-{name}", claims)
    return PullFacts.of(pulling, claims.num_rows, error)
