"""Review: cases before people, and what they decide. What the warehouse keeps of it is in `linkwatch.warehouse.reviews`."""

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from linkwatch.decisions import Decided, Decision, Mute
from linkwatch.errors import ReviewError
from linkwatch.model import Role
from linkwatch.settings import Settings, load_settings
from linkwatch.steps.case_words import case_text, letters, observations, rule_in_words
from linkwatch.steps.cases import Act, Case, Row, acts_of, cases_of, one_case, severities_from
from linkwatch.steps.home import own_sites
from linkwatch.steps.telling import warehouse_of
from linkwatch.suspicion_settings import FAMILIES
from linkwatch.urls import registrable_domain
from linkwatch.warehouse import (
    Engine,
    apply_mutes,
    decisions_on,
    link_ids_of,
    links_of_findings,
    list_mutes,
    open_findings,
    record_decisions,
    record_mutes,
    reopen_by_new_evidence,
    reopen_domain,
)

__all__ = [
    "Act",
    "Case",
    "all_mutes",
    "case_of",
    "case_text",
    "decide",
    "find_case",
    "known_rule",
    "last_acts",
    "letter_for",
    "mute_rule",
    "observations",
    "open_cases",
    "reopen",
    "rule_in_words",
    "unmute",
]

MAX_WHY_CHARS = 1_000
MAX_LETTER_ROWS = 500


def open_cases(limit: int | None = None) -> list[Case]:
    """Cases that wait for a person, `limit` at most: the most severe first, then those with most links, then by subject.

    Of own sites, from `review.min_severity` up; never what is in shadow, has ended or was decided.
    """
    settings = load_settings()
    engine = warehouse_of(settings)
    rows = _open_rows(settings, engine)
    return cases_of(rows, *_around(settings, engine, rows))[:limit]


def case_of(case: str, finding_ids: Sequence[int]) -> Case | None:
    """These findings as they stand now, as one case of the given id; None when none of them is open any more."""
    settings = load_settings()
    engine = warehouse_of(settings)
    rows = _open_rows(settings, engine, finding_ids)
    return one_case(case, rows, *_around(settings, engine, rows)) if rows else None


def find_case(name: str) -> Case:
    """The open case of an id, or of a referring domain that one case alone is about. Raises ReviewError."""
    cases = open_cases()
    found = [case for case in cases if case.case == name] or [case for case in cases if case.domains == (name.lower(),)]
    if len(found) == 1:
        return found[0]
    if found:
        raise ReviewError(
            f"review: {name} is open for {len(found)} sites; expected the id of one case: "
            + ", ".join(f"{case.case} ({case.site})" for case in found)
        )
    raise ReviewError(
        f"review: no open case is {name!r}; expected an id or a referring domain that `linkwatch review --all` lists. It may "
        "have been decided or have ended meanwhile: `linkwatch review log` says so"
    )


def decide(case: Case, verb: Decision, *, by: str, at: datetime, why: str, via: str, until: date | None = None) -> int:
    """Note a decision on a case as it was shown; returns how many of its findings stand decided by it, 0 when others were faster.

    `until` ends a mute (that day not included; default: `review.mute_days` after `at`). Idempotent. Raises ReviewError for a
    verb that is none, for no reason or no name, and for a mute that ends too early.
    """
    if verb not in tuple(Decision):
        raise ReviewError(f"review: {verb!r} is no decision; expected one of {', '.join(Decision)}")
    verb, why, by = Decision(verb), _reason(why, by), by.strip()
    if until is not None and verb is not Decision.MUTE:
        raise ReviewError(f"review: {verb.value} was given the end {until}; expected an end for mute alone. Leave it out")
    settings = load_settings()
    end = _end_of_mute(settings, at, until) if verb is Decision.MUTE else None
    mutes = [
        Mute(row["rule"], case.site, domain, end, why, by, at)
        for row in case.findings
        for domain in row["domains"] or [""]
        if end is not None
    ]
    decided = [Decided(row["finding_id"], verb, by, at, why, via, row["severity"], row["grounds"], end) for row in case.findings]
    return record_decisions(warehouse_of(settings), decided, mutes)


def reopen(domain: str, *, by: str, at: datetime, why: str) -> int:
    """Take back what was kept, disavowed or asked of a referring domain; returns the findings that are open again."""
    settings = load_settings()
    return reopen_domain(
        warehouse_of(settings), own_sites(settings, "", "review"), _domain(domain), by=by.strip(), at=at, why=_reason(why, by)
    )


def mute_rule(
    rule: str,
    domain: str,
    *,
    by: str,
    at: datetime,
    why: str,
    until: date | None = None,
    site: str = "",
    link_id: int | None = None,
) -> int:
    """Mute what a rule says of a referring domain, or of one of its links alone; returns the open findings that this mutes.

    `site` "" means all. Raises ReviewError, and SettingsError for what is no own site.
    """
    settings = load_settings()
    own_sites(settings, site, "review")  # or an error that says which there are
    end = _end_of_mute(settings, at, until)
    engine = warehouse_of(settings)
    record_mutes(engine, [Mute(known_rule(rule), site, _domain(domain), end, _reason(why, by), by.strip(), at, link_id)])
    return apply_mutes(engine, at.date().isoformat())


def unmute(rule: str, domain: str, *, by: str, at: datetime, why: str, site: str = "") -> int:
    """End the mutes of a rule for a referring domain, on one site or on all (""); returns the findings that are open again.

    Raises ReviewError where none holds.
    """
    settings = load_settings()
    own_sites(settings, site, "review")
    engine, today, named = warehouse_of(settings), at.date(), _domain(domain)
    holding = [
        mute
        for mute in list_mutes(engine)
        if (mute.rule, mute.source_domain) == (known_rule(rule), named) and site in ("", mute.site) and mute.until > today
    ]
    if not holding:
        raise ReviewError(f"review: {rule} is not muted for {named}; `linkwatch review mutes` lists what is")
    ended = f"ended by {by.strip()} on {today}: {_reason(why, by)}"
    record_mutes(engine, [replace(mute, until=today, why=f"{mute.why}; {ended}") for mute in holding])
    return reopen_by_new_evidence(engine, today.isoformat())


def letter_for(case: Case) -> str:
    """A draft of the letter to the publisher, or of one to each; "" where no link is known."""
    engine = warehouse_of(load_settings())
    return letters(case, links_of_findings(engine, [row["finding_id"] for row in case.findings], MAX_LETTER_ROWS))


def last_acts(limit: int) -> list[Act]:
    """What was decided, by people and by linkwatch, the last first."""
    return acts_of(decisions_on(warehouse_of(load_settings())))[-limit:][::-1]


def all_mutes() -> list[Mute]:
    """Every mute that was ever made, those that are over too."""
    return list_mutes(warehouse_of(load_settings()))


def known_rule(name: str) -> str:
    """The name of a rule. Raises ReviewError for what is none."""
    if name not in FAMILIES:
        near = difflib.get_close_matches(name, FAMILIES, 1)
        raise ReviewError(
            f"review: no rule is called {name!r}"
            + (f"; did you mean {near[0]}?" if near else "")
            + " `linkwatch rules` lists them"
        )
    return name


def _open_rows(settings: Settings, engine: Engine, ids: Sequence[int] | None = None) -> list[Row]:
    return list(open_findings(engine, _own(settings), severities_from(settings.review.min_severity), ids))


def _around(settings: Settings, engine: Engine, rows: Iterable[Row]) -> tuple[dict[int, list[int]], list[dict[str, Any]]]:
    """Links of findings, and what was decided on the sites before."""
    return link_ids_of(engine, [row["finding_id"] for row in rows]), decisions_on(engine, _own(settings))


def _own(settings: Settings) -> list[str]:
    return [site.site for site in settings.sites if site.role is Role.OWN]


def _reason(why: str, by: str) -> str:
    """The reason on one line, of a person with a name."""
    words = " ".join(why.replace("\x00", "").split())
    if not words:
        raise ReviewError("review: a decision without a reason; expected a few words that somebody else understands in a year")
    if len(words) > MAX_WHY_CHARS:
        raise ReviewError(f"review: the reason has {len(words):,} characters; expected {MAX_WHY_CHARS:,} at most. Say it shorter")
    if not by.strip():
        raise ReviewError("review: a decision of nobody; expected the name of the person who decides (--by)")
    return words


def _end_of_mute(settings: Settings, at: datetime, until: date | None) -> date:
    end = until or at.date() + timedelta(days=settings.review.mute_days)
    if end <= at.date():
        raise ReviewError(f"review: the mute ends on {end}; expected a day after {at.date()}, the day of the decision")
    return end


def _domain(name: str) -> str:
    """A registrable domain as tables have it. BadUrlError says what is wrong with a name that is no host."""
    domain = registrable_domain(f"http://{name.strip()}/")
    if domain != name.strip().lower():
        raise ReviewError(f"review: {name!r} is no referring domain; expected one that somebody can register: {domain}")
    return domain
