"""A site that moves to another host: links that are told as changed, and never before their absence is confirmed."""

import os
import random
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from linkwatch.settings import ConfirmSettings
from linkwatch.snapshots import diff_snapshots
from twins import diff as slow_diff
from twins import fold as slow_fold
from twins.rows import fold_rows, look, sighting

EXAMPLES = int(os.environ.get("LINKWATCH_TEST_WORLDS", "5"))
NIGHT = datetime(2026, 11, 1, 3, tzinfo=UTC)
DAY = timedelta(days=1)
OLD, NEW = "https://www.old.example", "https://new.example"
PATHS = ("/", "/Post/", "/list?b=C", "/c", "/d")
TARGETS = ("https://own.example/", "https://own.example/shop")
OTHER = "https://other.example/"  # a page that answers every night


def links_of(host, paths=PATHS, target=TARGETS[0]):
    """Sightings of links on some pages of a host, with ids of their own."""
    number = {OLD: 1, NEW: 2}.get(host, 3)
    return [sighting(2**53 + number * 100 + PATHS.index(path), host + path, target) for path in paths]


class Story:
    """Nights of two hosts, one after the other; what each night tells is kept."""

    def __init__(self, folder):
        self.folder, self.before, self.number = folder, None, 0

    def night(self, old, new, **confirm):
        """Fold a night: a host shows some of its links, or every page of it ends in one outcome. What was told of each host."""
        looks, seen = [look(OTHER)], []
        for host, shows in ((OLD, old), (NEW, new)):
            if shows is None:
                continue
            outcome = shows if isinstance(shows, str) else "readable"
            looks += [look(host + path, outcome) for path in PATHS]
            seen += [] if isinstance(shows, str) else links_of(host, shows)
        given = {"as_of": NIGHT + self.number * DAY, "looks": [looks], "sightings": [seen], "confirm": ConfirmSettings(**confirm)}
        links, pages, _ = fold_rows(self.folder, self.before, **given)
        old_links = slow_fold_links(self.folder, self.before)
        told = diff_snapshots(old_links, str(self.folder / "links.parquet")).to_pylist()
        self.before, self.number = (links, pages), self.number + 1
        self.links = links
        kinds = {
            host: sorted({(change["kind"], change["reason"]) for change in told if change["source_url"].startswith(host)})
            for host in (OLD, NEW)
        }
        return kinds[OLD], kinds[NEW]


def slow_fold_links(folder, before):
    """The file of the snapshot before, if there was one."""
    return str(folder / "before_links.parquet") if before else None


ARRIVED, SILENT, LOST = [("changed", "moved_from")], [("", "")], [("lost", "link_removed")]


def test_a_move_is_a_change(tmp_path):
    """The new links say where they stood before; the old ones are lost without a word once their absence is confirmed."""
    story = Story(tmp_path)
    assert story.night(PATHS, None) == ([("discovered", "")], [])
    assert story.night((), PATHS) == (SILENT, ARRIVED)
    assert {link["state"] for link in story.links if link["source_url"].startswith(OLD)} == {"missing"}
    assert story.night((), PATHS) == (SILENT, [])
    for link in story.links:
        path = link["source_url"].split("/", 3)[3]
        if link["source_url"].startswith(OLD):
            assert (link["state"], link["lost_reason"], link["moved_to"]) == ("lost", "site_moved", f"{NEW}/{path}")
        else:
            assert (link["state"], link["moved_from"], link["moved_to"]) == ("live", f"{OLD}/{path}", "")
    assert story.night((), PATHS) == ([], [])


def test_a_host_whose_name_is_gone(tmp_path):
    """Where the old host does not answer at all the new links are told as moved at once, and the old ones are still live."""
    story = Story(tmp_path)
    story.night(PATHS, None)
    assert story.night("dns_error", PATHS) == ([], ARRIVED)
    assert [link["state"] for link in story.links] == ["live"] * 10


def test_a_new_host_that_comes_by_and_by(tmp_path):
    """New links that were told as discovered before there were enough for a move: then the old ones are told as moved there."""
    story = Story(tmp_path)
    story.night(PATHS, None)
    assert story.night((), PATHS[:3])[1] == [("discovered", "")]
    assert story.night((), PATHS) == ([("", ""), ("changed", "moved_to")], ARRIVED)


def test_a_new_host_that_stood_beside_the_old_one(tmp_path):
    """Links that were seen on both hosts on one night did not go from one to the other."""
    story = Story(tmp_path)
    story.night(PATHS, None)
    story.night(PATHS, PATHS)
    story.night((), PATHS)
    assert story.night((), PATHS) == (LOST, [])


def test_a_site_that_comes_back(tmp_path):
    """A link that is seen on the old host again is recovered, and says no more where it went."""
    story = Story(tmp_path)
    for shows in (PATHS, (), ()):
        story.night(shows, () if shows else PATHS)
    assert story.night(PATHS, PATHS) == ([("recovered", "")], [])
    assert {link["moved_to"] for link in story.links} == {""}


@pytest.mark.parametrize(
    ("old", "left", "new"),
    [
        (PATHS, PATHS[:1], PATHS),  # one link is still there
        (PATHS, (), PATHS[:3]),  # 3 of 5 are fewer than 80 %
        (PATHS[:2], (), PATHS),  # two links may be chance
        (PATHS, (), None),
    ],
)
def test_what_is_no_move(tmp_path, old, left, new):
    """Losses stay losses and discoveries discoveries where too little reappears, or the old site stands."""
    story = Story(tmp_path)
    story.night(old, None)
    assert story.night(left, new)[1] in ([("discovered", "")], [])
    assert story.night(left, new) == (LOST, [])


def test_a_copy_that_stood_there_all_along_is_no_move(tmp_path):
    """Links that were known on both hosts from the same night on did not go anywhere when one host loses them."""
    story = Story(tmp_path)
    story.night(PATHS, PATHS)
    story.night((), PATHS)
    assert story.night((), PATHS) == (LOST, [])


def test_four_of_five_are_enough(tmp_path):
    """With 80 % at the new host the site has moved; the link that did not go along is lost."""
    story = Story(tmp_path)
    story.night(PATHS, None)
    assert story.night((), PATHS[:4])[1] == ARRIVED
    assert story.night((), PATHS[:4])[0] == [("", ""), ("lost", "link_removed")]


def test_spellings_of_the_path_do_not_matter(tmp_path):
    """Letter case, a trailing slash and `www.` do not hide a move; the query counts as it is."""
    pages = [OLD + path for path in PATHS]
    before = fold_rows(tmp_path, None, as_of=NIGHT, looks=[[look(url) for url in pages]], sightings=[links_of(OLD)])[:2]
    spelled = ["http://www.new.example/", f"{NEW}/post", f"{NEW}/LIST?b=C", f"{NEW}/C/", f"{NEW}/d"]
    seen = [sighting(number, url, "http://www.own.example") for number, url in enumerate(spelled)]
    looks = [look(url) for url in (*pages, *spelled)]
    links, _, _ = fold_rows(tmp_path, before, as_of=NIGHT + DAY, looks=[looks], sightings=[seen])
    assert pages == [link["moved_from"] for link in links[:5]]


shows = st.one_of(
    st.sampled_from(["", "", "dns_error", "page_gone", "timeout", "not_modified", "-"]),
    st.sets(st.sampled_from(range(8)), min_size=5),
    st.just({*range(8)}),
)


@settings(max_examples=EXAMPLES, deadline=None, database=None, phases=[Phase.explicit, Phase.generate])
@given(st.lists(st.fixed_dictionaries(dict.fromkeys(range(4), shows)), min_size=3, max_size=3), st.integers(0, 9))
def test_every_move_equals_its_twin(nights, order):
    """Whatever four hosts show of the same eight links, the fold finds the moves that its twin finds, and so does the diff."""
    before = ([], [])
    names = ("https://a.example", "https://www.a.example", "https://b.example", "https://c.example")
    with tempfile.TemporaryDirectory() as name:
        for number, night in enumerate([{0: {*range(8)}}, *nights]):  # something has to be there before it can move
            looks, seen = [look(OTHER)], []
            for host, shown in night.items():
                pages = [f"{names[host]}/{page}" for page in range(4)] if shown != "-" else []
                looks += [look(url, shown if isinstance(shown, str) and shown else "readable") for url in pages]
                kept = shown if isinstance(shown, set) else set()
                seen += [
                    sighting(100 * host + link, f"{names[host]}/{link // 2}", TARGETS[link % 2], position=link)
                    for link in sorted(kept)
                ]
            random.Random(order).shuffle(looks)  # noqa: S311  # an order, no secret
            given = {"as_of": NIGHT + number * DAY, "confirm": ConfirmSettings(vanished_checks=2, vanished_days=1.0)}
            twin = slow_fold.Night(before, [], looks, seen, **given)
            expected = twin.fold()
            links, pages, _ = fold_rows(Path(name), before, looks=[looks[::2], looks[1::2]], sightings=[seen], **given)
            assert expected == ([{k: v for k, v in link.items() if k != "row_hash"} for link in links], pages)
            told = diff_snapshots(str(Path(name) / "before_links.parquet"), str(Path(name) / "links.parquet")).to_pylist()
            assert slow_diff.diff(before[0], links) == [slow_diff.parsed(change) for change in told]
            before = (links, pages)
