"""The real nightly DAG, run in this process, and what it found shown as tables."""

import os
import traceback
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Any

from linkwatch.airflow_home import PROJECT, prepare_airflow
from linkwatch.cli import EXIT_FAILED, EXIT_HELD
from linkwatch.cli.screen import Bars, open_night, say, show_failure, show_night, show_where
from linkwatch.errors import LinkwatchError, NightError
from linkwatch.progress import watch
from linkwatch.settings import Settings, home_of, load_settings

EXAMPLE_NIGHTS = 3
"""Of the example world, when no settings file is given: enough for a loss to be confirmed."""


def run_night(as_of: datetime) -> int:
    """Run the DAG for the night of `as_of` and show it. Returns the exit status of `linkwatch nightly`."""
    settings = load_settings()
    _prepare(settings)
    status = _run_and_show(as_of)
    show_where(settings)
    return status


def run_example_nights(only: date | None = None) -> int:
    """The first nights of the example world (or the one that `only` names), each through the real DAG."""
    from linkwatch.world import FIRST_NIGHT, World
    from linkwatch.world.files import write_world
    from linkwatch.world.server import serve

    nights = [FIRST_NIGHT.fromordinal(FIRST_NIGHT.toordinal() + index) for index in range(EXAMPLE_NIGHTS)]
    if only is not None and only < FIRST_NIGHT:
        raise NightError(f"the example world begins on {FIRST_NIGHT}; got {only}; name that night or a later one")
    environment = example_environment()
    os.environ.update(environment)
    world = World()
    say("no settings file ($LINKWATCH_CONFIG): this is the example world, a little web of its own on this machine")
    with serve(world) as proxy:
        write_world(home_of(environment) / "world", proxy)
        settings = load_settings()
        _prepare(settings)
        statuses = [_run_and_show(datetime.combine(night, time(3), UTC)) for night in ([only] if only else nights)]
    show_where(settings, _report())
    return max(statuses)


def example_environment() -> dict[str, str]:
    """Variables that point linkwatch at the example world, in a home of its own: it never mixes with a user's data."""
    home = home_of(os.environ) / "example"
    return {"LINKWATCH_HOME": str(home), "LINKWATCH_CONFIG": str(home / "world" / "world.toml")}


def _prepare(settings: Settings) -> None:
    # Airflow logs each failed task with its whole traceback; the screen says what failed, and shows the traceback of a bug.
    os.environ.setdefault("AIRFLOW__LOGGING__NAMESPACE_LEVELS", "task=CRITICAL")
    prepare_airflow(settings.home)


def _report() -> str:
    """Path of the report of the week that the last night is in, written now; "" before the first published night."""
    from linkwatch.steps.week import begin_week, report_week

    try:
        return str(report_week(begin_week())["path"])
    except NightError:
        return ""


def _run_and_show(as_of: datetime) -> int:
    from linkwatch.steps.upkeep import night_view

    night = as_of.date().isoformat()
    open_night(night)
    failures = run_dag("nightly_links", as_of)
    if failures:
        for task, error in failures:
            show_failure(task, failure_text(error))
        return EXIT_FAILED
    view = night_view(night)
    show_night(view)
    return EXIT_HELD if view.held else 0


def run_dag(dag_id: str, as_of: datetime) -> list[tuple[str, BaseException]]:
    """Run one DAG in this process for one logical date; returns the tasks that failed, with what they raised.

    A failed task is not retried: whoever runs it by hand is there to read the error.
    """
    from airflow.dag_processing.dagbag import DagBag

    bag = DagBag(str(PROJECT / "dags"))
    if bag.import_errors:
        raise LinkwatchError(f"dags: {next(iter(bag.import_errors.values()))}")
    dag = bag.dags[dag_id]
    failures: list[tuple[str, BaseException]] = []

    def note(context: Mapping[str, Any]) -> None:
        if isinstance(context["exception"], KeyboardInterrupt):  # Airflow takes Ctrl-C for a task's failure, and goes on
            raise context["exception"]
        failures.append((context["task_instance"].task_id, context["exception"]))

    for task in dag.tasks:
        task.retries = 0
        task.on_failure_callback = [note]
    bars = Bars()
    watch(bars)
    try:
        run = dag.test(logical_date=as_of)
    finally:
        watch(None)
        bars.close()
    if not failures and str(run.state) != "success":
        raise LinkwatchError(f"{dag_id}: the run ended as {run.state}, and no task said why; look into $AIRFLOW_HOME/logs")
    return failures


def failure_text(error: BaseException) -> str:
    """What a person reads: a linkwatch error as it stands, anything else (a bug) with its traceback."""
    if isinstance(error, LinkwatchError):
        return str(error)
    return "".join(traceback.format_exception(error)) + "\nThis is a bug in linkwatch; please report it with the lines above."
