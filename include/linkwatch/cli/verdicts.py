"""Which rule of "What makes a link lost" applies, in words: what has counted so far, and what it would take. Pure."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from linkwatch.extract import Look
from linkwatch.model import Evidence, Outcome
from linkwatch.settings import ConfirmSettings
from linkwatch.steps.single import Explanation, Verdict

Row = Mapping[str, Any]


def rule_in_words(told: Explanation) -> str:
    """The row of the design's table of evidence that a look falls under, and what follows for the link."""
    verdict, outcome = told.verdict, Outcome(told.look.outcome)
    if verdict is None:
        return ""
    if told.seen:
        return "the link is there: live"
    if outcome.evidence is Evidence.INCONCLUSIVE:
        return _cannot_tell(told.look, verdict)
    if outcome is Outcome.NOT_MODIFIED:
        return "the page is as it was at its last look, and so is the link"
    return _not_there(verdict)


def standing_in_words(link: Row, confirm: ConfirmSettings) -> str:
    """For a link in the state `missing` what it has come to and what would make it lost; "" for all others."""
    if link["state"] != "missing":
        return ""
    return f"not there in {_looks(link['absences'])} of {confirm.checks} in a row; {_what_next(link, confirm)}"


def _not_there(verdict: Verdict) -> str:
    before, after, confirm = verdict.link_before, verdict.link_after, verdict.confirm
    state = verdict.state_after
    if state == "missing" and after is not None:
        if before is not None and before["state"] == "missing" and before["absences"] == after["absences"]:
            counted = _moment(after["last_absence_at"])
            return (
                f"not there, but the look of {counted} has counted and looks count {confirm.spacing_h:g} hours apart: still "
                f"{after['absences']} of {confirm.checks}; it would count {_from(after['last_absence_at'], confirm)}"
            )
        return f"not there, {_looks(after['absences'])} of {confirm.checks}: missing; {_what_next(after, confirm)}"
    if state == "lost" and after is not None:
        if verdict.state_before == "lost":
            return "not there, and lost already"
        return f"not there in {confirm.checks} looks in a row, {confirm.spacing_h:g} hours apart: lost ({after['lost_reason']})"
    if state == "unverified":
        return "no look ever showed it: it stays unverified, which is never lost; the report tells it once"
    return "not there, and not known: nothing is lost"


def _what_next(after: Row, confirm: ConfirmSettings) -> str:
    counts_from, more = _from(after["last_absence_at"], confirm), confirm.checks - after["absences"]
    if more > 1:
        return f"lost after {more} more looks that do not show it, the next {counts_from}"
    return f"lost if a look {counts_from} does not show it either"


def _cannot_tell(look: Look, verdict: Verdict) -> str:
    outcome, page, confirm = Outcome(look.outcome), verdict.page_after, verdict.confirm
    if not outcome.may_mean_vanished:
        return f"cannot tell: the link stays as it was, and {outcome.value} alone never makes a loss"
    takes = f"{confirm.vanished_checks} such failures in a row over {confirm.vanished_days:g} days"
    if page is None or not page["failing_since"]:
        return f"cannot tell: the link stays as it was; {takes} would say that the page no longer exists"
    earliest = page["failing_since"] + timedelta(days=confirm.vanished_days)
    return (
        f"cannot tell: the link stays as it was; failure {page['failures']} since {_moment(page['failing_since'])}, and {takes} "
        f"({_moment(earliest)} at the earliest) would say that the page no longer exists"
    )


def _looks(number: int) -> str:
    return f"{number} look" if number == 1 else f"{number} looks"


def _from(last: datetime | None, confirm: ConfirmSettings) -> str:
    """From when on a look counts, after the last one that did."""
    return f"after {_moment(last + timedelta(hours=confirm.spacing_h))}" if last else "in a later night"


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
