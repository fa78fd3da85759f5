"""Fold: the last snapshot and tonight's evidence make the next snapshot. Nothing here says what a night means to people.

The rules are the design's "What makes a link lost"; they stand in `sql/fold_links.sql` (links), `sql/fold_pages.sql` (pages)
and `sql/tonight.sql` (what one look says), and once more, slowly, in `tests/twins/fold.py`. Folding the same evidence into
its own result changes nothing, because only looks that are later than the last one that counted can count.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

import duckdb
import pyarrow as pa

from linkwatch import schemas
from linkwatch.model import Outcome
from linkwatch.settings import ConfirmSettings
from linkwatch.snapshots.engine import connect, damaged, key_slices, open_scratch, relation, run, statement, stream_to

_HASHED = ("site", *(name for name, _ in (*schemas.LINK_STATUS, *schemas.LINK_ATTRIBUTES, *schemas.LINK_DATES)))
_BLANK = {pa.string(): "''", pa.bool_(): "FALSE", pa.int32(): "0"}
_OF_EVERY_LOOK = (
    *("url", "host", "source_domain", "outcome", "final_url", "redirects", "detail", "http_status"),
    *("network", "raw_outcome", "kept", "kept_hash"),
)
_FACTS = tuple(name for name in schemas.PAGES.names if name in schemas.LOOKS.names and name not in _OF_EVERY_LOOK)


@dataclass(frozen=True, slots=True)
class FoldInputs:
    """Parquet files, as paths or URLs: the last published snapshot (None on the first night) and tonight's evidence."""

    before_links: str | None
    before_pages: str | None
    claims: str
    looks: Sequence[str]  # one a shard, maybe none; the order does not matter
    sightings: Sequence[str]


@dataclass(frozen=True, slots=True)
class FoldCounts:
    """A fold in numbers. `answered_before` and `newly_failing` are what the brake was decided on."""

    links: int
    pages: int
    looked: int  # pages looked at tonight
    inconclusive: int  # of these, looks that could not tell
    answered_before: int  # of these, pages whose look before could tell
    newly_failing: int  # of these, pages that cannot tell tonight (robots.txt left out)
    newly_failing_share: float  # newly_failing / answered_before, in [0, 1]
    vanishing: int  # pages that failed for so long that their links may be lost tonight
    brake: bool  # too many newly failing: tonight's losses wait
    vanish_brake: bool  # too many vanishing at once: losses of that kind wait

    def to_dict(self) -> dict[str, object]:
        """The counts as a JSON-able mapping."""
        return asdict(self)


def fold_night(
    inputs: FoldInputs,
    *,
    as_of: datetime,
    confirm: ConfirmSettings,
    links_out: str,
    pages_out: str,
    watched: Mapping[str, datetime] | None = None,
) -> FoldCounts:
    """Write the next snapshot: `links_out` (schemas.LINKS by link_id) and `pages_out` (schemas.PAGES by url).

    `watched` names the sites that tonight's pages were searched for and since when: a look before that time did not look
    for them, so what is new is `discovered` and not `gained`; links to other sites stay as they were. None: all, since ever.
    Raises StoreError for files that cannot be read or written.
    """
    files = [path for path in (inputs.before_links, inputs.before_pages, inputs.claims) if path]
    with connect(links_out) as connection, damaged([*files, *inputs.looks, *inputs.sightings]):
        repeats = _open(connection, inputs, watched)
        times = {"as_of": as_of, "spaced": as_of - timedelta(hours=confirm.spacing_h)}
        vanished = {"vanished_checks": confirm.vanished_checks, "long_ago": as_of - timedelta(days=confirm.vanished_days)}
        run(connection, statement("tonight"), {**times, **vanished})
        numbers = _brakes(connection, confirm)
        facts = ",\n    ".join(_fact(name) for name in _FACTS)
        pages_query = statement("fold_pages").replace("{facts}", facts)
        pages = stream_to(connection, pages_query, [{"as_of": as_of}], schemas.PAGES, pages_out)
        decided = {"checks": confirm.checks, "brake": numbers["brake"], "vanish_brake": numbers["vanish_brake"]}
        for query in statement("fates").split(";\n"):
            run(connection, query, {**times, **decided, "only_watched": watched is not None, "repeats": repeats})
        links_query = statement("fold_links").replace("{durable}", ", ".join(_HASHED))
        [(known,)] = connection.execute("SELECT count(*) FROM scratch.fates").fetchall()
        links = stream_to(connection, links_query, key_slices(known), schemas.LINKS, links_out)
    return FoldCounts(links=links, pages=pages, **numbers)


def _open(connection: duckdb.DuckDBPyConnection, inputs: FoldInputs, watched: Mapping[str, datetime] | None) -> bool:
    open_scratch(connection)
    relation(connection, "before_links", [inputs.before_links] if inputs.before_links else [], schemas.LINKS)
    relation(connection, "before_pages", [inputs.before_pages] if inputs.before_pages else [], schemas.PAGES)
    relation(connection, "claims", [inputs.claims], schemas.CLAIMS)
    relation(connection, "sightings", inputs.sightings, schemas.SIGHTINGS)
    relation(connection, "all_looks", inputs.looks, schemas.LOOKS)
    connection.register("outcomes", _outcomes())
    since = pa.schema([("site", pa.string()), ("since", schemas.UTC_US)])
    rows = [{"site": site, "since": moment} for site, moment in (watched or {}).items()]
    connection.register("watched", pa.Table.from_pylist(rows, since))
    [(repeats,)] = connection.execute("SELECT count(*) > count(DISTINCT url) FROM all_looks").fetchall()
    # One host is in one shard, so a page has one look and the wide sort is hardly ever paid for.
    choice = statement("one_look") if repeats else "FROM all_looks"
    connection.execute(f"CREATE TEMP VIEW looks AS {choice}")
    return bool(repeats)


def _outcomes() -> pa.Table:
    return pa.Table.from_pylist(
        [
            {
                "outcome": outcome.value,
                "evidence": outcome.evidence.value,
                "may_mean_vanished": outcome.may_mean_vanished,
                "proves_existence": outcome.proves_existence,
            }
            for outcome in Outcome
        ]
    )


def _brakes(connection: duckdb.DuckDBPyConnection, confirm: ConfirmSettings) -> dict[str, Any]:
    [row] = connection.execute(
        "SELECT count(*), count(*) FILTER (evidence = 'inconclusive'), count(*) FILTER (answered_before), "
        "count(*) FILTER (answered_before AND cannot_tell), count(*) FILTER (vanishing) FROM scratch.tonight"
    ).fetchall()
    looked, inconclusive, answered, failing, vanishing = row
    share = failing / answered if answered else 0.0
    return {
        "looked": looked,
        "inconclusive": inconclusive,
        "answered_before": answered,
        "newly_failing": failing,
        "newly_failing_share": share,
        "vanishing": vanishing,
        "brake": answered >= confirm.brake_pages and share >= confirm.brake_share,
        # An outage of ours that outlasts `vanished_days` matures for all its pages at once; deaths come one by one.
        "vanish_brake": vanishing >= confirm.brake_pages and vanishing >= confirm.brake_share * looked,
    }


def _fact(name: str) -> str:
    blank = _BLANK[schemas.PAGES.field(name).type]
    return f"CASE WHEN look.outcome = 'readable' THEN look.{name} ELSE coalesce(page.{name}, {blank}) END AS {name}"
