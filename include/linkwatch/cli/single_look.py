"""`linkwatch check`: how the verdict on one page and one target came about, step by step, from the request to the answer."""

from typing import Any

from rich.table import Table
from rich.text import Text

from linkwatch.cli.screen import EVIDENCE_STYLE, add_fact, console, counted, facts_table
from linkwatch.cli.verdicts import rule_in_words
from linkwatch.model import Evidence, Outcome
from linkwatch.steps.single import Explanation

ELSEWHERE = 5
"""Links to other addresses of the target's domain that are shown."""


def show_explanation(told: Explanation) -> None:
    """The chain of steps in their order; the last line is the answer."""
    rows = facts_table()
    _add_way(rows, told)
    _add_judgement(rows, told)
    for sighting in told.seen:
        _add_sighting(rows, sighting)
    for sighting in told.elsewhere[:ELSEWHERE]:
        add_fact(rows, "also", sighting.target_url)
    if len(told.elsewhere) > ELSEWHERE:
        add_fact(rows, "", (f"and {counted(len(told.elsewhere) - ELSEWHERE, 'more link')} to this domain", "dim"))
    add_fact(rows, "rule", rule_in_words(told))
    add_fact(rows, "answer", (_answer(told), "bold"))
    console.print(rows)


def _add_way(rows: Table, told: Explanation) -> None:
    """What was asked for, where it led, and who answered."""
    page = told.page
    add_fact(rows, "asked", page.url)
    for hop in page.redirects:
        how = f"{hop.status} → " if hop.status >= 300 else f"{hop.status}, the page itself sends on (meta refresh) → "
        add_fact(rows, "", (how, "dim"), hop.url)
    if page.http_status:
        network = f", network {page.network}" if page.network else ""
        add_fact(rows, "answered", f"HTTP {page.http_status}", (f" in {page.elapsed_ms:,} ms{network}", "dim"))


def _add_judgement(rows: Table, told: Explanation) -> None:
    """What the answer was judged to be, and by what."""
    look, outcome = told.look, Outcome(told.look.outcome)
    raw = Outcome(look.raw_outcome) if look.raw_outcome else outcome
    if look.raw_outcome:
        add_fact(rows, "as sent", (raw.value, EVIDENCE_STYLE[raw.evidence]))
    name = "rendered" if look.raw_outcome else "outcome"
    detail = f": {look.detail}" if look.detail else ""
    add_fact(rows, name, (outcome.value, EVIDENCE_STYLE[outcome.evidence]), (detail, "dim"))
    add_fact(rows, "title", look.title)
    alike = told.likeness
    if alike.former_self is not None:
        add_fact(rows, "likeness", f"{alike.former_self:.2f} to its last look that showed the link")
    if alike.sibling is not None:
        judged = f", which is {alike.sibling_outcome}" if alike.sibling_outcome else ""
        add_fact(rows, "sibling", f"{alike.sibling:.2f} like the host's answer for an address that cannot exist{judged}")


def _add_sighting(rows: Table, sighting: Any) -> None:
    hidden = f", hidden by {sighting.hidden_by}" if sighting.hidden_by else ""
    follow = "followed" if sighting.followed else f"not followed ({sighting.nofollow_by})"
    seen_in = ", seen in a browser only" if sighting.seen_in == "browser" else ""
    facts = f"  {follow}, in {sighting.zone}{hidden}, rel={sighting.rel or 'none'}{seen_in}"
    add_fact(rows, "link", sighting.target_url, (facts, "dim"))
    around = Text.assemble((f"{sighting.context_left} ", "dim"), (sighting.anchor or f"({sighting.element})", "underline"))
    around.append(f" {sighting.context_right}", "dim")
    rows.add_row(Text(""), around)


def _answer(told: Explanation) -> str:
    outcome, verdict = Outcome(told.look.outcome), told.verdict
    if told.seen:
        followed = sum(sighting.followed for sighting in told.seen)
        answer = f"the page links to {told.target} ({counted(len(told.seen), 'link')}, {followed} followed)"
    elif outcome.evidence is Evidence.INCONCLUSIVE:
        answer = f"this look cannot tell whether the page links to {told.target}; a night would leave the link's state as it was"
    elif outcome.evidence is Evidence.GONE:
        answer = f"the page is not there ({outcome.value}), so neither is the link to {told.target}"
    else:
        answer = f"the page was read and does not link to {told.target}"
    if verdict is not None and (verdict.state_before or verdict.change):
        answer += f". Last night: {verdict.state_before or 'not known'}; a night now: {verdict.state_after}"
        answer += f", told as {verdict.change}" if verdict.change else ", nothing to tell"
    return answer
