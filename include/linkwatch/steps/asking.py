"""A review as Airflow puts it before people: which cases, in which words, and whether an answer can be taken.

What a case is and what a decision does stands in `reviewing`; the same cases are decided in the terminal. No Airflow here.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from linkwatch.decisions import Decision
from linkwatch.settings import load_settings
from linkwatch.steps.reviewing import MAX_WHY_CHARS, case_of, case_text, decide, open_cases

LATER = "later"
"""The choice that decides nothing: the case is put before people again after the next night."""

CHOICES = {
    "keep": Decision.KEEP,
    "disavow": Decision.DISAVOW,
    "mute": Decision.MUTE,
    "ask the publisher": Decision.ASK,
}
"""Choices that decide, as they read in Airflow's interface."""

LONGEST = timedelta(days=7)
"""That an answer is waited for at most, whatever `review.answer_h` says: the DAG's run ends a day later."""

_RULES = (
    "\n\n---\n\n*keep, disavow, mute* and *ask the publisher* need a reason (`why`). Without one, or with an end (`until`) that "
    "is no day after today, nothing is decided and the question stands again. *later*, and no answer at all, decide nothing."
)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Question:
    """A case as it is put before people."""

    subject: str
    body: str  # Markdown
    within: timedelta  # that an answer is waited for


def choose() -> list[dict[str, Any]]:
    """The most severe cases, `review.batch` at most, by their ids and those of their findings."""
    cases = open_cases(load_settings().review.batch)
    log.info("review cases=%d", len(cases))
    return [{"case": case.case, "findings": [row["finding_id"] for row in case.findings]} for case in cases]


def question(asked: Mapping[str, Any]) -> Question | None:
    """A chosen case in words, as it stands now; None where nothing of it is open any more."""
    case = case_of(asked["case"], asked["findings"])
    if case is None:
        return None
    subject, body = case_text(case)
    return Question(subject, body + _RULES, min(timedelta(hours=load_settings().review.answer_h), LONGEST))


def lack(answer: Mapping[str, Any]) -> str:
    """Why an answer cannot be taken, in words; "" where it can. `answer` has `choice`, `why`, `until` and `at`, all text."""
    length = len(answer["why"].strip())
    if not 0 < length <= MAX_WHY_CHARS:
        return f"{answer['choice']!r} came with a reason (`why`) of {length} characters; expected 1 to {MAX_WHY_CHARS:,}"
    if answer["until"] and CHOICES[answer["choice"]] is Decision.MUTE:
        until = _day(answer["until"])
        if until is None or until <= datetime.fromisoformat(answer["at"]).date():
            return f"a mute until {answer['until'][:40]!r}; expected a day after today as YYYY-MM-DD, or none"
    return ""


def take(asked: Mapping[str, Any], answer: Mapping[str, Any]) -> dict[str, int]:
    """Note an answer that lacks nothing, of `answer["by"]`; nothing where somebody else decided meanwhile. Idempotent."""
    case, verb = case_of(asked["case"], asked["findings"]), CHOICES[answer["choice"]]
    until = _day(answer["until"]) if verb is Decision.MUTE else None
    decided = 0
    if case is not None:
        at = datetime.fromisoformat(answer["at"])
        decided = decide(case, verb, by=answer["by"], at=at, why=answer["why"].strip(), via="airflow", until=until)
    log.info("decided case=%s verb=%s findings=%d", asked["case"], verb.value, decided)
    return {"decided": decided}


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10]) if text else None
    except ValueError:
        return None
