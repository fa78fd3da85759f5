"""`linkwatch gap`: referring domains that link to competitors and not to you, in the order in which to write to them."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from rich.table import Table
from rich.text import Text

from linkwatch.cli.csv_file import write_csv
from linkwatch.cli.screen import console, counted, say
from linkwatch.steps.gap import list_gap

COLUMNS = (
    *("site", "rank", "source_domain", "authority", "competitors", "competitor_sites", "links", "links_followed"),
    *("best_page", "best_target", "unlinked_mention", "mention_page", "night"),
)
"""Columns of the CSV file: those of the table `gap_referring_domain`, which docs/tables.md explains."""


def show_gap(site: str, limit: int, *, mentions: bool, csv_path: str | None) -> int:
    """Show the best `limit` domains of one own site ("": of each), or write all of them to a CSV file; returns the exit status.

    With `mentions` only domains of which a page names the site without a link. Raises SettingsError for what is no own site
    and where no competitor is watched, StoreError for a file that cannot be written.
    """
    rows = list_gap(site, mentions=mentions)
    if csv_path is not None:
        say(f"wrote {csv_path}: {counted(write_csv(csv_path, COLUMNS, rows), 'row')}")
        return 0
    if not rows:
        say(_nothing(mentions))
        return 0
    for name, of_site in groupby(rows, key=lambda row: str(row["site"])):
        _show_site(name, list(of_site), limit)
    return 0


def _nothing(mentions: bool) -> str:
    if mentions:
        return "no page that was looked at names you without a link, of those on domains that link to competitors"
    return "no gap is known: no domain has a live link to a competitor and none to you; `linkwatch nightly` looks again"


def _show_site(site: str, rows: Sequence[Mapping[str, Any]], limit: int) -> None:
    console.print()
    console.rule(Text.assemble((site, "bold"), f": {counted(len(rows), 'referring domain')} to win"), align="left", style="dim")
    table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 1, 0))
    table.add_column("", justify="right", no_wrap=True, style="dim")
    table.add_column("authority", justify="right", no_wrap=True)
    table.add_column("referring domain, and\nwhom it links to", overflow="fold", ratio=2)
    table.add_column("links\n(followed)", justify="right", no_wrap=True)
    table.add_column("best page, and a page that names you", overflow="fold", ratio=3)
    for row in rows[:limit]:
        authority = "–" if row["authority"] is None else f"{row['authority']:.0f}"
        domain = Text.assemble((row["source_domain"], "bold"), "\n", (row["competitor_sites"].replace(",", ", "), "dim"))
        links = f"{row['links']:,} ({row['links_followed']:,})"
        table.add_row(Text(f"{row['rank']:,}"), Text(authority), domain, Text(links), _pages(row))
    console.print(table)
    if len(rows) > limit:
        say(f"{len(rows) - limit:,} more: --limit {len(rows)} shows them, --csv FILE writes them")


def _pages(row: Mapping[str, Any]) -> Text:
    """The page to ask for a link, and where the site is named already."""
    if not row["unlinked_mention"]:
        return Text(row["best_page"])
    if row["mention_page"] == row["best_page"]:
        return Text.assemble(row["best_page"], "\n", ("names you without a link", "green"))
    return Text.assemble(row["best_page"], "\n", ("named without a link: ", "green"), row["mention_page"])
