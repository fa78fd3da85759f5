"""What the terminal shows. Text from pages and files goes through rich's Text, so none of it is markup."""

from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from linkwatch.model import Evidence, Outcome
from linkwatch.settings import Settings
from linkwatch.steps.single import Explanation
from linkwatch.steps.upkeep import NightView

console = Console(highlight=False, soft_wrap=False)

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


def show_night(view: NightView) -> None:
    """A night: what was read, what the looks said, what the audit said, and a row for each site."""
    style = {"published": "green", "held": "bold red"}.get(view.status, "yellow")
    console.print()
    console.rule(Text.assemble(("night ", ""), (view.night, "bold"), ("  ", ""), (view.status, style)), align="left")
    _show_sources(view)
    _show_outcomes(view)
    _show_audit(view)
    for note in view.notes:
        console.print(Text(f"  {note}", style="yellow"))
    if view.rows:
        console.print(_site_table(view.rows))


def show_nights(views: Sequence[NightView]) -> None:
    """The list of nights, newest first, with what is wrong with the held ones."""
    if not views:
        say("no night yet; `linkwatch nightly` runs the first")
    table = Table(box=None, pad_edge=False, header_style="dim")
    for name in ("night", "status", "site", "links live", "referring domains live", "gained", "lost", "why held"):
        table.add_column(name, justify="right" if name.startswith(("links", "referring", "gained", "lost")) else "left")
    for view in views:
        why = "; ".join(result.title for result in view.audit.results if result.holds) if view.held and view.audit else ""
        rows = [*view.rows] or [None]
        for number, row in enumerate(rows):
            counts = [row.site, row.links_live, row.referring_domains_live, row.gained, row.lost] if row else [""] * 5
            first = number == 0
            shown = [view.night if first else "", view.status if first else "", *map(str, counts), why if first else ""]
            table.add_row(*map(Text, shown))
    console.print(table)


def show_where(settings: Settings, report: str = "") -> None:
    """Where everything is that a night left behind."""
    nights = settings.home / "nights"
    where = [
        ("report", report or "`linkwatch report` writes the week's"),
        ("tables", f"{_without_password(settings.warehouse_url)}   (docs/tables.md)"),
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
        answer = f"the page links to {told.target} ({len(told.seen)} times, {followed} followed)"
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
        line = Text.assemble(("  source  ", "dim"), f"{source['name']}: {source['claims']:,} claims")
        if source["rejected"]:
            line.append(f", {source['rejected']:,} rows set aside in rejects/{source['name']}.csv", "yellow")
        if source["error"]:
            line.append(f"  not read: {source['error']}", "red")
        console.print(line)
        for sample in source["samples"][:2]:
            console.print(Text(f"            line {sample['line']}: {sample['reason']}", style="dim"))


def _show_outcomes(view: NightView) -> None:
    parts = Text("  looks   ", style="dim")
    for outcome, pages in sorted(view.outcomes.items(), key=lambda entry: -entry[1]):
        parts.append(f"{pages} {outcome}  ", _EVIDENCE_STYLE[Outcome(outcome).evidence])
    console.print(parts)


def _show_audit(view: NightView) -> None:
    if view.audit is None:
        return
    passed = sum(result.success for result in view.audit.results)
    style = "green" if view.audit.passed else "bold red"
    console.print(Text.assemble(("  audit   ", "dim"), (f"{passed} of {len(view.audit.results)} expectations hold", style)))
    for result in view.audit.results:
        if not result.success:
            word = ("holds the night", "red") if result.holds else ("warning", "yellow")
            console.print(
                Text.assemble("            ", word, f"  {result.title}: {result.observed} (expected {result.expected})")
            )
    if view.held:
        console.print(Text(f"  nothing is published; `linkwatch release {view.night}` or `linkwatch drop {view.night}` ends it"))


def _site_table(rows: Sequence[Any]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2))
    table.add_column("  site")
    for name in ("links live", "referring\ndomains live", "links\ngained", "links\nlost", "recovered", "changed", "to look at"):
        table.add_column(name, justify="right")
    for row in rows:
        counts = (row.links_live, row.referring_domains_live, row.gained, row.lost, row.recovered, row.changed, row.findings)
        table.add_row(Text(f"  {row.site}"), *(f"{count:,}" for count in counts))
    return table


def _without_password(url: str) -> str:
    from sqlalchemy import make_url

    return make_url(url).render_as_string(hide_password=True)
