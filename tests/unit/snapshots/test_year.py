"""A short year: the plan tells losses sooner than its rivals do with as many looks, and the model that shows it is true."""

from datetime import timedelta

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from linkwatch import schemas
from linkwatch.settings import ConfirmSettings
from linkwatch.snapshots import FoldInputs, fold_night
from twins.year import START, Watch, Web, oldest, ours, table, watch_year


def test_losses_are_told_sooner_than_by_turns(tmp_path):
    """At a quarter of the pages a night, value-weighted days until a loss is told are fewer than with the oldest look first."""
    web = Web(300, 60, seed=3)
    value = web.value(2 ** (web.authority / 15))
    means = {}
    for name, choose in {"ours": ours(tmp_path, 75), "turns": oldest}.items():
        told = watch_year(web, choose, 75)
        links, days = told.days(web, settled=10)
        assert told.looks <= 60 * 75
        assert len(links) > 20
        assert days.min() >= 1  # two looks on different nights: nothing is told sooner
        means[name] = np.average(days, weights=value[links])
    assert means["ours"] < means["turns"] / 1.5


def test_the_model_folds_as_fold_night_does(tmp_path):
    """Night by night, links have the states and dates that the real fold gives them."""
    web = Web(600, 10, seed=2)
    watch = Watch(web)
    before = {name: str(tmp_path / f"{name}-0.parquet") for name in ("links", "pages")}
    for name, path in before.items():
        pq.write_table(watch.tables(0)[name], path)
    for night in range(1, 11):
        chosen = oldest(watch, night)[:300]
        watch.look(chosen, night)
        before = _fold(tmp_path, web, night, chosen, before)
        expected = {row["link_id"]: row for row in watch.tables(night)["links"].to_pylist()}
        found = {row["link_id"]: row for row in pq.read_table(before["links"]).to_pylist()}
        for column in ("state", "first_seen_at", "last_seen_at", "missing_since", "last_absence_at", "lost_at"):
            assert {link: row[column] for link, row in found.items()} == {link: row[column] for link, row in expected.items()}
    assert {"live", "missing", "lost"} <= {row["state"] for row in found.values()}


def _fold(folder, web, night, chosen, before):
    """The night's looks and sightings through the real fold."""
    fails = web.unreadable(night)
    looked = np.zeros(len(fails), bool)
    looked[chosen] = True
    outcome = pa.array(np.where(fails, "timeout", "readable"))
    columns = {"url": web.url, "final_url": web.url, "host": web.host, "source_domain": web.host, "outcome": outcome}
    looks = table(schemas.LOOKS, columns | {"redirects": "[]", "linked_domains": "[]"}).filter(pa.array(looked))
    seen = (looked & ~fails)[web.page] & (web.ends > night)
    columns = {"link_id": pa.array(web.link_id), "site": web.site, "source_url": web.source, "target_url": web.target}
    sightings = table(schemas.SIGHTINGS, columns | {"zone": "content", "element": "text"}).filter(pa.array(seen))
    tables = {"claims": schemas.CLAIMS.empty_table(), "looks": looks, "sightings": sightings}
    paths = {name: str(folder / f"{name}-{night}.parquet") for name in ("claims", "looks", "sightings", "links", "pages")}
    for name, rows in tables.items():
        pq.write_table(rows, paths[name])
    fold_night(
        FoldInputs(before["links"], before["pages"], paths["claims"], [paths["looks"]], [paths["sightings"]]),
        as_of=START + timedelta(days=night),
        confirm=ConfirmSettings(brake_pages=10_000),
        links_out=paths["links"],
        pages_out=paths["pages"],
    )
    return {name: paths[name] for name in ("links", "pages")}
