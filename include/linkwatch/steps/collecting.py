"""What the sources say tonight: a part a task, then all of it judged and put together.

A source that cannot be read, or whose claims are held, is noted and the night goes on with the others.
"""

import logging
from collections.abc import Sequence

import pyarrow as pa

from linkwatch import schemas
from linkwatch.errors import SourceError
from linkwatch.settings import Settings
from linkwatch.snapshots import NightStore, choose_ranks
from linkwatch.source_settings import SourceSettings
from linkwatch.sources import PullFacts, PullStatus, judge, merge_parts, pages_only, parts_of
from linkwatch.steps.home import open_night_store
from linkwatch.steps.pulled import pulls_of
from linkwatch.steps.pulling import read_part

log = logging.getLogger(__name__)

MAX_NIGHTS_BEFORE = 100
"""Earlier nights whose pulls say what is usual of a source: a hold that lasted longer than these would lift by itself."""


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
        done = read_part(settings, store, night, source, part, named["part"]).to_dict()
        store.write_facts(night, f"pull-{part}", done)
    counts = {"claims": done["claims"], "rejected": done["rejected"], "unreadable": int(bool(done["error"]))}
    log.info("pulled night=%s part=%s source=%s %s", night, part, done["name"], counts)
    return counts


def collect(night: str) -> dict[str, int]:
    """Judge what was read and put it together as the night's claims; reads the parts that nobody has read yet."""
    settings, store = open_night_store()
    done = store.read_facts(night, "collect")
    if done is None:
        names = parts(night)
        for name in names:
            pull(night, name)
        pulls = _judged(settings, store, night, names)
        held = {facts.name for facts in pulls if facts.status is PullStatus.HELD}
        store.write_table(night, "claims", _claims(store, night, names, held))
        _choose_ranks(store, night, names)
        done = {"sources": [facts.to_dict() for facts in pulls]}
        store.write_facts(night, "collect", done)
    counts = _counts([PullFacts.from_dict(facts) for facts in done["sources"]])
    log.info("collected night=%s %s", night, counts)
    return counts


def _counts(pulls: Sequence[PullFacts]) -> dict[str, int]:
    return {
        "sources": len(pulls),
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


def _judged(settings: Settings, store: NightStore, night: str, names: Sequence[str]) -> list[PullFacts]:
    """The night's pulls, one a source, in the order of the settings, each with what holds it."""
    of_source: dict[str, list[PullFacts]] = {}
    for name in names:
        facts = PullFacts.from_dict(store.read_facts(night, f"pull-{name}") or {})
        of_source.setdefault(facts.name, []).append(facts)
    nights = [name for name in reversed(store.nights()) if name < night][:MAX_NIGHTS_BEFORE]
    before = [pulls for name in nights if (pulls := pulls_of(store, name)) is not None]
    judged = []
    for source in settings.sources:
        tonight = merge_parts(of_source[source.name])
        earlier = [facts for pulls in before for facts in pulls if (facts.name, facts.kind) == (source.name, source.kind)]
        judged.append(tonight.holding(judge(source, tonight, earlier, store.as_of(night))))
    return judged


def _claims(store: NightStore, night: str, names: Sequence[str], held: set[str]) -> pa.Table:
    tables = [schemas.CLAIMS.empty_table()]
    for name in names:
        if store.has(night, f"claims-{name}"):
            claims = store.read_table(night, f"claims-{name}")
            of_held = claims.num_rows and claims["claimed_by"][0].as_py() in held
            tables.append(pages_only(claims) if of_held else claims)
    return pa.concat_tables(tables)


def _choose_ranks(store: NightStore, night: str, names: Sequence[str]) -> None:
    """Table `ranks` of the night: what tonight's tables of ranks say of the domains that are known."""
    kept = [facts["path"] for name in names if (facts := store.read_facts(night, f"ranks-{name}"))]
    before = store.latest_before(night)
    choose_ranks(
        kept,
        claims=store.path(night, "claims"),
        before_links=store.path(before, "links") if before else None,
        out=store.path(night, "ranks"),
    )
