"""Put the most severe findings before people, in Airflow's own interface or through its API, and note what they decide.

**What it does.** Chooses the cases that want a person most (`review.batch` of them; a case is all that is open about one
referring domain or network), asks about each of them with the evidence, and notes every answer as a decision with who, when
and why. Choices are keep, disavow, mute, ask the publisher, and later. Nobody has to answer: after `review.answer_h` hours a
question ends as skipped, nothing is decided, and the case is asked about again after the next night. What was decided comes
back only with new evidence. No file is written and nothing is sent: `linkwatch disavow` makes the file when a person asks.

**Schedule.** After each night whose findings are in the tables: on the asset `linkwatch_findings` of `nightly_links`; one run
at a time. A new run waits until the questions of the last one are answered or have ended. Trigger it by hand for another batch.

**Parameters.** None. `[review]` in the settings file says how many cases, how severe, and how long an answer is waited for
(a week at most).

**Answers.** In the interface under *Required Actions*; or, for programs, PATCH
`/api/v2/dags/review_links/dagRuns/RUN/taskInstances/ask/INDEX/hitlDetails` with
`{"chosen_options": ["disavow"], "params_input": {"why": "bought by the old agency"}}`. All but *later* need a reason; an answer
without one is not taken, and the question stands again. Who may answer is Airflow's to say (its permission on
human-in-the-loop details); the name that is noted is Airflow's user name.

**Data.** XCom carries ids of cases and findings, and the answers. Questions are read from the warehouse when they are asked.

**When it fails.** Clear the failed task: a decision that is noted already is not noted twice.

- `choose` red: the settings or the warehouse; the log's last line says what.
- `ask` red: the warehouse did not answer when the question was put. *Awaiting input* is no failure: no worker and no pool slot
  is used. Skipped: decided in the terminal meanwhile, left for later, or nobody answered. *Up for retry* after an answer: it came
  in the very second in which the question was put, and Airflow took the task for dead; the question stands again soon.
- `decide` red: the warehouse could not be written. The answer is kept in Airflow; clear the task and it is noted.
"""

from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import Any

import pendulum
from airflow.providers.standard.operators.hitl import HITLOperator
from airflow.sdk import Asset, Context, Param, dag, task, task_group
from airflow.sdk.exceptions import AirflowSkipException

FINDINGS = Asset("linkwatch_findings")
LATER = "later"
CHOICES = ["keep", "disavow", "mute", "ask the publisher", LATER]

step = partial(task, multiple_outputs=False)  # an answer is one XCom of a task, not one each


class Ask(HITLOperator):
    """One case before people. No choice is the default: time decides nothing."""

    template_fields = ("case",)  # not subject and body: words from the web are no templates

    def __init__(self, *, case: Any, **task_settings: Any):
        super().__init__(
            subject="",
            options=CHOICES,
            params={
                "why": Param("", type=["string", "null"], title="Why", description="needed for all but later"),
                "until": Param(
                    "", type=["string", "null"], title="Until", description="of a mute: YYYY-MM-DD; review.mute_days if empty"
                ),
            },
            response_timeout=timedelta(hours=20),  # the settings' own when the question is put
            **task_settings,
        )
        self.case = case

    def execute(self, context: Context) -> Any:
        """Put the case into words as it stands now, and wait in no worker."""
        from linkwatch.steps import asking

        question = asking.question(self.case)
        if question is None:
            raise AirflowSkipException("nothing of this case is open any more")
        self.subject, self.body, self.response_timeout = question.subject, question.body, question.within
        return super().execute(context)

    def execute_complete(self, context: Context, event: dict[str, Any]) -> dict[str, str]:
        """The answer as text; an incomplete one is asked for again."""
        from linkwatch.steps import asking

        if event.get("error_type") == "timeout":
            raise AirflowSkipException("nobody answered in time; nothing is decided")
        answered = super().execute_complete(context, event)
        [choice], said = answered["chosen_options"], answered["params_input"]
        if choice == LATER:
            raise AirflowSkipException("left for later; nothing is decided")
        by = (answered["responded_by_user"] or {}).get("name") or "unknown"
        answer = {"choice": choice, "by": by, "at": answered["responded_at"].isoformat()}
        answer |= {name: str(said.get(name) or "") for name in ("why", "until")}
        if lack := asking.lack(answer):
            self.log.warning("not taken: %s; the question stands again", lack)
            self.execute(context)
        return answer

    def validate_params_input(self, params_input: Mapping[str, Any]) -> None:
        """Everything may be left out; what is then lacking is judged with the choice, and asked for again instead of failing."""


@step(execution_timeout=timedelta(minutes=10))
def choose() -> list[dict[str, Any]]:
    """The cases that want a person most."""
    from linkwatch.steps import asking

    return asking.choose()


@step(execution_timeout=timedelta(minutes=10))
def decide(case: dict[str, Any], answer: dict[str, str]) -> dict[str, int]:
    """Note an answer."""
    from linkwatch.steps import asking

    return asking.take(case, answer)


@task_group(prefix_group_id=False)
def one_case(case: dict[str, Any]) -> None:
    """A question and its answer, whatever becomes of the other ones."""
    ask = Ask(task_id="ask", case=case, execution_timeout=timedelta(minutes=10), map_index_template="{{ task.case['case'] }}")
    decide(case, ask.output)


@dag(
    dag_id="review_links",
    schedule=[FINDINGS],
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
    max_active_runs=1,
    tags=["linkwatch", "review"],
    doc_md=__doc__,
    default_args={"owner": "linkwatch", "retries": 2},  # the delay is Airflow's default_task_retry_delay: 5 minutes
    dagrun_timeout=timedelta(days=8),
)
def review_links() -> None:
    """The review as a table of contents; every task is one call into linkwatch.steps."""
    one_case.expand(case=choose())


review_links()
