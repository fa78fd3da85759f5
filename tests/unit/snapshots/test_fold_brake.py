"""The brakes: when a night, a network or a host fails as it usually does not, losses wait."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from linkwatch.settings import ConfirmSettings
from linkwatch.snapshots.brake import excess_share
from twins.rows import fold_rows, look, sighting

NIGHT = datetime(2026, 11, 1, 3, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("failing", "answered", "usual", "expected"),
    [(0, 0, 0.0, 0.0), (5, 20, 0.0, 0.25), (6, 20, 0.3, 0.0), (20, 20, 0.3, 1.0), (13, 20, 0.3, 0.5), (3, 3, 1.0, 0.0)],
)
def test_excess(failing, answered, usual, expected):
    """Of the pages that should have answered, those that did not."""
    assert excess_share(failing, answered, usual) == pytest.approx(expected)


def outage(folder, outcome, failing, total=20, **confirm):
    """Night 2 of `total` live links, of which one is absent for the second time and `failing` pages cannot tell."""
    pages = [f"https://p{number}.example/" for number in range(total)]
    seen = [sighting(number, url) for number, url in enumerate(pages)]
    before = fold_rows(folder, None, as_of=NIGHT, looks=[[look(url) for url in pages]], sightings=[seen])[:2]
    before = fold_rows(folder, before, as_of=NIGHT + DAY, looks=[[look(url) for url in pages]], sightings=[seen[1:]])[:2]
    looks = [look(url, outcome if number >= total - failing else "readable") for number, url in enumerate(pages)]
    seen = seen[1 : total - failing]
    return fold_rows(folder, before, as_of=NIGHT + 2 * DAY, looks=[looks], sightings=[seen], confirm=ConfirmSettings(**confirm))


@pytest.mark.parametrize(
    ("outcome", "failing", "total", "brake"),
    [
        ("timeout", 5, 20, True),
        ("timeout", 4, 20, False),
        ("timeout", 5, 19, False),  # too few pages to tell an outage from a bad day
        ("robots_denied", 15, 20, False),
        ("blocked", 15, 20, True),
    ],
)
def test_brake(tmp_path, outcome, failing, total, brake):
    """When a quarter of the pages that answered last time cannot tell, the night's losses wait."""
    links, _, counts = outage(tmp_path, outcome, failing, total)
    assert brake == counts.brake
    assert ("missing" if brake else "lost") == links[0]["state"]
    assert links[0]["absences"] == 2


def test_a_loss_that_waited_comes_with_the_next_look(tmp_path):
    """After the outage, the next look that does not show the link confirms the loss."""
    links, pages, _ = outage(tmp_path, "timeout", 20 - 1)
    links, _, counts = fold_rows(tmp_path, (links, pages), as_of=NIGHT + 3 * DAY, looks=[[look("https://p0.example/")]])
    assert not counts.brake
    assert links[0]["state"] == "lost"


def test_pages_that_vanish_all_at_once_are_an_outage(tmp_path):
    """Twenty pages do not die in the same night: when so many mature together, their links wait."""
    confirm = {"vanished_checks": 1, "vanished_days": 0.0, "brake_share": 0.5}
    links, pages, _ = outage(tmp_path, "dns_error", 38, 40, **confirm)
    links, _, counts = fold_rows(
        tmp_path,
        (links, pages),
        as_of=NIGHT + 3 * DAY,
        looks=[[*(look(page["url"], "dns_error") for page in pages), look("https://other.example/")]],
        confirm=ConfirmSettings(**confirm),
    )
    assert (counts.brake, counts.vanish_brake, counts.vanishing) == (False, True, 40)
    assert {"live", "missing"} == {link["state"] for link in links}


def many(folder, hosts, pages, fails, nights=2, **confirm):
    """Pages of several hosts, each with a link; the first link of each host is absent for two nights, then a night of failures.

    `fails(host, page)` is true where the look of the last night cannot tell. All hosts of one letter are in one network.
    """
    before = None
    for number in range(nights + 1):
        looks, seen = [], []
        for host in hosts:
            for page in range(pages):
                url = f"https://{host}.example/{page}"
                outcome = "timeout" if number == nights and fails(host, page) else "readable"
                looks.append(look(url, outcome, network=f"network of {host[0]}" if outcome == "readable" else ""))
                if outcome == "readable" and not (page == 0 and number >= nights - 1):
                    seen.append(sighting(hosts.index(host) * 1000 + page, url))
        links, after, counts = fold_rows(
            folder, before, as_of=NIGHT + number * DAY, looks=[looks], sightings=[seen], confirm=ConfirmSettings(**confirm)
        )
        before = (links, after)
    return {hosts[link["link_id"] // 1000] for link in links if link["state"] == "lost"}, counts


def test_a_host_that_suddenly_fails(tmp_path):
    """Losses of one host wait when most of its pages cannot tell, and those of all others are told."""
    lost, counts = many(tmp_path, ("a1", "b1", "c1", "d1"), 20, lambda host, page: host == "a1" and page > 5)
    assert lost == {"b1", "c1", "d1"}
    assert (counts.brake, counts.braked_hosts, counts.braked_networks) == (False, 1, 1)


def test_a_network_that_suddenly_fails(tmp_path):
    """Losses in a network wait when too many of its pages cannot tell, though no host of it has pages enough to say so."""
    hosts = ("a1", "a2", "a3", "b1", "b2", "b3", "b4", "b5", "b6", "b7", "b8", "b9")
    lost, counts = many(tmp_path, hosts, 10, lambda host, page: host[0] == "a" and page > 4)
    assert lost == {*hosts[3:]}
    assert (counts.brake, counts.braked_hosts, counts.braked_networks) == (False, 0, 1)


def test_too_few_failures_may_be_chance(tmp_path):
    """A quarter of a host's twenty pages may fail by chance: its losses are told."""
    hosts = ("a1", "b1", "c1", "d1")
    lost, counts = many(tmp_path, hosts, 20, lambda host, page: host == "a1" and page > 15, brake_share=0.2)
    assert lost == {*hosts}
    assert counts.newly_failing == 4


def noisy_nights(folder, share, nights, total=400):
    """Counts of nights on which each page fails with the same probability, and on the last one all do."""
    chance = random.Random(5)  # noqa: S311  # noise, no secret
    before, told = None, []
    for number in range(nights + 1):
        looks = [
            look(f"https://p{page}.example/", "timeout" if number == nights or chance.random() < share else "readable")
            for page in range(total)
        ]
        links, pages, counts = fold_rows(folder, before, as_of=NIGHT + number * DAY, looks=[looks])
        told.append(counts)
        before = (links, pages)
    return told


def test_steady_noise_never_brakes(tmp_path):
    """What fails at 30 % every night is as usual from the second night on, and a night without any answer brakes all the same."""
    told = noisy_nights(tmp_path, 0.3, 8)
    assert [counts.brake for counts in told] == [False] * 8 + [True]
    assert all(0.22 < counts.usual_share < 0.38 for counts in told[1:])
    assert told[-1].excess_share == 1.0
