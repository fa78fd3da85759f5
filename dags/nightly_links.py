"""Watch the links of every site for one night, and tell what happened.

**What it does.** Reads the sources, plans which pages to look at, looks at them (one mapped task per shard of hosts, so
that every host stays in one polite task), folds what was seen into the last snapshot, audits the result, and, only when
the audit passes, publishes it, compares it with the night before, looks for suspicious links and tells people.

**Schedule.** Every night at 03:00 UTC; one run at a time. The night's name is the UTC date of the run's logical date, and
that date is the time on everything the night writes. A night before the last published one cannot be run any more.

**Parameters.** None. Sites, sources and thresholds stand in the settings file that `$LINKWATCH_CONFIG` names.

**Data.** XCom carries names and counts only. Rows lie in `$LINKWATCH_HOME/nights/<night>/`, results in the warehouse.
`publish` emits the asset `linkwatch_links`: hang your own DAGs on it (`schedule=[Asset("linkwatch_links")]`).

**When it fails.** Clear the failed task: every step takes up what is finished and does the rest, nothing is told twice.

- `collect` red: the settings or the home folder; the log's last line says what and what to do. A source that cannot be
  read does *not* fail the night: it is named in the counts and in `rejects/`.
- `check` red: a bug, not a bad page (a page's failure is an outcome). Clear it; please report it.
- `audit` green and the rest skipped: the night is **held**. `linkwatch nights` names what failed;
  `linkwatch release NIGHT` publishes it all the same, `linkwatch drop NIGHT` throws it away. Nothing known is lost.
- `audit` red: Great Expectations itself failed; the night is neither passed nor held.
- `detect` red: the warehouse. Clear it once the database answers; a later night catches up by itself.
- `alert` red: Slack did not take the messages. They wait in the outbox; clear the task or wait for the next night.
"""

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

import pendulum
from airflow.sdk import Asset, CronTriggerTimetable, chain, dag, task

if TYPE_CHECKING:
    from airflow.sdk.types import DagRunProtocol

LINKS = Asset("linkwatch_links")

step = partial(task, multiple_outputs=False)  # counts are one XCom of a task, not one each


@dag(
    dag_id="nightly_links",
    schedule=CronTriggerTimetable("0 3 * * *", timezone="UTC"),
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
    max_active_runs=1,
    tags=["linkwatch", "nightly"],
    doc_md=__doc__,
    default_args={"owner": "linkwatch", "retries": 2},  # the delay is Airflow's default_task_retry_delay: 5 minutes
    dagrun_timeout=timedelta(hours=20),
)
def nightly_links() -> None:
    """The night as a table of contents; every task is one call into linkwatch.steps."""

    @step(execution_timeout=timedelta(minutes=5))
    def begin(dag_run: "DagRunProtocol") -> str:
        from linkwatch import steps

        return steps.begin(dag_run.logical_date or dag_run.run_after)

    @step(execution_timeout=timedelta(hours=2))
    def collect(night: str) -> dict[str, int]:
        from linkwatch import steps

        return steps.collect(night)

    @step(execution_timeout=timedelta(minutes=30))
    def plan(night: str) -> list[int]:
        from linkwatch import steps

        return steps.plan(night)

    @step(execution_timeout=timedelta(hours=12), max_active_tis_per_dagrun=16)
    def check(night: str, shard: int) -> dict[str, int]:
        from linkwatch import steps

        return steps.check(night, shard)

    @step(execution_timeout=timedelta(hours=1))
    def fold(night: str) -> dict[str, object]:
        from linkwatch import steps

        return steps.fold(night)

    @task.short_circuit(execution_timeout=timedelta(hours=1), ignore_downstream_trigger_rules=False)
    def audit(night: str) -> bool:
        from linkwatch import steps

        return steps.audit(night)

    @step(execution_timeout=timedelta(minutes=10), outlets=[LINKS])
    def publish(night: str) -> dict[str, int]:
        from linkwatch import steps

        return steps.publish(night)

    @step(execution_timeout=timedelta(hours=2))
    def detect(night: str) -> dict[str, int]:
        from linkwatch import steps

        return steps.detect(night)

    @step(execution_timeout=timedelta(hours=1), trigger_rule="none_failed")
    def alert(night: str) -> dict[str, int]:
        from linkwatch import steps

        return steps.alert(night)

    night = begin()
    shards = plan(night)
    chain(
        collect(night),
        shards,
        check.partial(night=night).expand(shard=shards),
        fold(night),
        audit(night),
        publish(night),
        detect(night),
        alert(night),
    )


nightly_links()
