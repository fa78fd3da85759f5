"""The plots of a long run: enough of them, each as its scenes say, the same under the same seed."""

from collections import Counter
from html import escape

import pytest

from linkwatch.model import Outcome
from linkwatch.world import World
from linkwatch.world.fates import FATES
from linkwatch.world.stories import STORIES

NIGHTS = 20


@pytest.fixture(scope="module")
def world() -> World:
    """A world of some hundred hosts with stories."""
    return World(hosts=240, pages=1000, plots=NIGHTS)


def test_it_grows_as_it_is_told():
    """At least so many hosts, and pages that sources name, as the long run asks for."""
    world = World(hosts=800, pages=3000, plots=40)
    assert len(world.hosts) >= 800
    assert 3000 <= sum(1 for page in world.pages.values() if page.source) < 4000


def test_the_same_seed_plays_the_same(world):
    """Two worlds of one seed have the same pages with the same scenes; another seed has others."""
    again, other = (World(seed, hosts=240, pages=1000, plots=NIGHTS) for seed in (7, 8))
    assert world.pages == again.pages
    assert set(world.pages) != set(other.pages)


def test_names_are_reserved(world):
    """Nobody real is pointed at."""
    assert {host.rsplit(".", 1)[1] for host in world.hosts} == {"example"}


def test_stories_play_within_their_nights(world):
    """No scene begins before the first night or after the last."""
    assert {night for page in world.pages.values() for night in page.scenes if not 1 <= night <= NIGHTS} == set()


def test_every_outcome_is_played_that_plain_http_can_bring(world):
    """The stories meet every outcome, so that each is read under faults."""
    played = {page.scene(night).outcome for page in world.pages.values() for night in range(1, NIGHTS + 1)}
    assert set(Outcome) - played == {Outcome.TLS_ERROR, Outcome.HTTP_ERROR, Outcome.NOT_MODIFIED}


def test_decks_deal_every_story_and_fate():
    """A card that is never dealt would be a story that is never told."""
    assert min(*STORIES.values(), *FATES.values()) >= 1


def test_pages_show_the_links_that_their_scenes_say(world):
    """On every night of a change a page has the links that its scene shows, with their edits, and no other of its own."""
    wrong = []
    for page in world.pages.values():
        for night in {1, *page.scenes}:
            if page.source and page.scene(night).kind == "page":
                body = world.answer(page.url, night, {}).body.decode(world.host(page.url.split("/")[2]).charset)
                shown = page.shown(night)
                there = {number for number, link in enumerate(page.links) if f'<a href="{escape(link.href)}"' in body}
                if there != set(shown) or any(escape(link.anchor) not in body for link in shown.values()):
                    wrong.append((page.url, night))
    assert wrong == []


def test_stand_ins_answer_with_their_status_and_no_link(world):
    """What stands for a page has the status that its scene says, and none of the page's links."""
    wrong = []
    for page in world.pages.values():
        for night, scene in page.scenes.items():
            if scene.kind not in ("page", "redirect", "refresh", "squid", "hang", "drip", "reset", "close", "truncate"):
                answer = world.answer(page.url, night, {})
                if answer.status != scene.status or any(link.target.encode() + b'"' in answer.body for link in page.links):
                    wrong.append((page.url, night))
    assert wrong == []


def test_who_answers_everything_answers_siblings_as_it_answers_vanished_pages(world):
    """A page that vanished there reads like an address that never was, and nothing on it says so."""
    vanished = [
        (page.url, night) for page in world.pages.values() for night, scene in page.scenes.items() if scene.kind == "catch_all"
    ]
    assert vanished
    for url, night in vanished:
        page, sibling = (world.answer(address, night, {}) for address in (url, f"{url}never-was"))
        assert (page.status, sibling.status) == (200, 200)
        assert page.body.replace(url.encode(), b"") == sibling.body.replace(f"{url}never-was".encode(), b"")
        assert b"not found" not in page.body.lower()


def test_a_site_that_moves_stands_under_its_new_name_on_the_same_night(world):
    """Before that night nobody answers at the new name; from then on its pages are the old ones, links and all."""
    moved = [page for page in world.pages.values() if page.url.startswith("http://new-") and 1 in page.scenes and page.source]
    hosts = Counter(page.url.split("/")[2] for page in moved)
    assert hosts
    assert min(hosts.values()) >= 12
    for page in moved:
        [night] = set(page.scenes) - {1}
        old = page.url.replace("http://new-", "http://")
        assert "X-Squid-Error" in world.answer(page.url, night - 1, {}).headers
        assert world.answer(page.url, night, {}).status == 200
        assert world.answer(old, night - 1, {}).status == 200
        assert world.pages[old].links == page.links
        assert world.answer(old, night, {}).status in (404, 503)


@pytest.mark.parametrize("kind", ["redirect", "refresh"])
def test_articles_that_moved_are_at_their_new_address(world, kind):
    """A redirect or a stub that keeps the links leads to a page that has them."""
    kept = [
        (page, night)
        for page in world.pages.values()
        for night, scene in page.scenes.items()
        if page.source and scene.kind == kind and scene.shows
    ]
    assert kept
    for page, night in kept:
        answer = world.answer(page.url, night, {})
        to = answer.headers.get("Location") or answer.body.decode().partition("url=")[2].partition('"')[0]
        body = world.answer(to, night, {}).body.decode()
        assert all(f'<a href="{escape(link.href)}"' in body for link in page.links), page.url
