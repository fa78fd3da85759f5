"""What the terminal shows. Text from pages and files goes through rich's Text, so none of it is markup."""

import sys
from collections.abc import Iterable, Sequence
from typing import Any

from rich.console import Console, ConsoleOptions, RenderableType
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from linkwatch.cli import harmless
from linkwatch.model import Evidence, Outcome
from linkwatch.quality import AuditResult
from linkwatch.settings import Settings
from linkwatch.steps.single import Explanation
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
_EVIDENCE_STYLE = {Evidence.READABLE: "green", Evidence.GONE: "yellow", Evidence.INCONCLUSIVE: "dim"}


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
    """One line of plain text."""
    console.print(Text(text))


def show_failure(task: str, error: str) -> None:
    """A task that failed, with what a person can do."""
    console.print(Text.assemble(("failed ", "bold red"), (f"{task}: ", "bold"), error))


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


def show_explanation(told: Explanation) -> None:
    """What one look says, step by step, from the request to the answer."""
    page, outcome = told.page, Outcome(told.look.outcome)
    console.print(Text.assemble(("page      ", "dim"), page.url))
    for hop in page.redirects:
        console.print(Text.assemble(("          ", "dim"), (f"{hop.status} → ", "dim"), hop.url))
    status = f"HTTP {page.http_status}, " if page.http_status else ""
    console.print(Text.assemble(("outcome   ", "dim"), status, (outcome.value, _EVIDENCE_STYLE[outcome.evidence])))
    if told.look.detail:
        console.print(Text.assemble(("          ", "dim"), (told.look.detail, "dim")))
    if told.look.title:
        console.print(Text.assemble(("title     ", "dim"), told.look.title))
    for sighting in told.seen:
        _show_sighting(sighting)
    for sighting in told.elsewhere[:5]:
        console.print(Text.assemble(("also      ", "dim"), sighting.target_url))
    console.print(Text.assemble(("answer    ", "dim"), (_answer(told, outcome), "bold")))


def _answer(told: Explanation, outcome: Outcome) -> str:
    if told.seen:
        followed = sum(sighting.followed for sighting in told.seen)
        answer = f"the page links to {told.target} ({_counted(len(told.seen), 'link')}, {followed} followed)"
    elif outcome.evidence is Evidence.INCONCLUSIVE:
        answer = f"this look cannot tell whether the page links to {told.target}; a night would leave the link's state as it was"
    elif outcome.evidence is Evidence.GONE:
        answer = f"the page is not there ({outcome.value}), so neither is the link to {told.target}"
    else:
        answer = f"the page was read and does not link to {told.target}"
    if told.state_before or told.change:
        answer += f". Last night: {told.state_before or 'not known'}; a night now: {told.state_after}"
        answer += f", told as {told.change}" if told.change else ", nothing to tell"
    return answer


def _show_sighting(sighting: Any) -> None:
    hidden = f", hidden by {sighting.hidden_by}" if sighting.hidden_by else ""
    follow = "followed" if sighting.followed else f"not followed ({sighting.nofollow_by})"
    facts = f"{follow}, in {sighting.zone}{hidden}, rel={sighting.rel or 'none'}"
    console.print(Text.assemble(("link      ", "dim"), sighting.target_url, (f"  {facts}", "dim")))
    around = Text.assemble((f"{sighting.context_left} ", "dim"), (sighting.anchor or f"({sighting.element})", "underline"))
    around.append(f" {sighting.context_right}", "dim")
    console.print(Text("          ") + around)


def _show_sources(view: NightView) -> None:
    for source in view.sources:
        line = Text.assemble(("  source  ", "dim"), f"{source['name']}: {_counted(source['claims'], 'claim')}")
        if source["rejected"]:
            line.append(f", {_counted(source['rejected'], 'row')} set aside in rejects/{source['name']}.csv", "yellow")
        if source["error"]:
            line.append(f"  not read: {source['error']}", "red")
        console.print(line)
        for sample in source["samples"][:2]:
            console.print(Text(f"            line {sample['line']}: {sample['reason']}", style="dim"))


def _counted(number: int, noun: str) -> str:
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
        rows.add_row(head, Text(_EVIDENCE_WORDS[evidence]), Text(", ".join(groups[evidence]), _EVIDENCE_STYLE[evidence]))
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
