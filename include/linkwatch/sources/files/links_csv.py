"""Source `links_csv`: any CSV file with a column of source pages and a column of targets.

Which header is which is said in the settings, `columns = {source = "Linking page", target = "Landing page"}`; names that
are not said are looked for under the usual headers. `target = ""` says that the file has none (Search Console's "Latest
links"): its rows then are pages worth looking at. Dates are read when they are ISO 8601 and are not known otherwise; so is
the authority of the referring domain when it is no number from 0 to 100.
"""

import difflib
import re
from collections.abc import Iterator, Sequence

import pyarrow as pa

from linkwatch.errors import SourceError
from linkwatch.source_settings import SourceSettings
from linkwatch.sources.claims import ClaimRows
from linkwatch.sources.files.text import Table, open_text
from linkwatch.sources.pull import Pull

USUAL_HEADERS = {
    "source": (
        *("source", "source url", "source page", "linking page", "referring page url", "referring page", "backlink"),
        *("url from", "link from", "from url", "from", "page url"),
    ),
    "target": ("target", "target url", "target page", "landing page", "url to", "link to", "to url", "to", "destination"),
    "anchor": ("anchor", "anchor text", "link text", "text"),
    "rel": ("rel", "link rel", "rel attribute"),
    "first_seen": ("first seen", "first found", "source first found date", "date first seen", "discovered"),
    "last_seen": ("last seen", "last crawled", "last found", "source crawl date", "date last seen"),
    "authority": ("authority", "domain rating", "dr", "domain authority", "da", "authority score", "domain score"),
}
"""Our name: headers under which it is looked for, best first; letter case, `_` and `-` do not count."""

_REQUIRED = ("source", "target")


def read_links_csv(pull: Pull) -> Iterator[pa.RecordBatch]:
    """Batches of CLAIMS, one row per sound row of the file. Raises SourceError."""
    source, rejects = pull.source, pull.rejects
    claims = ClaimRows(source.name, pull.scopes, pull.notes.claimed_at or pull.as_of)
    with open_text(source) as text:
        table = Table(source, text, rejects)
        places = _places(source, table.columns)
        for number, fields in table.rows():
            cell = {name: fields[place] for name, place in places.items()}
            if refusal := _claim(claims, cell):
                rejects.add(number, refusal, table.text_of(fields))
            elif claims.full:
                yield claims.take()
    if len(claims):
        yield claims.take()


def missing_column(source: SourceSettings, header: str, columns: Sequence[str]) -> SourceError:
    """The error that names the column that is not there, the one that may have been meant, and those that are there."""
    near = difflib.get_close_matches(_folded(header), [_folded(column) for column in columns], n=1)
    meant = next((f"did you mean {column!r}? " for column in columns if near and _folded(column) == near[0]), "")
    there = ", ".join(repr(column[:80]) for column in columns[:40])
    return SourceError(f"source {source.name}: {source.path} has no column {header!r}; {meant}it has {there}")


def authority_of(text: str) -> float | None:
    """A domain's rating on a scale from 0 to 100, with a decimal point or comma; None for anything else."""
    try:
        rating = float(text.replace(",", "."))
    except ValueError:
        return None
    return rating if 0 <= rating <= 100 else None


def _claim(claims: ClaimRows, cell: dict[str, str]) -> str:
    if "target" not in cell:
        return claims.page(cell["source"])
    return claims.link(
        cell["source"],
        cell["target"],
        anchor=cell.get("anchor"),
        rel=cell.get("rel"),
        first_seen=cell.get("first_seen"),
        last_seen=cell.get("last_seen"),
        authority=authority_of(cell.get("authority", "")),
    )


def _places(source: SourceSettings, columns: tuple[str, ...]) -> dict[str, int]:
    for name in source.columns:
        if name not in USUAL_HEADERS:
            known = ", ".join(USUAL_HEADERS)
            raise SourceError(f"source {source.name}: columns names {name!r}; expected some of {known}")
    by_fold = {_folded(column): place for place, column in reversed(list(enumerate(columns)))}
    places = {}
    for name, usual in USUAL_HEADERS.items():
        header = source.columns.get(name)
        if header == "" and name != "source":
            continue
        wanted = usual if header is None else (header,)
        place = next((by_fold[_folded(one)] for one in wanted if _folded(one) in by_fold), None)
        if place is not None:
            places[name] = place
        elif header is not None or name in _REQUIRED:
            raise missing_column(source, header if header is not None else name, columns)
    return places


def _folded(header: str) -> str:
    return " ".join(re.split(r"[\s_-]+", header.lower().strip()))
