"""`linkwatch sources plan`: what each source would be asked tonight and what that may cost, as a table. Asks nobody."""

from collections.abc import Sequence
from datetime import UTC, datetime

from rich.table import Table
from rich.text import Text

from linkwatch.airflow_home import prepare_airflow
from linkwatch.cli.screen import console, counted, say
from linkwatch.settings import load_settings
from linkwatch.steps.costs import SourceCost, planned_costs

_NUMBERS = ("calls\nat most", "cost\nat most", "spent this\nmonth", "left this\nmonth")


def show_plan() -> int:
    """Print the plan; returns the exit status, 0. Raises SettingsError and WarehouseError."""
    settings = load_settings()
    if any(source.connection for source in settings.sources):
        prepare_airflow(settings.home)  # the keys are Airflow's
    show_costs(planned_costs(datetime.now(UTC)))
    return 0


def show_costs(costs: Sequence[SourceCost]) -> None:
    """A row for each source, and below the table what is wrong or would end early."""
    if not costs:
        say("the settings name no source; a [[source]] says where links may be found")
        return
    table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
    table.add_column("source", overflow="fold")
    table.add_column("kind", no_wrap=True, style="dim")
    table.add_column("asks about, or reads", overflow="fold")
    for name in _NUMBERS:
        table.add_column(name, justify="right", no_wrap=True)
    for cost in costs:
        table.add_row(*map(Text, (cost.name, cost.kind, cost.reads or "nothing", *_numbers(cost))))
    console.print(table)
    for cost in costs:
        _show_notes(cost)
    console.print(Text("\nNobody was asked. What calls did cost stands in the table source_call.", style="dim"))


def _numbers(cost: SourceCost) -> tuple[str, str, str, str]:
    if not cost.calls:
        return "", "nothing", "", ""
    calls = f"{cost.call_count:,}"
    if not cost.units:
        return calls, "nothing", "", ""
    return calls, f"{_shown(cost.units)} {cost.of}", _shown(cost.spent), _shown(cost.left)


def _show_notes(cost: SourceCost) -> None:
    if cost.trouble:
        console.print(Text.assemble((f"{cost.name} ", "bold"), ("cannot be asked: ", "red"), cost.trouble))
    if cost.stops:
        console.print(
            Text.assemble(
                (f"{cost.name} ", "bold"),
                ("may end early: ", "yellow"),
                f"{_shown(cost.left)} of {_shown(cost.budget)} {cost.of} are left this month, and a night may take "
                f"{_shown(cost.units)}. It would stop there and keep what it had read; raise budget_units or lower max_rows",
            )
        )
    for call in cost.calls if len(cost.calls) > 1 else ():
        price = f", {_shown(call.units)} {call.of}" if call.units else ""
        console.print(Text(f"  {cost.name}: {call.site}: {counted(call.calls, 'call')} of {call.endpoint}{price}", style="dim"))


def _shown(units: float) -> str:
    """Units as people read them: cents of a dollar count, those of a thousand rows do not."""
    return f"{units:,.0f}" if units >= 1000 or units == int(units) else f"{units:,.2f}"
