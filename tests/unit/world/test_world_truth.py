"""The world's truth, held against its own bytes: a slow reader with regular expressions looks at every page on every night."""

import html
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

import pytest

from linkwatch.model import ChangeKind, LossReason, Outcome, State
from linkwatch.world import NIGHTS, Answer, LinkFacts, NightTruth, World, truth

ANCHOR = re.compile(r'<a href="([^"]+)"(?: rel="([^"]*)")?>(?:<img [^>]*alt="([^"]*)">|([^<]*))</a>')
META_ROBOTS = re.compile(r'<meta name="robots" content="([^"]*)">')
CANONICAL = re.compile(r'<link rel="canonical" href="([^"]*)">')
HIDDEN = re.compile(r'<div style="display:none">.*?</div>', re.DOTALL)
ZONES = {
    "nav": re.compile(r"<nav.*?</nav>", re.DOTALL),
    "comment": re.compile(r'<section id="comments".*?</section>', re.DOTALL),
    "sidebar": re.compile(r"<aside.*?</aside>", re.DOTALL),
    "footer": re.compile(r"<footer.*?</footer>", re.DOTALL),
}
GONE = {404: "page_not_found", 410: "page_gone"}
VANISHED = {"dns_error", "connection_refused", "server_error"}


@dataclass(frozen=True)
class Look:
    """What one reading of one page told: its watched links, or why there are none, or (`tells` false) nothing."""

    tells: bool
    reason: str
    links: Mapping[str, LinkFacts]


@pytest.fixture(scope="module")
def world() -> World:
    """The default world."""
    return World()


@pytest.fixture(scope="module")
def truths(world: World) -> dict[int, NightTruth]:
    """Its truth, night by night."""
    return {night: truth(world, night) for night in range(1, NIGHTS + 1)}


@pytest.fixture(scope="module")
def looks(world: World) -> dict[int, dict[str, Look]]:
    """What the slow reader saw on every night on every page that a source names."""
    named = [page.url for page in world.pages.values() if page.source]
    return {night: {url: look(world, url, night) for url in named} for night in range(1, NIGHTS + 1)}


def look(world: World, url: str, night: int) -> Look:
    """Read one page as a patient person would."""
    answer, end = world.answer(url, night, {}), url
    for _ in range(5):
        if answer.status == 301:
            end = answer.headers["Location"]
            answer = world.answer(end, night, {})
    squid = answer.headers.get("X-Squid-Error", "")
    if "FAIL" in squid:
        return Look(False, "dns_error" if "DNS" in squid else "connection_refused", {})
    if answer.status != 200 or answer.behaviour or not answer.headers["Content-Type"].startswith("text/html"):
        return Look(answer.status in GONE, GONE.get(answer.status, "server_error" if answer.status >= 500 else "blocked"), {})
    return _read(world, url, night, answer, end)


def _read(world: World, url: str, night: int, answer: Answer, end: str) -> Look:
    host = urlsplit(url).netloc
    if b"Disallow: /\n" in world.answer(f"http://{host}/robots.txt", night, {}).body:
        return Look(False, "robots", {})
    text = answer.body.decode(world.host(host).charset)
    if "Page not found" in text:
        return Look(True, "soft_404", {})
    if "domain is for sale" in text:
        return Look(True, "domain_parked", {})
    if not text or len(text) > 1_000_000 or "Just a moment" in text or '<div id="root">' in text:
        return Look(False, "blocked", {})
    robots, x_robots = (META_ROBOTS.findall(text) or [""])[0], answer.headers.get("X-Robots-Tag", "")
    canonical = (CANONICAL.findall(text) or [end])[0]
    found = {}
    for match in ANCHOR.finditer(text):
        href, rel, alt, words = match.groups()
        target = re.sub(r"\?utm_.*|#.*", "", href).replace("HTTP://", "http://")
        if not _watched(world, target) or _watched(world, url) == _watched(world, target):
            continue
        signals = (("rel", rel or ""), ("meta_robots", robots), ("x_robots_tag", x_robots))
        withheld = " ".join(name for name, said in signals if "nofollow" in said)
        at = match.start()
        assert target not in found, f"{url} has {target} twice, which has no single truth"
        found[target] = LinkFacts(
            followed=not withheld,
            rel=rel or "",
            nofollow_by=withheld,
            anchor=html.unescape(alt or words),
            zone=next((zone for zone, part in ZONES.items() if any(_inside(at, m) for m in part.finditer(text))), "content"),
            hidden_by="display:none" if any(_inside(at, m) for m in HIDDEN.finditer(text)) else "",
            element="image" if alt else "text",
            page_noindex="noindex" in robots + x_robots,
            page_canonical="" if canonical == end else canonical,
            target_broken=GONE.get(world.answer(target, night, {}).status, "") if world.own.site in target else "",
        )
    return Look(True, "page_redirected" if end != url else "link_removed", found)


def _inside(at: int, match: re.Match[str]) -> bool:
    return match.start() < at < match.end()


def _watched(world: World, url: str) -> str:
    host = urlsplit(url).netloc
    return next((site.site for site in world.sites if f".{host}".endswith(f".{site.site}")), "")


def told(looks: dict[int, dict[str, Look]], url: str, target: str) -> list[tuple[int, str, str]]:
    """The rules of the design, slowly, for one link: (night, kind, loss reason)."""
    events: list[tuple[int, str, str]] = []
    state, absences, failures, could_tell = "", 0, [], False
    for night, pages in looks.items():
        now = pages[url]
        failures = [*failures, night] if now.reason in VANISHED and not now.tells else []
        if now.tells and target in now.links:
            if state != "live":
                kind = "recovered" if state == "lost" else "gained" if could_tell else "discovered"
                events.append((night, kind, ""))
            state, absences = "live", 0
        elif now.tells:
            absences += 1
        could_tell = could_tell or now.tells
        gone = now.tells and absences == 2
        vanished = len(failures) >= 3 and night - failures[0] >= 6
        if state == "live" and (gone or vanished):
            events.append((night, "lost", now.reason))
            state = "lost"
    return events


def test_events_are_what_the_rules_make_of_the_pages(world, looks, truths):
    """Every gain, first sight, loss and recovery follows from the bytes by the design's rules, and there is no other."""
    links = {(url, target) for pages in looks.values() for url, seen in pages.items() for target in seen.links}
    expected = {(night, kind, url, target, reason) for url, target in links for night, kind, reason in told(looks, url, target)}
    actual = {
        (night, event.kind.value, event.source_url, event.target_url, event.reason)
        for night, known in truths.items()
        for event in known.events
        if event.kind is not ChangeKind.CHANGED
    }
    assert expected == actual


def test_facts_of_live_links_stand_on_the_pages(looks, truths):
    """Rel, anchor, zone and the rest are what the last readable look at the page showed."""
    last: dict[tuple[str, str], LinkFacts] = {}
    for night, pages in looks.items():
        last |= {(url, target): facts for url, seen in pages.items() for target, facts in seen.links.items()}
        assert truths[night].facts == {pair: last[pair] for pair in truths[night].facts}


def test_changes_are_the_differences_of_the_facts(truths):
    """A change names exactly the attributes that differ from the night before."""
    for night in range(2, NIGHTS + 1):
        before, after = truths[night - 1].facts, truths[night].facts
        expected = {
            (*pair, frozenset(name for name in LinkFacts.__slots__ if getattr(before[pair], name) != getattr(facts, name)))
            for pair, facts in after.items()
            if pair in before and before[pair] != facts
        }
        told_changes = {event for event in truths[night].events if event.kind is ChangeKind.CHANGED}
        assert expected == {(event.source_url, event.target_url, event.attributes) for event in told_changes}


def test_each_loss_has_two_nights_of_absence_behind_it(looks, truths):
    """A link is told lost for absence only when the two last looks that could tell did not show it."""
    for night, known in truths.items():
        for event in (event for event in known.events if event.kind is ChangeKind.LOST and event.reason not in VANISHED):
            seen = [looks[at][event.source_url] for at in range(1, night + 1) if looks[at][event.source_url].tells]
            assert [event.target_url in one.links for one in seen[-3:]] == [True, False, False], event


def test_outcomes_agree_with_the_looks(looks, truths):
    """Where the truth names an outcome that can tell, the reader could tell; and where not, not."""
    for night, known in truths.items():
        could = {url for url, outcome in known.outcomes.items() if outcome.evidence != "inconclusive"}
        assert could == {url for url, seen in looks[night].items() if seen.tells}


def test_every_loss_reason_is_played(truths):
    """Each reason of the evidence table costs a link within the script, the quick ones by night 3; sites move in the plots."""
    by_night = {night: {event.reason for event in known.events if event.reason} for night, known in truths.items()}
    assert set(LossReason) - {LossReason.SITE_MOVED} == set().union(*by_night.values())
    assert set(LossReason) - {LossReason.SITE_MOVED, *map(LossReason, VANISHED)} == by_night[3]


def test_every_outcome_but_tls_is_played(truths):
    """Each outcome happens, save those that plain http:// through a proxy cannot bring, and garbled pages: plots have these."""
    played = {outcome for known in truths.values() for outcome in known.outcomes.values()}
    assert set(Outcome) - played == {Outcome.TLS_ERROR, Outcome.HTTP_ERROR, Outcome.GARBLED}


def test_nights_stay_far_below_the_brake(truths):
    """Of the pages that could tell last night, too few fail tonight to make losses wait."""
    for night in range(2, NIGHTS + 1):
        answered = {url for url, outcome in truths[night - 1].outcomes.items() if outcome.evidence != "inconclusive"}
        failing = {url for url in answered if truths[night].outcomes[url].evidence == "inconclusive"}
        assert len(failing) < 0.1 * len(answered)


def test_one_anchor_spikes_and_only_on_its_night(truths):
    """One exact anchor comes from many new referring domains on night 3, and no other on any night."""
    spikes = set()
    for night in range(2, NIGHTS + 1):
        known = truths[night - 1].referring_domains("fernwood.example")
        new: dict[str, set[str]] = {}
        for event in truths[night].events:
            domain = ".".join(urlsplit(event.source_url).netloc.split(".")[-2:])
            if event.kind is ChangeKind.GAINED and domain not in known:
                new.setdefault(truths[night].facts[event.source_url, event.target_url].anchor, set()).add(domain)
        spikes |= {(night, anchor, len(domains)) for anchor, domains in new.items() if len(domains) > 2}
    assert {(3, "cheap garden sheds", 8)} == spikes


def test_links_on_many_pages_of_a_domain_are_the_widgets(truths):
    """No domain but the widgets' repeats one anchor to one target on more than a few pages."""
    repeated = Counter(
        (".".join(urlsplit(source).netloc.split(".")[-2:]), target, facts.anchor)
        for (source, target), facts in truths[3].facts.items()
    )
    assert {"plot-planner.example", "frost-calendar.example", "rain-gauge.example"} == {
        domain for (domain, _, _), count in repeated.items() if count > 5
    }


def test_unverified_claims_stay_unverified(truths):
    """Claims that no look confirms are known from the first night and never told."""
    unverified = {pair for pair, state in truths[10].states.items() if state is State.UNVERIFIED}
    assert len(unverified) == 6
    assert unverified < {pair for pair, state in truths[1].states.items() if state is State.UNVERIFIED}
    assert not unverified & {(event.source_url, event.target_url) for known in truths.values() for event in known.events}


def test_the_script_ends(world):
    """After the last night every page stays as it is."""
    assert truth(world, NIGHTS + 30).events == frozenset()
    assert replace(truth(world, NIGHTS + 1), night=0) == replace(truth(world, NIGHTS + 2), night=0)
