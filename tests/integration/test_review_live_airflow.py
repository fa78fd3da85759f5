"""The review as people meet it in a live Airflow: finding → question → answer over the REST API → decision → disavow file.

One Airflow serves all tests, which run in the order of the file.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from integration.warehouse_rows import OWN, finding, link, load
from linkwatch.model import Severity
from linkwatch.steps.disavowing import make_disavowal
from linkwatch.warehouse import Engine, apply_mutes, load_night, migrate, open_warehouse, reopen_by_new_evidence
from servers.live_airflow import Up, environment, running, wait_until

N1, N2 = "2026-11-20", "2026-11-21"
SPAM, BLOG = "spam.example", "blog.example"
WHY = "bought by the old agency; [click](http://evil.example) <b>\ndomain:innocent.example"


@dataclass
class Review:
    """A home with findings, and the Airflow that asks about them."""

    up: Up
    engine: Engine

    def load(self, night: str) -> None:
        """Tell the warehouse of a night with two severe findings, as `detect` does."""
        links = [link(source_url=f"https://{domain}/page", source_domain=domain) for domain in (SPAM, BLOG)]
        found = [
            finding(
                row["source_domain"],
                rule="hidden_link",
                severity=Severity.HIGH,
                link_ids=(row["link_id"],),
                domains=(row["source_domain"],),
                grounds=("display:none",),
                evidence={
                    "observed": "[x](http://evil.example) {{ 7 * 7 }}",
                    "threshold": "none",
                    "samples": [row["source_url"]],
                },
            )
            for row in links
        ]
        load_night(self.engine, load(night, links=links, findings=found))
        reopen_by_new_evidence(self.engine, night)
        apply_mutes(self.engine, night)

    def answer_within(self, hours: float) -> None:
        """Set the time that an answer is waited for."""
        settings = f'[[site]]\nsite = "{OWN}"\nrole = "own"\n[[source]]\nkind = "pages"\npath = "pages.txt"\n'
        (self.up.home / "linkwatch.toml").write_text(f"{settings}[review]\nanswer_h = {hours}\n")

    def waiting(self, run: str) -> dict[str, dict[str, Any]]:
        """The questions that wait for an answer, by referring domain."""
        found = {}
        for task in self.up.tasks(run, "ask"):
            if task["state"] == "awaiting_input" and self._is_parked(run, task["map_index"]):
                asked = self.up.call("GET", f"{self._ask(run, task['map_index'])}/hitlDetails")
                if not asked["response_received"]:
                    domain = SPAM if SPAM in asked["subject"] else BLOG
                    found[domain] = {**asked, "map_index": task["map_index"]}
        return found

    def wait_for(self, run: str, *domains: str) -> dict[str, dict[str, Any]]:
        """Until exactly these domains are asked about; their questions."""
        found: dict[str, dict[str, Any]] = {}

        def asked() -> bool:
            found.clear()
            found.update(self.waiting(run))
            return set(found) == set(domains)

        wait_until(asked, f"asked about {domains}")
        return found

    def answer(self, run: str, index: int, choice: str, **said: str) -> None:
        """What a program of the user's sends."""
        path = f"{self._ask(run, index)}/hitlDetails"
        self.up.call("PATCH", path, chosen_options=[choice], params_input=said)

    def states(self, run: str, task: str) -> dict[int, str]:
        """States of a mapped task."""
        return {entry["map_index"]: entry["state"] for entry in self.up.tasks(run, task)}

    def decisions(self) -> list[dict[str, Any]]:
        """Rows of `decision`, with the domain that they are about."""
        query = "SELECT finding.key, decision.* FROM decision JOIN finding USING (finding_id) ORDER BY decided_at"
        with self.engine.connect() as connection:
            return [dict(row) for row in connection.execute(sa.text(query)).mappings()]

    def _is_parked(self, run: str, index: int) -> bool:
        """True once the scheduler knows that the process which put the question has ended.

        A task that goes on before that is taken for one that died, and Airflow tries it again: an answer within the same second
        is lost. People are slower; this test is not.
        """
        lines = (self.up.home / "airflow" / "logs" / "scheduler.log").read_text(errors="replace").splitlines()
        of_task = [line for line in lines if f"map_index={index}" in line and f"run_id={run}" in line and "task_id=ask" in line]
        put, ended = (
            sum(word in line for line in of_task) for word in ("Pausing task as AWAITING_INPUT", "TaskInstance Finished")
        )
        return put == ended

    def _ask(self, run: str, index: int) -> str:
        return f"{self.up.runs}/{run}/taskInstances/ask/{index}"


@pytest.fixture(scope="module")
def review(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Review]:
    """Two severe findings of a published night, and an Airflow with a login that asks when it is told to."""
    home = tmp_path_factory.mktemp("review") / "home"
    home.mkdir()
    engine = open_warehouse(f"sqlite:///{home / 'linkwatch.sqlite'}")
    migrate(engine)
    settings = {
        "LINKWATCH_CONFIG": str(home / "linkwatch.toml"),
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "False",
        "AIRFLOW__SCHEDULER__USE_JOB_SCHEDULE": "False",
        "AIRFLOW__SCHEDULER__TRIGGER_TIMEOUT_CHECK_INTERVAL": "1",
        "AIRFLOW__WORKERS__MIN_HEARTBEAT_INTERVAL": "1",  # as often does a process look whether its task has ended
    }
    unstarted = Review(Up(None, home, home), engine)  # type: ignore[arg-type]  # only its home is used
    unstarted.answer_within(20)
    unstarted.load(N1)
    with running(home, environment(home, **settings), home / "airflow") as up:
        up.dag = "review_links"
        up.trigger(N1)
        yield Review(up, engine)
    engine.dispose()


@pytest.fixture
def home_of(review: Review, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The same home, for verbs that are called here."""
    monkeypatch.delenv("LINKWATCH_WAREHOUSE", raising=False)
    monkeypatch.setenv("LINKWATCH_HOME", str(review.up.home))
    monkeypatch.setenv("LINKWATCH_CONFIG", os.fspath(review.up.home / "linkwatch.toml"))
    return review.up.home


def test_every_case_is_a_question_with_its_evidence(review):
    """Both wait without a worker; what pages said is neither a link nor a template."""
    asked = review.wait_for(N1, SPAM, BLOG)
    for domain, question in asked.items():
        assert question["options"] == ["keep", "disavow", "mute", "ask the publisher", "later"]
        assert not question["defaults"]
        assert set(question["params"]) == {"why", "until"}
        assert domain in question["subject"]
        assert f"`https://{domain}/page`" in question["body"]
        assert "`[x](http://evil.example) {{ 7 * 7 }}`" in question["body"]
    assert review.states(N1, "choose") == {-1: "success"}
    assert review.decisions() == []


def test_an_answer_without_a_reason_decides_nothing_and_the_question_stands_again(review):
    """Whoever clicks too fast is not taken at that word."""
    asked = review.wait_for(N1, SPAM, BLOG)[SPAM]
    review.answer(N1, asked["map_index"], "disavow")
    wait_until(lambda: SPAM not in review.waiting(N1), "the answer has arrived")
    assert review.wait_for(N1, SPAM, BLOG)[SPAM]["params_input"] == {}
    assert review.decisions() == []


def test_an_answer_becomes_a_decision_while_the_others_wait(review):
    """Who, when and why; and nobody has to answer everything at once."""
    asked = review.wait_for(N1, SPAM, BLOG)[SPAM]
    before = datetime.now(UTC)
    review.answer(N1, asked["map_index"], "disavow", why=WHY)
    [row] = wait_until(review.decisions, "the decision is noted")
    assert (row["key"], row["verb"], row["decided_by"], row["via"]) == (SPAM, "disavow", "admin", "airflow")
    assert row["why"] == " ".join(WHY.split())
    assert before <= datetime.fromisoformat(row["decided_at"]) <= datetime.now(UTC)
    assert list(review.waiting(N1)) == [BLOG]


def test_the_disavow_file_has_what_was_decided_and_nothing_else(home_of):
    """The domain of the one decision, with its reason on one line."""
    made = make_disavowal("", "", datetime(2026, 11, 22, tzinfo=UTC))
    assert made.file.entries == (f"domain:{SPAM}",)
    assert made.file.text.splitlines()[1].startswith("# admin, ")
    assert len(made.file.text.splitlines()) == 3
    assert home_of.is_dir()


def test_time_decides_nothing(review):
    """A question that nobody answers ends as skipped, and the run well."""
    review.answer_within(0.003)
    review.answer(N1, review.wait_for(N1, BLOG)[BLOG]["map_index"], "keep")  # no reason: it stands again, for 11 seconds
    assert review.up.wait_for_end(N1) == "success"
    assert sorted(review.states(N1, "ask").values()) == ["skipped", "success"]
    assert sorted(review.states(N1, "decide").values()) == ["skipped", "success"]
    assert [row["key"] for row in review.decisions()] == [SPAM]


def test_a_second_night_does_not_ask_again_what_was_decided(review):
    """The same findings, a night later: only the one that nobody decided is asked about; "later" decides nothing either."""
    review.answer_within(20)
    review.load(N2)
    review.up.trigger(N2)
    [asked] = review.wait_for(N2, BLOG).values()
    assert list(review.states(N2, "ask")) == [asked["map_index"]] == [0]
    review.answer(N2, 0, "later")
    assert review.up.wait_for_end(N2) == "success"
    assert review.states(N2, "ask") == {0: "skipped"}
    assert [row["key"] for row in review.decisions()] == [SPAM]
