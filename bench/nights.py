"""Ways from one night to the next: fold, diff and audit of snapshots, and the whole night but for the network."""

import os
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from bench.links import FIRST, SECOND, use
from bench.paths import AFTER
from linkwatch.model import Audit, NightSummary

Answer = dict[str, Any]
Work = Callable[[], Answer]

TOLD = ("anchor", "followed", "hidden_by", "nofollow_by", "page_canonical", "page_noindex", "rel", "target_broken", "zone")
"""What makes a live link `changed`; a rival has to know it too."""


def after(home: str) -> str:
    """Where the fold of the second night is put."""
    return f"{home}/{AFTER}"


def fold_ours(home: str) -> Work:
    """`fold_night`: answers with what it counted."""
    from linkwatch.settings import ConfirmSettings
    from linkwatch.snapshots import FoldInputs, fold_night

    first, second = f"{home}/nights/{FIRST}", f"{home}/nights/{SECOND}"
    inputs = FoldInputs(
        before_links=f"{first}/links.parquet",
        before_pages=f"{first}/pages.parquet",
        claims=f"{second}/claims.parquet",
        looks=_shards(second, "looks"),
        sightings=_shards(second, "sightings"),
    )
    as_of = datetime.fromisoformat(f"{SECOND}T03:00:00").replace(tzinfo=UTC)
    confirm, pages_out = ConfirmSettings(checks=1), f"{home}/after-pages.parquet"
    return lambda: fold_night(inputs, as_of=as_of, confirm=confirm, links_out=after(home), pages_out=pages_out).to_dict()


def fold_copy(home: str) -> Work:
    """The limit: read all that fold reads, write as many rows as it writes."""
    import pyarrow.dataset  # read_table would import it while the clock runs
    import pyarrow.parquet as pq

    assert pyarrow.dataset
    first, second = f"{home}/nights/{FIRST}", f"{home}/nights/{SECOND}"
    evidence = [f"{second}/claims.parquet", *_shards(second, "looks"), *_shards(second, "sightings")]

    def work() -> Answer:
        for path in evidence:
            pq.read_table(path)
        for name in ("links", "pages"):
            pq.write_table(pq.read_table(f"{first}/{name}.parquet"), f"{home}/copy.parquet", compression="zstd")
        os.remove(f"{home}/copy.parquet")
        return {}

    return work


def diff_ours(home: str) -> Work:
    """`diff_snapshots`: answers with the changes by kind. It also gives each change with its details as JSON."""
    from linkwatch.snapshots import diff_snapshots

    def work() -> Answer:
        changes = diff_snapshots(_before(home), after(home))
        return {entry["values"]: entry["counts"] for entry in changes["kind"].value_counts().to_pylist()}

    return work


def diff_pandas(home: str) -> Work:
    """The obvious way: an outer merge on the two URLs."""
    import pandas as pd

    columns = ["source_url", "target_url", "state", *TOLD]

    def work() -> Answer:
        old, new = (pd.read_parquet(path, columns=columns) for path in (_before(home), after(home)))
        both = old.merge(new, on=["source_url", "target_url"], how="outer", suffixes=("_old", "_new"), indicator=True)
        kept = both[both["_merge"] == "both"]
        alive = (kept["state_old"] == "live") & (kept["state_new"] == "live")
        differs = False
        for name in TOLD:
            differs |= kept[f"{name}_old"] != kept[f"{name}_new"]
        return {
            "gained": int((both["_merge"] == "right_only").sum()),
            "lost": int(((kept["state_old"] == "live") & (kept["state_new"] == "lost")).sum()),
            "changed": int((alive & differs).sum()),
        }

    return work


def diff_duckdb(home: str) -> Work:
    """The best rival: the same in SQL, by DuckDB, joined on the two URLs."""
    import duckdb

    differs = " OR ".join(f"a.{name} IS DISTINCT FROM b.{name}" for name in TOLD)
    lives = "b.state = 'live' AND a.state"
    kinds = ("b.state IS NULL", f"{lives} = 'lost'", f"{lives} = 'live' AND ({differs})")
    counts = ", ".join(f"count(*) FILTER ({kind})" for kind in kinds)
    both = "read_parquet(?) AS b FULL JOIN read_parquet(?) AS a USING (source_url, target_url)"

    def work() -> Answer:
        [row] = duckdb.execute(f"SELECT {counts} FROM {both}", [_before(home), after(home)]).fetchall()  # noqa: S608  # names of our own
        return dict(zip(("gained", "lost", "changed"), row, strict=True))

    return work


def diff_scan(home: str) -> Work:
    """The limit: the keys and hashes of both snapshots, read and not compared."""
    import pyarrow.dataset  # read_table would import it while the clock runs
    import pyarrow.parquet as pq

    assert pyarrow.dataset
    paths = (_before(home), after(home))
    return lambda: {"rows": sum(pq.read_table(path, columns=["link_id", "row_hash"]).num_rows for path in paths)}


def audit_ours(home: str) -> Work:
    """Read what the audit reads, `run_audit`; the import of Great Expectations is set-up. Answers with what does not hold."""
    import great_expectations.expectations
    import pyarrow as pa
    import pyarrow.parquet as pq

    from linkwatch.quality import AuditInput, run_audit
    from linkwatch.quality.frames import COLUMNS
    from linkwatch.settings import load_settings

    assert great_expectations.expectations
    use(home)
    settings, second = load_settings(), f"{home}/nights/{SECOND}"

    def work() -> Answer:
        data = AuditInput(
            night=SECOND,
            links=pq.read_table(after(home), columns=COLUMNS["links"]),
            looks=pa.concat_tables([pq.read_table(path, columns=COLUMNS["looks"]) for path in _shards(second, "looks")]),
            plan=pq.read_table(f"{second}/plan.parquet", columns=COLUMNS["plan"]),
            before_live={},
            live_history={},
            sites=settings.sites,
        )
        result = run_audit(data, settings.audit)
        return {"passed": result.passed, "fails": [entry.name for entry in result.results if not entry.success]}

    return work


def load_first(home: str) -> Work:
    """The first night's links, pages and kinds into SQLite: what the warehouse of the `night` path knows before its night."""
    import pyarrow.parquet as pq

    from linkwatch import schemas
    from linkwatch.settings import load_settings
    from linkwatch.snapshots import NightStore
    from linkwatch.steps.suspecting import suspect
    from linkwatch.warehouse import NightLoad, load_night, migrate, open_warehouse

    use(home)
    settings = load_settings()
    engine = open_warehouse(settings.warehouse_url)
    migrate(engine)

    def work() -> Answer:
        links, pages = (pq.read_table(f"{home}/nights/{FIRST}/{name}.parquet") for name in ("links", "pages"))
        summaries = [_published(site.site) for site in settings.sites]
        changes = schemas.CHANGES.empty_table()
        kinds = suspect(settings, NightStore(settings.home), FIRST, changes, frozenset()).kinds
        load = NightLoad(FIRST, settings.sites, summaries, links, pages, changes, {}, [], kinds=kinds)
        return {"rows": load_night(engine, load).rows_written}

    return work


def night_ours(home: str) -> Work:
    """Fold, audit, publish and detect (diff, find, messages, load) of the second night: answers with the seconds of each."""
    from linkwatch import steps

    use(home)

    def work() -> Answer:
        seconds = []
        for step in (steps.fold, steps.audit, steps.publish, steps.detect):
            started_at = time.perf_counter()
            said = step(SECOND)
            seconds.append(f"{step.__name__} {time.perf_counter() - started_at:.1f} s")
            if said is False:
                raise RuntimeError(f"{step.__name__} did not pass")
        return {"steps": ", ".join(seconds), "told": said}

    return work


def _published(site: str) -> NightSummary:
    moment = datetime.fromisoformat(f"{FIRST}T03:00:00").replace(tzinfo=UTC)
    return NightSummary(FIRST, site, Audit.PASSED, *(0,) * 10, started_at=moment, finished_at=moment)


def _before(home: str) -> str:
    return f"{home}/nights/{FIRST}/links.parquet"


def _shards(folder: str, name: str) -> list[str]:
    return [f"{folder}/{name}-{shard:04}.parquet" for shard in range(4)]
