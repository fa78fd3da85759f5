"""Watch the links of every site for one night, and tell what happened.

**What it does.** Reads the sources (one mapped task for each, or for each file of a crawl archive), plans which pages to
look at, looks at them (one mapped task per shard of hosts, so that every host stays in one polite task), folds what was
seen into the last snapshot, audits the result, and, only when the audit passes, publishes it, compares it with the night
before, looks for suspicious links and tells people.

With `confirm.recheck_after_min` set, `doubt` waits so long after the last `check`, and `look_again` looks once more at the
important pages that lack a link. Without it, or with nothing in doubt, `doubt` ends at once and `look_again` is skipped.

**Schedule.** Every night at 03:00 UTC; one run at a time. The night's name is the UTC date of the run's logical date, and
that date is the time on everything the night writes. A night before the last published one cannot be run any more.

**Parameters.** None. Sites, sources and thresholds stand in the settings file that `$LINKWATCH_CONFIG` names.

**Data.** XCom carries names and counts only. Rows lie in `$LINKWATCH_HOME/nights/<night>/`, results in the warehouse.
`publish` emits the asset `linkwatch_links`: hang your own DAGs on it (`schedule=[Asset("linkwatch_links")]`). `detect` emits
`linkwatch_findings`, which starts `review_links`.

**When it fails.** Clear the failed task: every step takes up what is finished and does the rest, nothing is told twice.

- `parts`, `pull` or `collect` red: the settings or the home folder; the log's last line says what and what to do. A source
  that cannot be read does *not* fail the night: operations is told, and `night.sources` says why.
- `check` or `look_again` red: a bug, not a bad page (a page's failure is an outcome). Clear it; please report it.
- `doubt` deferred: the night waits for its second look, in the triggerer and in no worker. With no triggerer it waits for
  ever: start one, or set `confirm.recheck_after_min = 0` and clear the task, and the night goes on with its first looks.
- `audit` green and the rest skipped: the night is **held**. `linkwatch nights` names what failed;
  `linkwatch release NIGHT` publishes it all the same, `linkwatch drop NIGHT` throws it away. Nothing known is lost.
- `audit` red: Great Expectations itself failed; the night is neither passed nor held.
- `detect` red: the warehouse. Clear it once the database answers; a later night catches up by itself.
- `alert` red: Slack did not take the messages. They wait in the outbox; clear the task or wait for the next night.
"""

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import pendulum
from airflow.providers.standard.triggers.temporal import DateTimeTrigger
from airflow.sdk import Asset, BaseOperator, CronTriggerTimetable, chain, dag, task

if TYPE_CHECKING:
    from airflow.sdk.types import DagRunProtocol

LINKS = Asset("linkwatch_links")
FINDINGS = Asset("linkwatch_findings")

step = partial(task, multiple_outputs=False)  # counts are one XCom of a task, not one each


@step(execution_timeout=timedelta(minutes=5))
def begin(dag_run: "DagRunProtocol") -> str:
    """Open the night that the run stands for."""
    from linkwatch import steps

    return steps.begin(dag_run.logical_date or dag_run.run_after)


@step(execution_timeout=timedelta(minutes=10))
def parts(night: str) -> list[str]:
    """The parts that the sources are read in."""
    from linkwatch import steps

    return steps.parts(night)


@step(execution_timeout=timedelta(hours=4), max_active_tis_per_dagrun=16)
def pull(night: str, part: str) -> dict[str, int]:
    """Read one part of one source."""
    from linkwatch import steps

    return steps.pull(night, part)


@step(execution_timeout=timedelta(hours=1))
def collect(night: str) -> dict[str, int]:
    """Judge what the sources say and put it together."""
    from linkwatch import steps

    return steps.collect(night)


@step(execution_timeout=timedelta(minutes=30))
def plan(night: str) -> list[int]:
    """Choose the pages to look at; the shards that they are in."""
    from linkwatch import steps

    return steps.plan(night)


@step(execution_timeout=timedelta(hours=12), max_active_tis_per_dagrun=16)
def check(night: str, shard: int) -> dict[str, int]:
    """Look at the pages of one shard."""
    from linkwatch import steps

    return steps.check(night, shard)


class Doubt(BaseOperator):
    """The shards whose doubtful pages are to be looked at again, at the moment when they are; without any, none at once."""

    template_fields = ("night",)

    def __init__(self, *, night: str, **task_settings: Any):
        super().__init__(**task_settings)
        self.night = night

    def execute(self, context: object) -> list[int]:
        """Wait in the triggerer, so that no worker does."""
        from linkwatch import steps

        if moment := steps.recheck_at(self.night):
            self.defer(trigger=DateTimeTrigger(moment=moment), method_name="shards")
        return []

    def shards(self, context: object, event: object = None) -> list[int]:
        """What there is to do after the wait."""
        from linkwatch import steps

        return steps.doubtful_shards(self.night)


@step(execution_timeout=timedelta(hours=4), max_active_tis_per_dagrun=16)
def look_again(night: str, shard: int) -> dict[str, int]:
    """Look once more at those pages of one shard that are in doubt."""
    from linkwatch import steps

    return steps.look_again(night, shard)


@step(execution_timeout=timedelta(hours=1), trigger_rule="none_failed")
def fold(night: str) -> dict[str, object]:
    """Make the next snapshot of what was seen, staged."""
    from linkwatch import steps

    return steps.fold(night)


@task.short_circuit(execution_timeout=timedelta(hours=1), ignore_downstream_trigger_rules=False)
def audit(night: str) -> bool:
    """Decide whether the staged night may be published; a held one skips the rest."""
    from linkwatch import steps

    return steps.audit(night)


@step(execution_timeout=timedelta(minutes=10), outlets=[LINKS])
def publish(night: str) -> dict[str, int]:
    """Make the staged snapshot part of history."""
    from linkwatch import steps

    return steps.publish(night)


@step(execution_timeout=timedelta(hours=2), outlets=[FINDINGS])
def detect(night: str) -> dict[str, int]:
    """Compare with the night before, look for suspicious links, and tell the tables."""
    from linkwatch import steps

    return steps.detect(night)


@step(execution_timeout=timedelta(hours=1), trigger_rule="none_failed")
def alert(night: str) -> dict[str, int]:
    """Deliver the messages that wait."""
    from linkwatch import steps

    return steps.alert(night)


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
    night = begin()
    sources = parts(night)
    shards = plan(night)
    doubt = Doubt(task_id="doubt", night=night, execution_timeout=timedelta(minutes=30))
    chain(
        sources,
        pull.partial(night=night).expand(part=sources),
        collect(night),
        shards,
        check.partial(night=night).expand(shard=shards),
        doubt,
        look_again.partial(night=night).expand(shard=doubt.output),
        fold(night),
        audit(night),
        publish(night),
        detect(night),
        alert(night),
    )


nightly_links()
