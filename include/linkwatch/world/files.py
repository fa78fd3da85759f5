"""The settings and source files that watch the example web: what a user would have written and exported before night 1.

They say who claims what, which is not always true: some claims no look will ever confirm, some rows nobody can read.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from linkwatch.errors import StoreError
from linkwatch.world import places
from linkwatch.world.pages import seeded
from linkwatch.world.scenes import FIRST_NIGHT, Link, Page
from linkwatch.world.web import World

REJECTS = {"pages": 1, "links_csv": 1, "ahrefs_csv": 2}
"""Rows of each source that cannot be used."""

AHREFS_COLUMNS = (
    *("Referring page title", "Referring page URL", "Language", "Platform", "Referring page HTTP code", "Domain rating", "UR"),
    *("Domain traffic", "Referring domains", "Linked domains", "External links", "Page traffic", "Keywords", "Target URL"),
    *(
        "Left context",
        "Anchor",
        "Right context",
        "Redirect Chain URLs",
        "Redirect Chain status codes",
        "Type",
        "Is spam",
        "Content",
    ),
    *("Nofollow", "UGC", "Sponsored", "Rendered", "Raw", "Lost status", "Drop reason", "Discovered status", "First seen"),
    *("Last seen", "Lost", "Author", "Page type", "Page category", "Links in group"),
)
"""Headers of Ahrefs' backlink export as importers know them."""

_SETTINGS = """\
# The example world of linkwatch, written by linkwatch.world: a little web that changes night by night, behind a local proxy.
{sites}
[[source]]
kind = "pages"
path = "pages.txt"

[[source]]
kind = "links_csv"
path = "placements.csv"
columns = {{ source = "Page", target = "Links to", anchor = "Anchor" }}

[[source]]
kind = "ahrefs_csv"
path = "fernwood.example-backlinks-subdomains.csv"

[[source]]
kind = "sitemap"
site = "{own}"

[fetch]
contact = "https://{own}/contact/"
proxy = "{proxy}"
shards = {shards}
concurrency = 64
delay_s = 0
connect_timeout_s = 1
read_timeout_s = {read_timeout_s}
max_body_bytes = 2_000_000
"""


def write_world(folder: Path, proxy: str, world: World | None = None, *, read_timeout_s: float = 1.5, shards: int = 2) -> Path:
    """Write the settings and source files into a folder; gives the path of the settings.

    `proxy` is the address that `serve` gives, the other two are settings. A file that would not change is left alone.
    Raises StoreError.
    """
    world = world or World()
    settings = folder / "world.toml"
    _write(settings, _settings(world, proxy, read_timeout_s, shards).encode())
    _write(folder / "pages.txt", _pages_txt(world).encode())
    _write(folder / "placements.csv", _placements(world).encode("utf-8-sig"))
    _write(folder / "fernwood.example-backlinks-subdomains.csv", b"\xff\xfe" + _ahrefs(world).encode("utf-16-le"))
    return settings


def _write(path: Path, content: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists() or path.read_bytes() != content:
            path.write_bytes(content)
    except OSError as error:
        raise StoreError(
            f"world: cannot write {path}: {error.strerror}; set $LINKWATCH_HOME to a folder you can write"
        ) from error


def _settings(world: World, proxy: str, read_timeout_s: float, shards: int) -> str:
    sites = ""
    for site in world.sites:
        brand = ", ".join(f'"{name}"' for name in site.brand)
        sites += f'\n[[site]]\nsite = "{site.site}"\nrole = "{site.role}"\nbrand = [{brand}]\n'
    return _SETTINGS.format(sites=sites, own=world.own.site, proxy=proxy, read_timeout_s=read_timeout_s, shards=shards)


def _pages_txt(world: World) -> str:
    rows = ["# Pages that we want looked at every night.", "htp:/mistyped.example/page", ""]
    host = ""
    for page in _of_source(world, "pages"):
        if page.url.split("/")[2] != host:
            host = page.url.split("/")[2]
            rows.append(f"# {host}")
        rows.append(page.url)
    return "\n".join(rows) + "\n"


def _placements(world: World) -> str:
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(("Page", "Links to", "Anchor", "Agreed on", "Note"))
    for page, link in _claims(world, "links_csv"):
        table.writerow((page.url, link.target, link.anchor, "2025-11-03", "with love, from the outreach team"))
    table.writerow(("the one that Sam found", places.HOME, "Fernwood", "2025-12-01", ""))
    return text.getvalue()


def _ahrefs(world: World) -> str:
    text = io.StringIO()
    table = csv.writer(text, delimiter="\t", quoting=csv.QUOTE_ALL, lineterminator="\n")
    table.writerow(AHREFS_COLUMNS)
    for number, (page, link) in enumerate(_claims(world, "ahrefs_csv")):
        table.writerow(_ahrefs_row(page, link, number))
    table.writerow(_ahrefs_row(Page("http://[broken.example/"), Link(places.HOME, "Fernwood"), 1))
    text.write('"A row that ends too\tearly"\t"http://short-row.example/"\n')
    return text.getvalue()


def _ahrefs_row(page: Page, link: Link, number: int) -> Sequence[str]:
    random = seeded("ahrefs", page.url, link.target)
    first = datetime(FIRST_NIGHT.year, FIRST_NIGHT.month, FIRST_NIGHT.day, tzinfo=UTC) - timedelta(
        minutes=random.randint(20_000, 900_000)
    )
    # The vendor believes that some links are lost that never go. What it believes is no evidence.
    lost = "2026-01-03 04:10:00" if not page.scenes and number % 20 == 0 else ""
    rel = link.rel.split()
    known = {
        "Referring page title": page.url.rstrip("/").rsplit("/", 1)[-1].replace("-", " ").capitalize(),
        "Referring page URL": page.url,
        "Language": "en",
        "Platform": "wordpress, blogs",
        "Referring page HTTP code": "200",
        "Domain rating": str(random.randint(1, 70)),
        "UR": str(random.randint(0, 30)),
        "External links": str(random.randint(3, 40)),
        "Target URL": link.target,
        "Anchor": link.anchor,
        "Type": "image" if link.image else "text",
        "Is spam": "false",
        "Content": "true",
        "Nofollow": str("nofollow" in rel).lower(),
        "UGC": str("ugc" in rel).lower(),
        "Sponsored": str("sponsored" in rel).lower(),
        "Rendered": "false",
        "Raw": "true",
        "Lost status": "Link removed" if lost else "",
        "First seen": f"{first:%Y-%m-%d %H:%M:%S}",
        "Last seen": "2026-01-04 02:11:00",
        "Lost": lost,
        "Links in group": "1",
    }
    return [known.get(column, "") for column in AHREFS_COLUMNS]


def _of_source(world: World, kind: str) -> Iterator[Page]:
    return (page for page in world.pages.values() if page.source == kind)


def _claims(world: World, kind: str) -> Iterator[tuple[Page, Link]]:
    for page in _of_source(world, kind):
        for number in page.claims:
            yield page, page.links[number]
