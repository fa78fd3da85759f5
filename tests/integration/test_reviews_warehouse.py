"""Decisions in the warehouse, on SQLite and PostgreSQL: what they outlive, what opens them again, and who is first."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from threading import Barrier

import pytest
import sqlalchemy as sa

from integration.warehouse_rows import OWN, at, dump, finding, link, load
from linkwatch.decisions import Decision
from linkwatch.errors import ReviewError
from linkwatch.model import Finding, Severity
from linkwatch.steps import reviewing
from linkwatch.steps.reviewing import Case, case_of, open_cases
from linkwatch.warehouse import apply_mutes, disavowed_domains, load_night, reopen_by_new_evidence
from night_home import NightHome

N1, N2, N3, N4 = "2026-11-20", "2026-11-21", "2026-11-22", "2026-11-23"
NOON = at(N1) + timedelta(hours=9)


@pytest.fixture(autouse=True)
def _home(engine: sa.Engine, warehouse_url: str, tmp_path) -> Iterator[None]:
    """Settings whose warehouse is the engine's."""
    del engine
    with NightHome(tmp_path / "settings", "", []).used(LINKWATCH_WAREHOUSE=warehouse_url):
        yield


def found(domain: str = "spam.example", rule: str = "hidden_link", **values) -> Finding:
    """A finding of medium severity on links of a domain."""
    named = {"key": domain, "rule": rule, "severity": Severity.MEDIUM, "domains": (domain,), "grounds": ("display:none",)}
    return finding(**{**named, **values})


def tell(engine: sa.Engine, night: str, *findings: Finding) -> tuple[int, int]:
    """What `detect` does of a night: load it, open again, mute; returns how many were opened and muted."""
    load_night(engine, load(night, findings=findings))
    return reopen_by_new_evidence(engine, night), apply_mutes(engine, night)


def decide(case: Case, verb: Decision = Decision.KEEP, *, when: datetime = NOON, by: str = "anna", **more) -> int:
    """A decision of Anna's in the terminal, at noon after the first night."""
    return reviewing.decide(case, verb, by=by, at=when, why="our partner", via="terminal", **more)


def subjects() -> list[str]:
    """What waits for a person."""
    return [case.subject for case in open_cases()]


def reviews(engine: sa.Engine) -> dict[str, str]:
    """What was said of each finding, by its key."""
    with engine.begin() as connection:
        return {key: review for key, review in connection.execute(sa.text("SELECT key, review FROM finding"))}


def test_a_decision_outlives_the_next_nights(engine: sa.Engine):
    """Found again with other counts, ended, found again: what was kept stays kept, and nobody is asked twice."""
    tell(engine, N1, found())
    assert decide(*open_cases()) == 1
    assert tell(engine, N2, found(evidence={"pages": 99}, link_ids=(1, 2, 3))) == (0, 0)
    assert tell(engine, N3) == (0, 0)
    assert tell(engine, N4, found()) == (0, 0)

    assert (subjects(), reviews(engine)) == ([], {"spam.example": "kept"})


@pytest.mark.parametrize("verb", [Decision.KEEP, Decision.DISAVOW, Decision.ASK])
def test_new_evidence_opens_a_decision_again(engine: sa.Engine, verb: Decision):
    """A ground that was not known when it was decided; the case says what was decided, and what is new since."""
    tell(engine, N1, found())
    decide(*open_cases(), verb)
    assert tell(engine, N2, found(grounds=("display:none", "text-indent"))) == (1, 0)
    assert tell(engine, N2, found(grounds=("display:none", "text-indent"))) == (0, 0)

    assert [case.asked_before for case in open_cases()] == [
        f"{N1} anna: {verb.value} (hidden link): our partner\n{N2} linkwatch: reopen (hidden link): new: text-indent"
    ]
    decide(*open_cases(), verb, when=NOON + timedelta(days=1))
    assert tell(engine, N3, found(grounds=("text-indent",))) == (0, 0)


def test_a_severity_that_rises_opens_a_decision_again_and_one_that_falls_does_not(engine: sa.Engine):
    """Medium when it was kept: high is news, low is none."""
    tell(engine, N1, found())
    decide(*open_cases())
    assert tell(engine, N2, found(severity=Severity.LOW)) == (0, 0)
    assert tell(engine, N3, found(severity=Severity.HIGH)) == (1, 0)
    assert open_cases()[0].asked_before.endswith("severity rose from medium to high")


def test_a_mute_takes_tomorrows_findings_of_its_rule_and_domain_until_it_ends(engine: sa.Engine):
    """A new finding of the same rule on the same domain is muted, others are not; on the day that it ends all is open."""
    tell(engine, N1, found())
    decide(*open_cases(), Decision.MUTE, until=date.fromisoformat(N3))
    others = found("other.example"), found(key="thin", rule="thin_page")
    assert tell(engine, N2, found(), found(key="new"), *others) == (0, 1)
    assert reviews(engine) == {"spam.example": "muted", "new": "muted", "other.example": "open", "thin": "open"}
    assert tell(engine, N2, found(), found(key="new"), *others) == (0, 0)

    assert tell(engine, N3, found(), found(key="new"), *others) == (2, 0)
    assert set(reviews(engine).values()) == {"open"}
    assert "its mute has ended" in open_cases()[0].asked_before + open_cases()[1].asked_before


def test_a_muted_network_that_grows_is_asked_about(engine: sa.Engine):
    """A mute covers the domains that it names, and no network with one more."""
    tell(engine, N1, found(key="net", rule="link_network", domains=("a.example", "b.example")))
    decide(*open_cases(), Decision.MUTE)
    grown = found(key="net", rule="link_network", domains=("a.example", "b.example", "c.example"))
    assert tell(engine, N2, grown) == (1, 0)
    assert open_cases()[0].asked_before.endswith("not all of it is muted: c.example")


def test_a_rule_is_muted_for_a_domain_or_a_link_and_unmuted(engine: sa.Engine):
    """A mute holds at once, on open findings too; its end opens them again, and says who ended it."""
    by_anna = {"by": "anna", "at": NOON, "why": "our own badge"}
    one, two = found(key="1", link_ids=(1,)), found(key="2", link_ids=(2,))
    tell(engine, N1, one, two)
    assert reviewing.mute_rule("hidden_link", "spam.example", link_id=2, **by_anna) == 1
    assert reviews(engine) == {"1": "open", "2": "muted"}
    assert reviewing.mute_rule("hidden_link", "spam.example", site=OWN, **by_anna) == 1
    assert reviews(engine) == {"1": "muted", "2": "muted"}

    assert reviewing.unmute("hidden_link", "spam.example", **by_anna) == 2
    assert {mute.why for mute in reviewing.all_mutes()} == {f"our own badge; ended by anna on {N1}: our own badge"}
    with pytest.raises(ReviewError, match="hidden_link is not muted for spam"):
        reviewing.unmute("hidden_link", "spam.example", **by_anna)


def test_only_what_is_open_on_own_sites_and_severe_enough_waits(engine: sa.Engine):
    """Neither what is in shadow, low, over, nor about a competitor."""
    hidden = [found("shadow.example", shadow=True), found("low.example", severity=Severity.LOW)]
    tell(engine, N1, found("over.example"), *hidden)
    tell(engine, N2, found(), found("rivals.example", site="rival.example"), *hidden)
    assert subjects() == ["spam.example"]


def test_of_two_who_decide_at_once_one_decides(engine: sa.Engine):
    """The other changes nothing, sees that, and finds nothing open."""
    tell(engine, N1, *(found(key=str(number)) for number in range(50)))
    [case] = open_cases()
    ready = Barrier(2)

    def answer(by: str) -> int:
        ready.wait(timeout=30)
        return decide(case, Decision.KEEP if by == "anna" else Decision.DISAVOW, by=by)

    with ThreadPoolExecutor(2) as pool:
        counts = list(pool.map(answer, ("anna", "bob")))
    assert sorted(counts) == [0, 50]
    assert set(reviews(engine).values()) == {"kept" if counts[0] else "disavowed"}
    assert case_of(case.case, [row["finding_id"] for row in case.findings]) is None


def test_the_same_decision_twice_is_one(engine: sa.Engine):
    """A task that runs again notes nothing new, and is told that its decision stands; once it was undone, it stands no more."""
    tell(engine, N1, found())
    [case] = open_cases()
    assert decide(case, Decision.MUTE) == 1
    known = dump(engine)
    assert decide(case, Decision.MUTE) == 1
    assert dump(engine) == known
    reviewing.unmute("hidden_link", "spam.example", by="bob", at=NOON, why="wrong domain")
    assert decide(case, Decision.MUTE) == 0


def test_a_person_takes_a_decision_back(engine: sa.Engine):
    """Everything that was decided of the domain is open again, and its domain is bad no more."""
    tell(engine, N1, found(), found("other.example"))
    for case in open_cases():
        decide(case, Decision.DISAVOW)
    assert disavowed_domains(engine) == {"spam.example", "other.example"}
    assert reviewing.reopen("spam.example", by="bob", at=NOON + timedelta(hours=1), why="mistaken") == 1

    assert (subjects(), disavowed_domains(engine)) == (["spam.example"], {"other.example"})
    assert [(act.verb, act.by, act.about, act.standing) for act in reviewing.last_acts(2)] == [
        ("reopen", "bob", "spam.example", 1),
        ("disavow", "anna", "group of 2 domains: other.example, spam.example", 2),
    ]


def test_a_night_told_late_opens_and_mutes_nothing(engine: sa.Engine):
    """A mute that is over stays over, and what a later night said stands."""
    tell(engine, N1, found())
    decide(*open_cases(), Decision.MUTE, until=date.fromisoformat(N3))
    tell(engine, N4, found())
    assert tell(engine, N2, found(grounds=("late",))) == (0, 0)
    assert reviews(engine) == {"spam.example": "open"}


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"why": " \n"}, "a decision without a reason"),
        ({"why": "x" * 1001}, "the reason has 1,001 characters; expected 1,000 at most"),
        ({"by": " "}, "a decision of nobody"),
        ({"verb": "like"}, "'like' is no decision; expected one of keep, disavow, mute, ask"),
        ({"verb": Decision.MUTE, "until": NOON.date()}, f"the mute ends on {N1}; expected a day after {N1}"),
        ({"until": date.fromisoformat(N3)}, "expected an end for mute alone"),
    ],
)
def test_a_decision_that_lacks_something_is_refused(engine: sa.Engine, values: dict, said: str):
    """It says what, and nothing was decided."""
    tell(engine, N1, found())
    with pytest.raises(ReviewError, match=said):
        reviewing.decide(*open_cases(), **{"verb": Decision.KEEP, "by": "anna", "at": NOON, "why": "ok", "via": "t", **values})
    assert subjects() == ["spam.example"]


def test_a_case_counts_each_link_once_and_drafts_a_letter(engine: sa.Engine):
    """Two rules about one link are one link; the letter has its page, its target and what is asked for."""
    row = link(7, source_url="https://spam.example/post", source_domain="spam.example", anchor="cheap\x1b[2J shoes")
    both = [found(rule=rule, key=rule, link_ids=(row["link_id"],)) for rule in ("hidden_link", "unqualified_paid")]
    load_night(engine, load(N1, links=[row], findings=both))
    [case] = open_cases()
    letter = reviewing.letter_for(case)

    assert (case.links, len(case.findings)) == (1, 2)
    assert letter.count("  page: https://spam.example/post\n  link: https://own.example/\n  text: cheap[2J shoes\n") == 2
    assert 'rel="sponsored"' in letter
