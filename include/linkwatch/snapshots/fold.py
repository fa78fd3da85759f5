"""Fold: the last snapshot and tonight's evidence make the next snapshot. Nothing here says what a night means to people.

The rules are the design's "What makes a link lost"; they stand in `sql/tonight.sql` (what one look says of a page),
`sql/evidence.sql` and `sql/fates.sql` (what becomes of a link), `sql/moves.sql` (sites that moved), `sql/fold_pages.sql` and
`sql/fold_links.sql` (the snapshot), and once more, slowly, in `tests/twins/fold.py`. Folding the same evidence into its own
result changes nothing, because only looks that are later than the last one that counted can count.

How often chance alone makes a loss. An absence is a look that could tell, so faults make none: those losses are as false as
verdicts are. A page vanishes when it was silent for `vanished_checks` failures of one kind over `vanished_days`, with nobody
answering in between, and when such a run is no chance: q ** failures <= 1e-6, where q is the share of looks that could not
tell: the page's own before its run, drawn towards the night's usual one by five looks, but never less than that. At 2 % of
faults that takes 4 failures, at 15 % 8, at 30 % 12; and q counts all faults, where a run is of one kind. With faults of eight
kinds at 30 %, some 4 % of each, a run of 12 with only silence between has a chance of (0.04 / 0.88) ** 12 = 1e-16 a page and
night; were all of them of the one kind, 5e-7.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta

import duckdb
import pyarrow as pa

from linkwatch import schemas
from linkwatch.model import Outcome
from linkwatch.settings import ConfirmSettings
from linkwatch.snapshots.brake import CHANCE, NEWEST_WEIGHT, set_brakes
from linkwatch.snapshots.engine import connect, damaged, key_slices, open_scratch, relation, run, statement, stream_to

MOVED_LINKS, MOVED_SHARE = 3, 0.8
"""A site has moved when so many of its links, and such a share of them, stand at another host now."""

_HASHED = (
    *("site", "source_url", "target_url"),
    *(name for name, _ in (*schemas.LINK_STATUS, *schemas.LINK_ATTRIBUTES, *schemas.LINK_DATES)),
)
_BLANK = {pa.string(): "''", pa.bool_(): "FALSE", pa.int32(): "0"}
_OF_EVERY_LOOK = (
    *("url", "host", "source_domain", "outcome", "final_url", "redirects", "detail", "http_status"),
    *("network", "raw_outcome", "kept", "kept_hash"),
)
_NOT_COPIED = (*_OF_EVERY_LOOK, "signature")
_FACTS = tuple(name for name in schemas.PAGES.names if name in schemas.LOOKS.names and name not in _NOT_COPIED)
_OF_HOST = (Outcome.DNS_ERROR, Outcome.CONNECTION_REFUSED)  # they speak of the host: it is there when any page of it answers


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
    """A fold in numbers. The brake was decided on `answered_before`, `newly_failing` and `usual_share`."""

    links: int
    pages: int
    looked: int  # pages looked at tonight
    inconclusive: int  # of these, looks that could not tell
    answered_before: int  # of these, pages whose look before could tell
    newly_failing: int  # of these, pages that cannot tell tonight (robots.txt left out)
    newly_failing_share: float  # newly_failing / answered_before, in [0, 1]
    usual_share: float  # share of the looks before tonight that could not tell, of the same pages
    excess_share: float  # of the pages that should have answered tonight, those that did not, in [0, 1]
    vanishing: int  # pages that failed for so long that their links may be lost tonight
    brake: bool  # the excess is too large: tonight's losses wait
    braked_hosts: int  # hosts of which tonight's losses wait
    braked_networks: int  # networks of which tonight's losses wait
    vanish_brake: bool  # too many vanishing at once, or nobody answers at all: losses of that kind wait

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
    ranks: str | None = None,
) -> FoldCounts:
    """Write the next snapshot: `links_out` (schemas.LINKS by link_id) and `pages_out` (schemas.PAGES by url).

    `watched` names the sites that tonight's pages were searched for and since when: a look before that time did not look
    for them, so what is new is `discovered` and not `gained`; links to other sites stay as they were. None: all, since ever.
    `ranks` is a file of schemas.RANKS with known domains: it rates links that no vendor ever rated.
    Raises StoreError for files that cannot be read or written.
    """
    files = [path for path in (inputs.before_links, inputs.before_pages, inputs.claims, ranks) if path]
    with connect(links_out) as connection, damaged([*files, *inputs.looks, *inputs.sightings]):
        repeats = _open(connection, inputs, watched)
        relation(connection, "ranks", [ranks] if ranks else [], schemas.RANKS)
        rules = _rules(confirm, as_of) | {"only_watched": watched is not None, "repeats": repeats}
        run(connection, statement("tonight"), rules)
        brakes = set_brakes(connection, confirm)
        rules |= {"usual": brakes.usual_share, "chance": CHANCE, "vanish_brake": brakes.vanish_brake}
        run(connection, statement("evidence"), rules)
        pages = _write_pages(connection, as_of, pages_out)
        run(connection, statement("fates"), rules)
        _find_moves(connection)
        links_query = statement("fold_links").replace("{durable}", ", ".join(_HASHED))
        [(known,)] = connection.execute("SELECT count(*) FROM scratch.fates").fetchall()
        links = stream_to(connection, links_query, key_slices(known), schemas.LINKS, links_out)
    return FoldCounts(links=links, pages=pages, **asdict(brakes))


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
                "of_host": outcome in _OF_HOST,
            }
            for outcome in Outcome
        ]
    )


def _rules(confirm: ConfirmSettings, as_of: datetime) -> dict[str, object]:
    return {
        "as_of": as_of,
        "spaced": as_of - timedelta(hours=confirm.spacing_h),
        "long_ago": as_of - timedelta(days=confirm.vanished_days),
        "vanished_checks": confirm.vanished_checks,
        "checks": confirm.checks,
    }


def _write_pages(connection: duckdb.DuckDBPyConnection, as_of: datetime, pages_out: str) -> int:
    query = statement("fold_pages").replace("{facts}", ",\n    ".join(_fact(name) for name in _FACTS))
    parameters = {"as_of": as_of, "night": as_of.astimezone(UTC).date().isoformat(), "weight": NEWEST_WEIGHT}
    return stream_to(connection, query, [parameters], schemas.PAGES, pages_out)


def _find_moves(connection: duckdb.DuckDBPyConnection) -> None:
    """Table `scratch.moves`. URLs are read only where a host has lost sight of nearly all its links."""
    least = {"least_links": MOVED_LINKS, "least_share": MOVED_SHARE}
    run(connection, statement("leaving"), least)
    if connection.execute("FROM scratch.leaving LIMIT 1").fetchall():
        run(connection, statement("moves"), least)
    else:
        connection.execute("CREATE TABLE scratch.moves (link_id BIGINT, moved_to VARCHAR, moved_from VARCHAR)")


def _fact(name: str) -> str:
    blank = _BLANK[schemas.PAGES.field(name).type]
    return f"CASE WHEN look.outcome = 'readable' THEN look.{name} ELSE coalesce(page.{name}, {blank}) END AS {name}"
