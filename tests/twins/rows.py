"""Rows in small: builders of looks, sightings and claims, and Parquet files of them. Not a twin, but what twins are fed with."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from linkwatch import schemas
from linkwatch.settings import ConfirmSettings
from linkwatch.snapshots import FoldCounts, FoldInputs, fold_night

Row = dict[str, Any]
BLANK = {pa.string(): "", pa.bool_(): False, pa.int16(): 0, pa.int32(): 0, pa.int64(): 0, pa.float64(): 0.0}


def row(schema: pa.Schema, **values: object) -> Row:
    """A row of `schema`: the values given, null where it may be, blank where it may not."""
    assert set(values) <= set(schema.names), set(values) - set(schema.names)
    return {field.name: values.get(field.name, None if field.nullable else BLANK[field.type]) for field in schema}


def look(url: str, outcome: str = "readable", **values: object) -> Row:
    """A look at a page that ended in `outcome`."""
    host = url.split("/")[2]
    known = {
        "host": host,
        "source_domain": host.removeprefix("www."),
        "final_url": url,
        "redirects": "[]",
        "linked_domains": "[]",
    }
    return row(schemas.LOOKS, **{"url": url, "outcome": outcome, **known, **values})


def sighting(link_id: int, source_url: str, target_url: str = "https://own.example/", **values: object) -> Row:
    """A followed text link in the content of a page."""
    known = {"link_id": link_id, "source_url": source_url, "target_url": target_url, "site": "own.example"}
    return row(schemas.SIGHTINGS, **{**known, "followed": True, "zone": "content", "element": "text", **values})


def claim(link_id: int | None, source_url: str, target_url: str | None = "https://own.example/", **values: object) -> Row:
    """A claim of a link, or with no `link_id` of a page worth a look."""
    known: Row = {"source_url": source_url, "source_domain": source_url.split("/")[2], "claimed_by": "export"}
    if link_id is not None:
        known |= {"link_id": link_id, "target_url": target_url, "site": "own.example"}
    return row(schemas.CLAIMS, **{**known, **values})


def write(path: Path, rows: Sequence[Row], schema: pa.Schema) -> str:
    """Write rows as a Parquet file; returns its path."""
    pq.write_table(pa.Table.from_pylist(list(rows), schema), path)
    return str(path)


def write_ranks(folder: Path, ranks: dict[str, float]) -> str:
    """A file of ranks of domains, by their authority."""
    rows = [row(schemas.RANKS, domain=domain, authority=authority) for domain, authority in ranks.items()]
    return write(folder / "ranks.parquet", rows, schemas.RANKS)


def read(path: str | Path) -> list[Row]:
    """The rows of a Parquet file."""
    return pq.read_table(path).to_pylist()


def fold_rows(
    folder: Path,
    before: tuple[list[Row], list[Row]] | None,
    *,
    as_of: datetime,
    claims: Sequence[Row] = (),
    looks: Sequence[Sequence[Row]] = (),
    sightings: Sequence[Sequence[Row]] = (),
    confirm: ConfirmSettings | None = None,
    watched: dict[str, datetime] | None = None,
    ranks: dict[str, float] | None = None,
) -> tuple[list[Row], list[Row], FoldCounts]:
    """`fold_night` on rows: (links, pages) before, one list a shard of looks and sightings; links, pages and counts after."""
    inputs = FoldInputs(
        before_links=write(folder / "before_links.parquet", before[0], schemas.LINKS) if before else None,
        before_pages=write(folder / "before_pages.parquet", before[1], schemas.PAGES) if before else None,
        claims=write(folder / "claims.parquet", claims, schemas.CLAIMS),
        looks=[write(folder / f"looks-{n}.parquet", shard, schemas.LOOKS) for n, shard in enumerate(looks)],
        sightings=[write(folder / f"sightings-{n}.parquet", shard, schemas.SIGHTINGS) for n, shard in enumerate(sightings)],
    )
    links, pages = folder / "links.parquet", folder / "pages.parquet"
    counts = fold_night(
        inputs,
        as_of=as_of,
        confirm=confirm or ConfirmSettings(),
        links_out=str(links),
        pages_out=str(pages),
        watched=watched,
        ranks=write_ranks(folder, ranks) if ranks is not None else None,
    )
    return read(links), read(pages), counts
