"""Faults: as many as the rate says, of the kinds that fit what is there, the same on every machine."""

from collections import Counter

import pytest

from linkwatch.model import Outcome
from linkwatch.world import FAULTS, Faults, World, two_nights_of_outage
from linkwatch.world.faults import Nature

URLS = [f"http://host-{number % 97}.example/{number}/" for number in range(20_000)]


@pytest.fixture(scope="module")
def world() -> World:
    """A world of which a good third of the fetches is hit, with an outage on nights 6 and 7."""
    return World(plots=12, hosts=150, pages=600, faults=Faults(1, 0.35, (6, 7)))


@pytest.mark.parametrize("rate", [0.05, 0.15, 0.30])
def test_the_rate_is_the_share_that_is_hit(rate):
    """So many of the addresses are hit on a night, kinds in their shares."""
    kinds = Counter(Faults(3, rate).kind(url, 4, Nature.PAGE) for url in URLS)
    hit = len(URLS) - kinds.pop("")
    assert hit / len(URLS) == pytest.approx(rate, abs=0.01)
    assert {kind: pytest.approx(fault.share, abs=0.03) for kind, fault in FAULTS.items()} == {
        kind: kinds[kind] / hit for kind in FAULTS
    }


def test_shares_add_up():
    """Every draw finds a kind."""
    assert sum(fault.share for fault in FAULTS.values()) == pytest.approx(1)


def test_without_a_rate_nothing_is_hit_but_in_the_outage():
    """The outage is the own network's, and takes every request, robots.txt too."""
    faults = Faults(3, 0, (9, 10))
    assert {faults.kind(url, 8, Nature.PAGE) for url in URLS} == {""}
    assert {faults.kind(url, 9, nature) for url in URLS[:1000] for nature in Nature} == {"dns", "reset", "hang"}


@pytest.mark.parametrize(
    ("nature", "never"),
    [
        (Nature.PAGE, set()),
        (Nature.OTHER, {"truncate", "empty"}),
        (Nature.SILENT, set(FAULTS) - {"reset", "hang"}),
        (Nature.ROBOTS, set(FAULTS)),
    ],
)
def test_kinds_fit_what_is_there(nature, never):
    """Who answers nobody is hit by resets and time-outs alone, a robots.txt by nothing, and half a page needs a page."""
    kinds = {Faults(3, 0.5).kind(url, 4, nature) for url in URLS} - {""}
    assert kinds == set(FAULTS) - never


def test_a_fault_lasts_the_night_and_comes_back_the_same():
    """One draw an address and night: asked again it says the same, and on the next night something else."""
    faults = Faults(3, 0.3)
    first, again, other = ([faults.kind(url, night, Nature.PAGE) for url in URLS[:500]] for night in (4, 4, 5))
    assert first == again != other


def test_an_outage_is_two_nights_in_the_middle():
    """Under every seed both nights lie within the run."""
    for seed in range(50):
        first, second = two_nights_of_outage(seed, 40)
        assert 13 < first < second < 30
        assert second == first + 1


def test_what_is_hit_answers_as_the_fault_does(world):
    """Each kind of fault is what comes back, and a request that none hits gets the truth."""
    truth = World(plots=12, hosts=150, pages=600)
    seen: dict[str, set[tuple[int, str, str]]] = {}
    for url in truth.pages:
        fault, answer = world.fault(url, 5), world.answer(url, 5, {})
        if fault:
            seen.setdefault(fault, set()).add((answer.status // 100, answer.behaviour, answer.headers.get("X-Squid-Error", "")))
        else:
            assert answer == truth.answer(url, 5, {}), url
    assert set(seen) == set(FAULTS)
    assert seen["reset"] == {(2, "reset", "")}
    assert seen["hang"] == {(2, "hang", "")}
    assert seen["server_error"] == {(5, "", "")}
    assert seen["dns"] == {(5, "", "ERR_DNS_FAIL 0")}
    assert seen["refused"] == {(5, "", "ERR_CONNECT_FAIL 111")}
    assert seen["wall_200"] == seen["empty"] == seen["page_5xx"] == {(2, "", "")}
    assert seen["truncate"] == {(2, "truncate", "")}
    assert {status for status, _, _ in seen["wall_4xx"]} <= {4, 5}


def test_robots_txt_is_left_alone_but_in_the_outage(world):
    """The robots.txt of a host that answers is hit on no night but those without a network."""
    robots = [f"http://{name}/robots.txt" for name in world.hosts if name.startswith("www.")]
    assert robots
    assert {world.fault(url, 5) for url in robots} == {""}
    assert "" not in {world.fault(url, 6) for url in robots}


def test_right_looks_at_faults_cannot_tell():
    """No fault is evidence for a loss."""
    assert {fault.outcome.evidence for fault in FAULTS.values()} == {Outcome.TIMEOUT.evidence}
