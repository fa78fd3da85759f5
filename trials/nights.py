"""A night of trials: stories beside the innocent base, through the real stages, to what the rules say of it.

    FetchedPage → observe, analyse → fold_night, fold_analyses → compare → find

Settings are the shipped ones, and rules in shadow count. No page is fetched and no clock is read.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pyarrow as pa
import pyarrow.parquet as pq

from linkwatch import schemas
from linkwatch.extract import Look, Sighting, looks_table, observe, sightings_table
from linkwatch.extract.analysis import Analysis, Place, analyse, analyses_table, places_table
from linkwatch.model import Outcome, Site
from linkwatch.settings import ConfirmSettings
from linkwatch.snapshots import FoldInputs, compare, fold_analyses, fold_night
from linkwatch.suspicion import Found, NightEvidence, find
from linkwatch.suspicion_settings import SuspicionSettings
from linkwatch.urls import Scopes
from trials.articles import Article, moved, with_prose
from trials.drawing import Draw, Home, Shelf, Story, Visit, visit
from trials.history import with_history

TONIGHT = datetime(2026, 11, 18, 3, tzinfo=UTC)
BASE_SEEN = 40
"""Days before tonight that the base was seen first: longer ago than any rule calls new."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What one look at one page showed."""

    look: Look
    sightings: tuple[Sighting, ...]
    analysis: Analysis | None
    places: tuple[Place, ...]


@dataclass(slots=True)
class Reader:
    """Looks at pages, and at none of the same content twice."""

    scopes: Scopes
    known: dict[tuple[str, bytes], Seen] = field(default_factory=dict)

    def see(self, visit: Visit) -> Seen:
        """The look, its links, and the analysis of a readable page that has any."""
        page = visit.page
        key = (page.url, page.body)
        if page.outcome is not Outcome.READABLE or key not in self.known:
            observation = observe(page, self.scopes)
            analysed = analyse(page, observation.look, observation.sightings) if observation.sightings else (None, ())
            self.known[key] = Seen(observation.look, observation.sightings, *analysed)
        return self.known[key]


@dataclass(slots=True)
class Nights:
    """The snapshots of one home, folded day by day."""

    folder: Path
    reader: Reader
    files: dict[str, str] = field(default_factory=dict)  # of the last day
    before: str | None = None  # links of the day before that
    contents: dict[str, str] = field(default_factory=dict)  # of analysed pages, by URL

    def fold(self, visits: Iterable[Visit], as_of: datetime) -> None:
        """One day's looks into the next snapshot."""
        seen = [self.reader.see(entry) for entry in visits]
        fresh = [entry for entry in seen if entry.analysis and self._is_new(entry.analysis)]
        day = self.folder / as_of.strftime("%Y-%m-%d")
        day.mkdir()
        written = {
            "looks": looks_table([entry.look for entry in seen]),
            "sightings": sightings_table([link for entry in seen for link in entry.sightings]),
            "tonight": analyses_table([entry.analysis for entry in fresh if entry.analysis], as_of),
            "placed": places_table([place for entry in fresh for place in entry.places]),
            "claims": schemas.CLAIMS.empty_table(),
        }
        names = {name: str(day / f"{name}.parquet") for name in (*written, "links", "pages", "analyses", "places")}
        for name, table in written.items():
            pq.write_table(table, names[name])
        was = self.files
        inputs = FoldInputs(was.get("links"), was.get("pages"), names["claims"], [names["looks"]], [names["sightings"]])
        fold_night(inputs, as_of=as_of, confirm=ConfirmSettings(), links_out=names["links"], pages_out=names["pages"])
        last = (was["analyses"], was["places"]) if was else None
        tonight, known = (names["tonight"], names["placed"]), (names["analyses"], names["places"])
        fold_analyses(last, [tonight], names["pages"], known, as_of)
        self.before, self.files = was.get("links"), names

    def table(self, name: str) -> pa.Table:
        """A table of the last day."""
        return pq.read_table(self.files[name])

    def changes(self) -> pa.Table:
        """What the last day changed."""
        return compare(self.before, self.files["links"])[0]

    def _is_new(self, analysis: Analysis) -> bool:
        was = self.contents.get(analysis.url)
        self.contents[analysis.url] = analysis.content_hash
        return was != analysis.content_hash


def base_visit(article: Article, site: Site) -> Visit:
    """An article at home on its own, with a link that an editor put into its prose: the same whenever it is asked for."""
    rng = Random(article.url)  # noqa: S311  # seeded on purpose
    domain = article.publisher.replace(".", "-") + ".example"
    network = f"{rng.randint(110, 180)}.{rng.randrange(250)}.{rng.randrange(250)}.0/24"
    home = Home(domain, network, "", "", (), ())
    there = moved(article, domain)
    draw = Draw(Shelf(rng, [], ()), rng, site)
    anchor = rng.choice((draw.brand, draw.editorial, draw.editorial, lambda: draw.money()[0]))()
    return visit(home, there.url, with_prose(there, [draw.sentence(draw.link(anchor))], rng.randrange(len(there.spots))))


def play(
    folder: Path, reader: Reader, base: Sequence[Visit], stories: Mapping[Site, Sequence[Story]], settings: SuspicionSettings
) -> tuple[NightEvidence, Found]:
    """All days of the stories, and what is said after the last one. The base was there before them all."""
    told = [story for several in stories.values() for story in several]
    days: dict[int, list[Visit]] = {0: []}
    for entry in (entry for story in told for entry in story.visits):
        days.setdefault(entry.days_ago, []).append(entry)
    first = max(BASE_SEEN, *days)
    days.setdefault(first, [])
    nights = Nights(folder, reader)
    for days_ago, visits in sorted(days.items(), reverse=True):
        nights.fold([*visits, *(base if days_ago in (0, first) else ())], TONIGHT - timedelta(days=days_ago))
    evidence = NightEvidence(
        night=TONIGHT.date().isoformat(),
        links=nights.table("links"),
        pages=nights.table("pages"),
        changes=nights.changes(),
        sites=tuple(stories),
        analyses=nights.table("analyses"),
        places=nights.table("places"),
        own_links=_own_links(stories),
        bad_domains=frozenset(domain for story in told for domain in story.disavowed),
    )
    evidence = with_history(evidence, stories, len(days[0]) + len(base))
    return evidence, find(evidence, settings)


def _own_links(stories: Mapping[Site, Sequence[Story]]) -> pa.Table:
    """What a crawl of the own sites would have found: their links to others."""
    rows = [
        {"site": site.site, "source_url": f"https://{site.site}/friends", "target_url": url, "anchor": "", "final_url": url}
        for site, several in stories.items()
        for story in several
        for url in story.own_links
    ]
    return pa.Table.from_pylist([row | {"outcome": "readable", "http_status": 200} for row in rows], schemas.OWN_LINKS)
