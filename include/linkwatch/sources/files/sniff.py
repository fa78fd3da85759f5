"""Which kind of export a file is, and what it would say: for a person who has a file and wonders what to do with it.

A vendor's file is known by headers that no other has, Search Console's by the shape of its columns, everything else by its
columns of URLs. A guess is no more than that: the file is then read as what it was taken for, and the reading is shown.
"""

import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from linkwatch.errors import SourceError
from linkwatch.source_settings import SourceSettings
from linkwatch.sources.claims import Rejects
from linkwatch.sources.files.ahrefs_csv import read_ahrefs_csv
from linkwatch.sources.files.layout import FIRST_ROWS, folded_header
from linkwatch.sources.files.links_csv import USUAL_HEADERS, read_links_csv
from linkwatch.sources.files.majestic_csv import read_majestic_csv
from linkwatch.sources.files.moz_csv import read_moz_csv
from linkwatch.sources.files.opening import SourceFile, open_files
from linkwatch.sources.files.pages import read_pages
from linkwatch.sources.files.search_console_csv import read_search_console_csv
from linkwatch.sources.files.semrush_csv import read_semrush_csv
from linkwatch.sources.files.shapes import Shape, shapes_of
from linkwatch.sources.files.table import Table
from linkwatch.sources.files.text import Text
from linkwatch.sources.pull import Pull, PullFacts, Source
from linkwatch.urls import BadUrlError, Scopes, canonical_or_none, registrable_domain

SAMPLES = 5
"""Claims that are shown."""

READERS: dict[str, Source] = {
    "ahrefs_csv": read_ahrefs_csv,
    "semrush_csv": read_semrush_csv,
    "majestic_csv": read_majestic_csv,
    "moz_csv": read_moz_csv,
    "search_console_csv": read_search_console_csv,
    "links_csv": read_links_csv,
    "pages": read_pages,
}
TELLTALES = {
    "ahrefs_csv": ("Referring page URL", "Referring page title"),
    "semrush_csv": ("Page ascore", "Domain ascore", "Source title"),
    "majestic_csv": ("FlagNoFollow", "Source Crawl Date", "SourceCitationFlow", "SourceTrustFlow", "ACRank"),
    "moz_csv": ("Only rel=nofollow", "Link Equity", "Page Authority", "Spam Score"),
}
"""Headers that only one vendor's exports have; the first vendor of whom one is there counts."""

_MAX_PREAMBLE = 10


@dataclass(frozen=True, slots=True)
class Guess:
    """What a file was taken for."""

    kind: str  # of a source
    why: str  # for people
    rank: int  # of several guesses about what is packed in one file the highest counts
    columns: Mapping[str, str] = field(default_factory=dict)  # setting `columns` of links_csv


@dataclass(frozen=True, slots=True)
class Sniffed:
    """What a file is, and what came of reading it."""

    source: SourceSettings  # as it would stand in the settings
    why: str
    facts: PullFacts  # `error` says why it cannot be read
    rejected: Counter[str]  # rows by reason
    samples: tuple[Mapping[str, Any], ...]  # the first rows of CLAIMS


class AnySite(Scopes):
    """Stands in where there are no settings: every registrable domain is a site."""

    def __init__(self) -> None:
        super().__init__(())

    def site_of(self, url: str) -> str | None:
        """The registrable domain of a canonical URL."""
        try:
            return registrable_domain(url)
        except BadUrlError:
            return None

    def watches_host(self, host: str) -> bool:
        """Always."""
        del host
        return True


def sniff(path: str, scopes: Scopes, as_of: datetime) -> Sniffed:
    """What the file at `path` (or a pattern, or an address in an object store) is and says. Writes nothing.

    A file that is understood and cannot be used is told in `facts.error`; raises SourceError for one that cannot be opened.
    """
    with tempfile.TemporaryDirectory() as folder, Rejects("file", Path(folder) / "rejects.csv") as rejects:
        source = SourceSettings("links_csv", name="file", path=path)
        pull = Pull(source, scopes, as_of, rejects, fetch=lambda _: iter(()))
        guess = max((_guess(file, scopes) for file in open_files(pull)), key=lambda one: one.rank)
        source = replace(source, kind=guess.kind, columns=guess.columns)
        return _read(replace(pull, source=source), guess)


def _read(pull: Pull, guess: Guess) -> Sniffed:
    claims, error = 0, ""
    samples: list[Mapping[str, Any]] = []
    try:
        for batch in READERS[guess.kind](pull):
            claims += batch.num_rows
            samples += batch.slice(0, SAMPLES - len(samples)).to_pylist()
    except SourceError as problem:
        error = str(problem)
    return Sniffed(pull.source, guess.why, PullFacts.of(pull, claims, error), pull.rejects.reasons, tuple(samples))


def _guess(file: SourceFile, scopes: Scopes) -> Guess:
    with file.open() as binary:
        table = Table(Text(binary, file.path), file.path, preamble=_MAX_PREAMBLE, is_header=lambda row: bool(_vendor(row)))
        headers, rows = table.columns, table.first_rows(FIRST_ROWS)
    if found := _vendor(headers):
        return Guess(found[0], f"it has the column {found[1]!r}", rank=4)
    if (canonical_or_none(headers[0]) or headers[0].startswith("#")) and not any(headers[1:]):
        return Guess("pages", "its lines are addresses", rank=2)
    shapes = shapes_of(rows, len(headers))
    return next(guess for guess in _guesses(headers, rows, shapes, scopes) if guess)


def _vendor(headers: Sequence[str]) -> tuple[str, str] | None:
    """(kind, the header that tells it)."""
    there = {folded_header(header): header for header in headers}
    told = (
        (kind, there[folded_header(one)]) for kind, several in TELLTALES.items() for one in several if folded_header(one) in there
    )
    return next(told, None)


def _guesses(
    headers: Sequence[str], rows: Sequence[Sequence[str]], shapes: Sequence[Shape], scopes: Scopes
) -> Iterator[Guess | None]:
    """Best first; the last is always one."""
    there = {folded_header(header) for header in headers}
    if all(any(folded_header(one) in there for one in USUAL_HEADERS[name]) for name in ("source", "target")):
        yield Guess("links_csv", "it has columns of sources and targets", rank=3)
    others = set(shapes[1:])
    if shapes[0] is Shape.URL and others <= {Shape.DATE, Shape.EMPTY} and len(shapes) == 2:
        yield Guess("search_console_csv", "its columns are URLs and dates, as in Search Console's links", rank=3)
    if shapes[0] in (Shape.URL, Shape.HOST) and others == {Shape.COUNT} and len(shapes) <= 3:
        yield Guess("search_console_csv", "its columns are addresses and counts, as in Search Console's links", rank=2)
    urls = [place for place, shape in enumerate(shapes) if shape is Shape.URL]
    if len(urls) == 1:
        why = "one column has URLs, and none says what they link to"
        yield Guess("links_csv", why, rank=1, columns={"source": headers[urls[0]], "target": ""})
    elif urls:
        source, target = _ends(rows, urls, scopes)
        why = "nothing tells its columns but what is in them: see that source and target are right"
        yield Guess("links_csv", why, rank=1, columns={"source": headers[source], "target": headers[target]})
    yield Guess("links_csv", "the nearest guess: it is no export that linkwatch knows", rank=0)


def _ends(rows: Sequence[Sequence[str]], urls: Sequence[int], scopes: Scopes) -> tuple[int, int]:
    """Places of source and target: targets are on watched sites; where all are, or none, on the fewest domains; else last."""

    def domains(place: int) -> list[str]:
        pages = (canonical_or_none(row[place]) for row in rows)
        return [site for site in (scopes.site_of(page) for page in pages if page) if site]

    found = {place: domains(place) for place in urls}
    target = min(reversed(urls), key=lambda place: (-len(found[place]), len(set(found[place]))))
    return next(place for place in urls if place != target), target
