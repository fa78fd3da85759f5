"""Policy for every DAG; a failure names the DAG and the remedy."""

import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
DAG_IDS = {"nightly_links", "review_links", "weekly_report"}
TAGS = {"linkwatch", "nightly", "review", "weekly"}
HEAVY = ("great_expectations", "pandas", "duckdb", "pyarrow", "pycurl", "matplotlib", "scipy", "slack_sdk")
"""Modules that no DAG file may import: a scheduler parses the files again and again."""


@pytest.fixture(scope="module")
def dags(airflow_home):
    """Every DAG of the project, by id."""
    from airflow.dag_processing.dagbag import DagBag

    del airflow_home
    bag = DagBag(str(PROJECT / "dags"))
    assert bag.import_errors == {}
    return bag.dags


def test_the_set_of_dags_is_exactly_what_the_manuals_name(dags):
    """A DAG that comes or goes is a decision, so it changes this test too."""
    assert set(dags) == DAG_IDS


@pytest.mark.parametrize("dag_id", sorted(DAG_IDS))
def test_every_dag_has_a_manual(dags, dag_id):
    """The operator finds what it does, when, its parameters and what to do when it fails."""
    manual = dags[dag_id].doc_md or ""
    missing = [part for part in ("What it does", "Schedule", "Parameters", "When it fails") if f"**{part}." not in manual]
    assert not missing, f"{dag_id}: the module docstring lacks {missing}"
    named = [task for task in dags[dag_id].task_ids if f"`{task}`" not in manual]
    allowed_unnamed = {"plan", "fold", "begin"}
    assert set(named) <= allowed_unnamed, f"{dag_id}: the manual does not say what to do when {named} fails"


@pytest.mark.parametrize("dag_id", sorted(DAG_IDS))
def test_every_dag_is_owned_tagged_and_runs_alone(dags, dag_id):
    """Owner, known tags, no catch-up flood, one run at a time, and an end."""
    dag = dags[dag_id]
    assert dag.owner == "linkwatch", f"{dag_id}: set default_args owner"
    assert set(dag.tags) <= TAGS, f"{dag_id}: add the new tag to TAGS, or use {sorted(TAGS)}"
    assert dag.catchup is False, f"{dag_id}: set catchup=False"
    assert dag.max_active_runs == 1, f"{dag_id}: nights follow each other; set max_active_runs=1"
    assert dag.dagrun_timeout is not None, f"{dag_id}: set dagrun_timeout"


@pytest.mark.parametrize("dag_id", sorted(DAG_IDS))
def test_every_task_is_retried_and_ends(dags, dag_id):
    """A worker that is killed costs a retry and not the night; a task that hangs is ended."""
    for task in dags[dag_id].tasks:
        assert task.retries >= 1, f"{dag_id}.{task.task_id}: set retries in default_args"
        assert task.execution_timeout is not None, f"{dag_id}.{task.task_id}: set execution_timeout"


def test_publish_tells_other_dags(dags):
    """Users hang their own DAGs on the asset that publish emits, and on nothing that a held night would emit."""
    emitting = {task.task_id: [asset.name for asset in task.outlets] for task in dags["nightly_links"].tasks if task.outlets}
    assert emitting == {"publish": ["linkwatch_links"], "detect": ["linkwatch_findings"]}


def test_alert_runs_for_a_held_night_and_not_after_a_failure(dags):
    """A held night skips publish and detect, and operations are told all the same."""
    assert dags["nightly_links"].get_task("alert").trigger_rule.value == "none_failed"


def test_fold_runs_where_nothing_is_looked_at_again_and_not_after_a_failure(dags):
    """The second look is skipped on most nights, and a night without it is whole; a failed `check` makes none."""
    fold = dags["nightly_links"].get_task("fold")
    assert fold.trigger_rule.value == "none_failed"
    assert fold.upstream_task_ids == {"begin", "look_again"}
    assert dags["nightly_links"].get_task("look_again").upstream_task_ids == {"begin", "doubt"}
    assert dags["nightly_links"].get_task("doubt").upstream_task_ids == {"begin", "check"}


def test_time_decides_nothing_in_a_review(dags):
    """No choice is the default, so that a question that nobody answers ends without a decision."""
    ask = dags["review_links"].get_task("ask")
    assert ask.defaults is None
    assert ask.response_timeout is not None
    assert ask.response_timeout < dags["review_links"].dagrun_timeout


def test_the_choices_of_a_review_are_those_that_its_step_knows(dags):
    """The DAG's file imports nothing of linkwatch, so it spells them itself."""
    from linkwatch.steps.asking import CHOICES, LATER, LONGEST

    assert dags["review_links"].get_task("ask").options == [*CHOICES, LATER]
    assert dags["review_links"].dagrun_timeout > LONGEST


def test_what_pages_say_is_no_template(dags):
    """Subject and body of a question have words from the web; Airflow would run what stands in braces."""
    assert tuple(dags["review_links"].get_task("ask").template_fields) == ("case",)


def test_each_answer_is_noted_while_other_questions_wait(dags):
    """Question and answer are one mapped group: a task after all questions would wait for the slowest person."""
    decide = dags["review_links"].get_task("decide")
    assert decide.upstream_task_ids == {"ask", "choose"}
    assert decide.task_group.group_id == dags["review_links"].get_task("ask").task_group.group_id == "one_case"


def test_a_review_follows_the_findings_of_a_night(dags):
    """By the asset that `detect` emits, and on no clock."""
    assert [asset.name for asset in dags["review_links"].schedule] == ["linkwatch_findings"]


def test_no_dag_writes_a_disavow_file():
    """A file for Google is a person's act; what Airflow runs only notes what was decided."""
    assert [path.name for path in (PROJECT / "dags").glob("*.py") if "disavowing" in path.read_text()] == []


def test_parsing_a_dag_file_imports_nothing_heavy():
    """In a fresh process, the DAG files import without the libraries that the tasks need."""
    code = (
        "import sys, runpy\n"
        "import airflow.sdk, pendulum\n"
        "known = set(sys.modules)\n"
        f"for name in {sorted(DAG_IDS)!r}:\n"
        f"    runpy.run_path({str(PROJECT / 'dags')!r} + '/' + name + '.py')\n"
        f"print([name for name in {HEAVY!r} if name in set(sys.modules) - known])\n"
        "print([name for name in sys.modules if name.startswith('linkwatch')])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-2:] == ["[]", "[]"]


def test_names_in_dags_and_plugins_shadow_no_package():
    """Airflow puts both folders on the path; a file named like a package would be imported in its place."""
    import importlib.util

    for folder in ("dags", "plugins"):
        for path in (PROJECT / folder).glob("*.py"):
            found = importlib.util.find_spec(path.stem)
            assert found is None or Path(found.origin or "").parent == path.parent, f"rename {path.name}"
