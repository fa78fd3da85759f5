"""`linkwatch reclaim`: own addresses that do not answer while backlinks lead to them, and where each should lead instead."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.table import Table
from rich.text import Text

from linkwatch.alerts import OUTCOMES
from linkwatch.cli.csv_file import write_csv
from linkwatch.cli.screen import console, counted, say
from linkwatch.model import Outcome
from linkwatch.own import CHAIN, ELSEWHERE, FRONT_PAGE
from linkwatch.settings import Settings, load_settings
from linkwatch.steps.home import own_sites
from linkwatch.steps.telling import warehouse_of
from linkwatch.warehouse import reclaim_rows

COLUMNS = (
    *("site", "target_url", "problem", "http_status", "hops", "final_url", "links", "referring_domains", "value"),
    *("best_source_url", "suggestion", "suggested_because", "night"),
)
"""Columns of the CSV file: those of the table `reclaim`, which docs/tables.md explains."""

_PROBLEMS = {
    CHAIN: "{hops} redirects in a row",
    FRONT_PAGE: "redirects to the front page",
    ELSEWHERE: "redirects to another site",
}


def show_reclaim(site: str, limit: int, *, csv_path: str | None) -> int:
    """Show the best `limit` rows of one own site ("": of all), or write all of them to a CSV file; returns the exit status.

    Raises SettingsError for what is no own site, StoreError for a file that cannot be written.
    """
    settings = load_settings()
    own_sites(settings, site, "reclaim")  # or an error that says which there are
    rows = reclaim_rows(warehouse_of(settings), site)
    if csv_path is not None:
        say(f"wrote {csv_path}: {counted(write_csv(csv_path, COLUMNS, rows), 'row')}")
        return 0
    if not rows:
        say(_nothing(settings))
        return 0
    say(f"as of night {rows[0]['night']}")
    console.print(_table(rows[:limit]))
    if len(rows) > limit:
        say(f"\n{len(rows) - limit:,} more: --limit {len(rows)} shows them, --csv FILE writes them")
    return 0


def _nothing(settings: Settings) -> str:
    if not any(source.kind in ("crawl", "sitemap") for source in settings.sources):
        return (
            "nothing to reclaim is known: no [[source]] of kind crawl or sitemap names an own site, so nobody looks at the "
            "addresses that backlinks lead to"
        )
    return (
        "nothing to reclaim is known: the own addresses that live backlinks lead to answered when they were last looked at "
        "(the first look is in the night after the link was first seen)"
    )


def _table(rows: Sequence[Mapping[str, Any]]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 1, 0))
    for name in ("value", "links\nlive", "referring\ndomains"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("address, and what is wrong", overflow="fold", ratio=1)
    table.add_column("redirect it to, because", overflow="fold", ratio=1)
    for row in rows:
        numbers = (f"{row['value']:,.1f}", f"{row['links']:,}", f"{row['referring_domains']:,}")
        wrong = Text.assemble(row["target_url"], "\n", (_problem(row), "yellow"))
        better = Text.assemble(row["suggestion"], "\n", (row["suggested_because"], "dim"))
        table.add_row(*map(Text, numbers), wrong, better if row["suggestion"] else Text("no living page is like it", "dim"))
    return table


def _problem(row: Mapping[str, Any]) -> str:
    """What is wrong, in words: "page not found (HTTP 404) after 2 redirects, at https://…"."""
    named = row["problem"] in _PROBLEMS
    words = _PROBLEMS[row["problem"]].format(hops=row["hops"]) if named else OUTCOMES[Outcome(row["problem"])]
    if row["http_status"] and not named:
        words += f" (HTTP {row['http_status']})"
    if row["hops"] and not named:
        words += f" after {counted(row['hops'], 'redirect')}"
    return words + (f", at {row['final_url']}" if row["final_url"] != row["target_url"] else "")
