"""The referee of `make truth`: agrees with the script's hand-written tells, and finds what is told wrong, late or not at all."""

import pytest
from truth.nights import Record, Run
from truth.referee import LATE, NOT_TOLD, NOTHING, OTHER_ATTRIBUTES, Ruling, judge
from truth.show import missed

from linkwatch.model import ChangeKind
from linkwatch.world import NIGHTS, World, truth

HUTS = ("http://alpine-notes.example/2025/winter-huts/", "http://fernwood.example/guides/winter-garden/")
BENCH = ("http://returning-swift.example/bench-test/", "http://fernwood.example/benches/teak-bench/")
LAMBS = ("http://sunken-lane.example/lambs/", "http://pinecrest.example/")
ANCHOR = ("http://word-smith.example/a/", "http://fernwood.example/guides/small-ponds/")
SPADES = ("http://fresh-furrow.example/spades/", "http://fernwood.example/tools/")
BLANK_DAY = ("http://hedge-school.example/blank-day/", "http://fernwood.example/guides/winter-garden/")
BOT_WALL = ("http://bot-wall.example/", "http://fernwood.example/")


@pytest.fixture(scope="module")
def world() -> World:
    """The script's cast, ten nights, no faults."""
    return World()


@pytest.fixture
def record(world: World) -> Record:
    """What a right linkwatch makes of these nights, by the script's own tells."""
    found = Record(Run(world.seed, 0, 0, NIGHTS, 0.0), published=list(range(1, NIGHTS + 1)))
    for night in found.published:
        known = truth(world, night)
        found.looks[night] = {url: outcome.value for url, outcome in known.outcomes.items()}
        found.told[night] = {
            (event.source_url, event.target_url): (
                event.kind.value,
                ",".join(sorted(event.attributes)) if event.kind is ChangeKind.CHANGED else event.reason,
            )
            for event in known.events
        }
    return found


def _wrong(ruling: Ruling) -> set[tuple[str, str]]:
    return {cell for cell in ruling.told if cell[0] != cell[1] and cell != (NOTHING, NOT_TOLD)}


def test_the_scripts_tells_are_right(world, record):
    """Two ways of knowing the truth, one written by hand and one worked out night by night, say the same."""
    ruling = judge(world, record)
    assert (ruling.misses, ruling.false_losses, ruling.untrue, ruling.unreached) == ([], 0, 0, 0)
    assert missed(ruling) == []
    assert ruling.told["link_removed", "link_removed"] > 20
    assert ruling.told["recovered", "recovered"] == 4


@pytest.mark.parametrize(
    ("night", "link", "why"),
    [
        (2, HUTS, "one look without the link is not enough"),
        (2, BLANK_DAY, "it is back on the next night"),
        (5, BOT_WALL, "nobody lets us in, so nobody can tell"),
        (4, LAMBS, "three failures, but in three nights"),
        (9, SPADES, "it is there"),
    ],
)
def test_a_loss_that_is_not_due_is_false(world, record, night, link, why):
    """However it came about: a loss is false while the link is there, hidden, or not yet absent for long enough."""
    record.told[night][link] = ("lost", "link_removed")
    ruling = judge(world, record)
    assert ruling.false_losses >= 1, why
    assert "false losses" in missed(ruling)


def test_a_loss_with_another_reason_is_told_and_wrong(world, record):
    """It stands in the row of what happened and the column of what was said."""
    record.told[3][HUTS] = ("lost", "page_gone")
    ruling = judge(world, record)
    assert _wrong(ruling) == {("link_removed", "page_gone")}
    assert ruling.false_losses == 0


def test_a_late_loss_is_late(world, record):
    """A night after it was due is too late."""
    record.told[4][HUTS] = record.told[3].pop(HUTS)
    ruling = judge(world, record)
    assert _wrong(ruling) == {("link_removed", LATE)}
    assert missed(ruling) == ["losses in time"]


def test_a_loss_that_is_never_told_is_missed(world, record):
    """And nobody has to be told that such a link is back."""
    del record.told[3][BENCH], record.told[4][BENCH]
    ruling = judge(world, record)
    assert _wrong(ruling) == {("link_removed", NOT_TOLD)}
    [miss] = ruling.misses
    assert (miss.night, miss.source_url, miss.looks) == (3, BENCH[0], "1:readable 2:readable 3:readable")


@pytest.mark.parametrize(("link", "night", "kind"), [(BENCH, 4, "recovered"), (SPADES, 2, "gained"), (ANCHOR, 2, "changed")])
def test_what_is_not_told_on_the_first_look_is_late_or_missed(world, record, link, night, kind):
    """Gains, recoveries and changes are due on the first readable look."""
    told = record.told[night].pop(link)
    assert _wrong(judge(world, record)) == {(kind, NOT_TOLD)}
    record.told[night + 1][link] = told
    assert _wrong(judge(world, record)) == {(kind, LATE)}


def test_a_change_of_other_attributes_is_wrong(world, record):
    """A change names what differs and nothing else."""
    record.told[2][ANCHOR] = ("changed", "anchor,rel")
    assert _wrong(judge(world, record)) == {("changed", OTHER_ATTRIBUTES)}


def test_a_change_that_is_none_is_untrue(world, record):
    """What is told of a link to which nothing happened is counted, be it no loss."""
    record.told[5][SPADES] = ("changed", "anchor")
    ruling = judge(world, record)
    assert (_wrong(ruling), ruling.untrue) == ({(NOTHING, "changed")}, 1)


def test_held_nights_do_not_count(world, record):
    """What would have been due on a held night is due on the next one that is published and shows it."""
    record.published.remove(3)
    record.held.append(3)
    record.told[4] |= {link: told for link, told in record.told.pop(3).items() if link == HUTS}
    ruling = judge(world, record)
    assert not [miss for miss in ruling.misses if miss.source_url == HUTS[0]]


def test_a_page_that_was_not_reached_owes_nothing(world, record):
    """Where our own time limit ended the look, nothing was due that night; it is counted apart."""
    record.looks[3][HUTS[0]] = "timeout"
    record.told[4][HUTS] = record.told[3].pop(HUTS)
    ruling = judge(world, record)
    assert (_wrong(ruling), ruling.unreached) == (set(), 1)
