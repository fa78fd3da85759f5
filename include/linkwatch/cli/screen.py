"""What the terminal shows of nights, and what all commands show things with. Text from outside goes through rich's Text."""

import sys
from collections.abc import Iterable, Sequence
from typing import Any

from rich.console import Console, ConsoleOptions, RenderableType
from rich.padding import Padding
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from linkwatch.cli import harmless
from linkwatch.model import Evidence, Outcome
from linkwatch.quality import AuditResult
from linkwatch.settings import Settings
from linkwatch.sources import PullStatus
from linkwatch.steps.pulled import why_of
from linkwatch.steps.upkeep import NightView
from linkwatch.warehouse import shown_url


class Screen(Console):
    """A console on which text from pages and files cannot steer the terminal."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """As rich has it; characters that no screen should obey become �."""
        for segment in super().render(renderable, options):
            yield segment if segment.control else Segment(harmless(segment.text), segment.style)


console = Screen(highlight=False, width=None if sys.stdout.isatty() else 120)

_EVIDENCE_WORDS = {Evidence.READABLE: "read", Evidence.GONE: "not there", Evidence.INCONCLUSIVE: "cannot tell"}
EVIDENCE_STYLE = {Evidence.READABLE: "green", Evidence.GONE: "yellow", Evidence.INCONCLUSIVE: "dim"}


_SOURCE_STYLE = {
    PullStatus.UNREADABLE: ("not read:", "red"),
    PullStatus.HELD: ("held:", "red"),
    PullStatus.PARTIAL: ("partial", "dim"),
}


class Bars:
    """Progress of long steps as bars; on a screen that is no terminal nothing is drawn."""

    def __init__(self) -> None:
        self._progress = Progress(
            TextColumn("[dim]{task.description}"),
            BarColumn(bar_width=30),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._task = self._progress.add_task("", visible=False)

    def start(self, label: str, total: int) -> None:
        """A step of `total` items begins."""
        self._progress.start()
        self._progress.reset(self._task, total=total, description=label, visible=True)

    def advance(self) -> None:
        """One item is done."""
        self._progress.advance(self._task)

    def finish(self) -> None:
        """The step is over."""
        self._progress.stop()

    def close(self) -> None:
        """Draw nothing more."""
        self._progress.stop()


def say(text: str) -> None:
    """One line of plain text, whole: paths and addresses in it can be copied."""
    console.print(Text(text), soft_wrap=True)


def show_failure(task: str, error: str) -> None:
    """A task that failed, with what a person can do."""
    console.print(Text.assemble(("failed ", "bold red"), (f"{task}: ", "bold"), error))


def facts_table() -> Table:
    """Rows of a name and what is to be said of it; `add_fact` fills it."""
    rows = Table.grid(padding=(0, 1, 0, 0))
    rows.add_column(width=9, style="dim")
    rows.add_column(overflow="fold")
    return rows


def add_fact(rows: Table, name: str, *parts: str | tuple[str, str]) -> None:
    """One row, of plain texts and (text, style) pairs; without parts that say something none."""
    text = Text.assemble(*parts)
    if text.plain.strip():
        rows.add_row(Text(name), text)


def open_night(night: str) -> None:
    """The line under which a night's messages and numbers stand."""
    console.print()
    console.rule(Text.assemble("night ", (night, "bold")), align="left", style="dim")


def show_night(view: NightView) -> None:
    """A night: what became of it, what was read, what the looks and the audit said, and a row for each site."""
    style = {"published": "green", "held": "bold red"}.get(view.status, "yellow")
    console.print()
    console.print(Text.assemble(("  night   ", "dim"), f"{view.night} is ", (view.status, style)))
    _show_sources(view)
    _show_outcomes(view)
    _show_audit(view)
    for note in view.notes:
        console.print(Text(f"  {note}", style="yellow"))
    if view.rows:
        console.print(_site_table(view.rows))


def show_nights(views: Sequence[NightView]) -> None:
    """The list of nights, newest first, and below it what is wrong with the held ones."""
    if not views:
        say("no night yet; `linkwatch nightly` runs the first")
        return
    table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2))
    for name in ("night", "status", "site", "links\nlive", "referring\ndomains live", "links\ngained", "links\nlost"):
        table.add_column(name, justify="right" if "\n" in name else "left", no_wrap=True)
    for view in views:
        night: tuple[str, ...] = (view.night, view.status)
        for row in view.rows:
            counts = (row.links_live, row.referring_domains_live, row.gained, row.lost)
            table.add_row(*map(Text, (*night, row.site, *(f"{count:,}" for count in counts))))
            night = ("", "")
        if not view.rows:
            table.add_row(*night)
    console.print(table)
    for view in views:
        if view.held and view.audit:
            console.print(Text.assemble("\n", (view.night, "bold"), f" is held; {_ways_out(view.night)}"))
            _show_failed(view.audit)


def show_where(settings: Settings, report: str = "") -> None:
    """Where everything is that a night left behind."""
    nights = settings.home / "nights"
    where = [
        ("report", report or "`linkwatch report` writes the week's"),
        ("tables", f"{shown_url(settings.warehouse_url)}   (docs/tables.md)"),
        ("snapshots", str(nights)),
        ("web interface", "`make up`, then http://127.0.0.1:8080"),
    ]
    console.print()
    for name, value in where:
        console.print(Text.assemble((f"{name:>14}  ", "dim"), value), soft_wrap=True)


def _show_sources(view: NightView) -> None:
    for source in view.sources:
        line = Text.assemble(("  source  ", "dim"), f"{source.name}: {counted(source.claims, 'claim')}")
        if source.rejected:
            line.append(f", {counted(source.rejected, 'row')} set aside in rejects/{source.name}.csv", "yellow")
        if source.status in _SOURCE_STYLE:
            word, style = _SOURCE_STYLE[source.status]
            line.append(f"  {word}", style)
        console.print(line)
        if source.status in (PullStatus.UNREADABLE, PullStatus.HELD):
            console.print(Padding(Text(why_of(source), style="red"), (0, 0, 0, 12)))
        for sample in source.samples[:2]:
            console.print(Text(f"            line {sample['line']}: {sample['reason']}", style="dim"))


def counted(number: int, noun: str) -> str:
    """A count with its unit: "1 look", "2 looks"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _show_outcomes(view: NightView) -> None:
    """Pages by outcome: what was read first, then what is not there, then what could not be told."""
    order = list(Evidence)
    groups: dict[Evidence, list[str]] = {evidence: [] for evidence in order}
    for outcome, pages in sorted(view.outcomes.items(), key=lambda entry: (-entry[1], entry[0])):
        groups[Outcome(outcome).evidence].append(f"{pages:,} {outcome}")
    rows = Table.grid(padding=(0, 1, 0, 0))
    rows.add_column(width=9)
    rows.add_column(width=12)
    rows.add_column(overflow="fold")
    for number, evidence in enumerate(entry for entry in order if groups[entry]):
        head = Text("  looks" if number == 0 else "", "dim")
        rows.add_row(head, Text(_EVIDENCE_WORDS[evidence]), Text(", ".join(groups[evidence]), EVIDENCE_STYLE[evidence]))
    console.print(rows)


def _show_audit(view: NightView) -> None:
    if view.audit is None:
        return
    passed = sum(result.success for result in view.audit.results)
    style = "green" if view.audit.passed else "bold red"
    console.print(Text.assemble(("  audit   ", "dim"), (f"{passed} of {len(view.audit.results)} expectations hold", style)))
    _show_failed(view.audit)
    if view.held:
        console.print(Text(f"  nothing is published; {_ways_out(view.night)}"))


def _show_failed(audit: AuditResult) -> None:
    for result in audit.results:
        if not result.success:
            word = ("holds the night", "red") if result.holds else ("warning", "yellow")
            console.print(
                Text.assemble("            ", word, f"  {result.title}: {result.observed} (expected {result.expected})")
            )


def _ways_out(night: str) -> str:
    return f"`linkwatch release {night}` or `linkwatch drop {night}` ends it"


def _site_table(rows: Sequence[Any]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2))
    table.add_column("  site", no_wrap=True)
    for name in ("links\nlive", "referring\ndomains live", "links\ngained", "links\nlost", "links\nrecovered", "links\nchanged"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("new to\nlook at", justify="right", no_wrap=True)
    for row in rows:
        counts = (row.links_live, row.referring_domains_live, row.gained, row.lost, row.recovered, row.changed, row.findings)
        table.add_row(Text(f"  {row.site}"), *(f"{count:,}" for count in counts))
    return table
