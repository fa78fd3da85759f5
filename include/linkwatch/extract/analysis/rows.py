"""What an analysis says, as rows: of a page, and of each link on it to a watched site."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import pyarrow as pa

from linkwatch.analysis_schemas import ANALYSES, PLACES

KIND = "1"
"""Version of the analysis. Whoever changes what a field says raises it, and every page is analysed anew at its next look."""


class Analysis(NamedTuple):
    """A page: a row of `analysis_schemas.ANALYSES`, but for the columns that a night folds in."""

    url: str
    source_domain: str
    content_hash: str
    kind: str = KIND
    main_words: int = 0
    seen_words: int = 0
    title_words: int = 0
    language: str = ""
    signature: bytes = b""
    generator: str = ""
    build: str = ""
    ids: str = ""
    page_types: str = ""
    disclosure: str = ""
    hidden_links: int = 0
    images: int = 0
    names_itself: bool = False
    anchor_share: float | None = None
    compression: float | None = None
    published_at: datetime | None = None


class Place(NamedTuple):
    """A link: a row of `analysis_schemas.PLACES`."""

    link_id: int
    url: str
    in_main: bool = False
    in_prose: bool = False
    block: str = ""
    widget: str = ""
    block_words: int = 0
    block_links: int = 0
    block_domains: int = 0
    block_poisoned: int = 0
    block_topics: str = ""
    block_hidden: int = 0
    block_anchors: str = "[]"
    page_anchors: str = "[]"
    listed: bool = False
    described: int = 0
    disclosure: str = ""
    campaign: str = ""
    astray: bool = False


def analyses_table(rows: Sequence[Analysis], as_of: datetime) -> pa.Table:
    """Analyses as a table of schema ANALYSES, sorted by url. `analysed_at` is `as_of`; what a night folds in is null."""
    columns = dict(zip(Analysis._fields, zip(*sorted(rows, key=_url), strict=True), strict=True)) if rows else {}
    columns["analysed_at"] = (as_of,) * len(rows)
    unknown = (None,) * len(rows)
    return pa.table([pa.array(columns.get(field.name, unknown), field.type) for field in ANALYSES], schema=ANALYSES)


def places_table(rows: Sequence[Place]) -> pa.Table:
    """Places as a table of schema PLACES, sorted by link_id; of several rows of one link the first counts."""
    first = {row.link_id: row for row in reversed(rows)}
    columns = zip(*(first[key] for key in sorted(first)), strict=True) if rows else ((),) * len(PLACES)
    return pa.table([pa.array(column, field.type) for column, field in zip(columns, PLACES, strict=True)], schema=PLACES)


def _url(row: Analysis) -> str:
    return row.url
