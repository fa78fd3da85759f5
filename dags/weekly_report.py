"""Tell the week: marts in the warehouse, one HTML file, and a short message.

**What it does.** Works out the week that ended (Monday to Sunday, UTC) from the warehouse: `weekly_site` and
`weekly_referring_domain` are replaced for that week, `$LINKWATCH_HOME/reports/week-<monday>.html` is written, and one
message with the numbers goes to the channel of `[slack]`. Every count says whether it counts links or referring domains.

**Schedule.** Mondays at 06:00 UTC, after the night of Sunday to Monday; one run at a time.

**Parameters.** None. A run's logical date names the week: the one before the Monday that it lies in or on.

**When it fails.** Clear the failed task; each replaces its own result, and the message is sent once.

- `begin` red: the settings; the log's last line says what.
- `write` red: the warehouse or the home folder cannot be written.
- `tell` red: Slack did not take the message. It waits in the outbox.
"""

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

import pendulum
from airflow.sdk import CronTriggerTimetable, chain, dag, task

if TYPE_CHECKING:
    from airflow.sdk.types import DagRunProtocol

step = partial(task, multiple_outputs=False)  # counts are one XCom of a task, not one each


@dag(
    dag_id="weekly_report",
    schedule=CronTriggerTimetable("0 6 * * 1", timezone="UTC"),
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
    max_active_runs=1,
    tags=["linkwatch", "weekly"],
    doc_md=__doc__,
    default_args={"owner": "linkwatch", "retries": 2},  # the delay is Airflow's default_task_retry_delay: 5 minutes
    dagrun_timeout=timedelta(hours=3),
)
def weekly_report() -> None:
    """The week as a table of contents; every task is one call into linkwatch.steps."""

    @step(execution_timeout=timedelta(minutes=5))
    def begin(dag_run: "DagRunProtocol") -> str:
        from linkwatch import steps

        return steps.begin_week_before(dag_run.logical_date or dag_run.run_after)

    @step(execution_timeout=timedelta(hours=1))
    def write(week: str) -> dict[str, str | int]:
        from linkwatch import steps

        return steps.report_week(week)

    @step(execution_timeout=timedelta(hours=1))
    def tell(week: str) -> dict[str, int]:
        from linkwatch import steps

        return steps.tell_week(week)

    week = begin()
    chain(write(week), tell(week))


weekly_report()
