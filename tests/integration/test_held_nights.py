"""A night that the audit holds changes nothing; a person releases it or drops it, and in both cases history stays whole."""

import shutil

import pytest

from linkwatch import steps
from linkwatch.cli import main
from linkwatch.errors import NightError
from night_home import OWN, NightHome, name_of, page
from servers.page_proxy import page_proxy

LEAVING = [f"http://leaving{number}.example/" for number in range(12)]
STAYING = [f"http://staying{number}.example/" for number in range(12)]
NEW = "http://new.example/"


@pytest.fixture(scope="module")
def proxy():
    """The pages' proxy, for all tests of this module."""
    with page_proxy() as proxy:
        yield proxy


def serve(proxy, *, collapsed: bool) -> None:
    """All pages link to us; or half of them do no more, and a page that did not now does."""
    for url in (*LEAVING, *STAYING, NEW):
        links = url not in LEAVING if collapsed else url != NEW
        proxy.put(url, page(OWN) if links else page())


@pytest.fixture(scope="module")
def three_nights(proxy, airflow_home, tmp_path_factory):
    """Two good nights and a third that is held, as half of the links are gone at once; and the tables as they were before it."""
    del airflow_home
    home = NightHome(tmp_path_factory.mktemp("held"), proxy.address, [*LEAVING, *STAYING, NEW])
    serve(proxy, collapsed=False)
    assert home.run(1)
    assert home.run(2)
    before = tables(home)
    serve(proxy, collapsed=True)
    assert not home.run(3)
    return home, before


@pytest.fixture
def held(three_nights, proxy, tmp_path):
    """A copy of that home for one test; the pages are still as they were on the third night."""
    shutil.copytree(three_nights[0].folder, tmp_path / "home")
    serve(proxy, collapsed=True)
    return NightHome(tmp_path / "home", proxy.address, [*LEAVING, *STAYING, NEW])


def tables(home: NightHome) -> dict[str, list]:
    """Rows of the tables that a held night leaves alone."""
    names = ("link", "page", "change", "finding")
    return {name: sorted(map(repr, home.rows(f"SELECT * FROM {name}"))) for name in names}  # noqa: S608 - names from above


def audits(home: NightHome) -> list[str]:
    """What became of each night."""
    return home.column("SELECT audit FROM night ORDER BY night")


def messages(home: NightHome) -> list[str]:
    """Status of each message about a held night."""
    return home.column("SELECT status FROM alert WHERE kind = 'held'")


def run_cli(home: NightHome, *arguments: str) -> int:
    """A command of linkwatch in that home."""
    with home.used():
        return main(arguments)


def test_a_held_night_changes_nothing_but_its_own_row(three_nights):
    """Links, pages, changes and findings are those of the night before, and operations are told once."""
    home, before = three_nights
    assert tables(home) == before
    assert (audits(home), messages(home)) == (["passed", "passed", "held"], ["printed"])
    assert not (home.folder / "nights" / name_of(3) / "published.json").exists()
    assert home.column("SELECT links_live FROM night WHERE audit = 'held'") == [24]


def test_a_held_night_that_is_run_again_stays_held_and_says_nothing_new(held, capsys):
    """Even when the web has recovered meanwhile: what was collected stands until a person decides."""
    held.run(3)
    capsys.readouterr()
    assert not held.run(3)
    assert (audits(held), messages(held)) == (["passed", "passed", "held"], ["printed"])
    assert capsys.readouterr().out == ""


def test_the_list_of_nights_says_why_it_is_held(held, capsys):
    """With what was seen, what was expected, and the two ways out."""
    assert run_cli(held, "nights") == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert f"{name_of(3)} held own.example 24" in shown
    assert "No site lost an abnormal part of its live links: own.example 54.2% (expected at least 70%" in shown
    assert f"linkwatch release {name_of(3)}" in shown
    assert f"linkwatch drop {name_of(3)}" in shown


def test_release_publishes_and_tells(held, capsys):
    """The night counts as published and its gain is told; the next night confirms its losses, and is not held again."""
    assert run_cli(held, "release", name_of(3)) == 0
    assert audits(held) == ["passed", "passed", "released"]
    assert held.told(3) == {("gained", NEW, "")}
    assert f"own.example: night of {name_of(3)}" in capsys.readouterr().out
    assert held.run(4)
    assert held.told(4) == {("lost", url, "link_removed") for url in LEAVING}


def test_drop_throws_the_night_away_and_it_can_be_run_anew(held, proxy):
    """What was known stays; the second run of the night reads the sources and the pages again."""
    before = tables(held)
    assert run_cli(held, "drop", name_of(3)) == 0
    assert audits(held) == ["passed", "passed", "dropped"]
    assert tables(held) == before
    serve(proxy, collapsed=False)
    proxy.put(NEW, page(OWN))
    assert held.run(3)
    assert audits(held) == ["passed", "passed", "passed"]
    assert held.told(3) == {("gained", NEW, "")}
    assert set(held.states().values()) == {"live"}


def test_a_dropped_night_that_is_held_for_another_reason_is_told_again(held, proxy):
    """Operations hear of each hold once, not of each night once."""
    assert run_cli(held, "drop", name_of(3)) == 0
    proxy.put(STAYING[0], page())
    assert not held.run(3)
    assert messages(held) == ["printed", "printed"]


def test_a_night_that_later_nights_passed_by_can_only_be_dropped(held, proxy):
    """Snapshots follow each other: release says so and what to do, and changes nothing."""
    serve(proxy, collapsed=False)
    assert held.run(4)
    with held.used(), pytest.raises(NightError, match=rf"later night {name_of(4)} is published already.*drop {name_of(3)}"):
        steps.release(name_of(3))
    assert audits(held) == ["passed", "passed", "held", "passed"]
    assert run_cli(held, "drop", name_of(3)) == 0


def test_a_night_that_was_folded_before_another_was_released_is_not_published(held):
    """Its snapshot does not know what the released night knew; it is dropped and run anew, and no link is forgotten."""
    assert not held.run(4)
    assert run_cli(held, "release", name_of(3)) == 0
    with held.used(), pytest.raises(NightError, match=rf"follows on {name_of(2)}, and night {name_of(3)} was published"):
        steps.release(name_of(4))
    assert run_cli(held, "drop", name_of(4)) == 0
    assert held.run(4)
    assert held.told(4) == {("lost", url, "link_removed") for url in LEAVING}


@pytest.mark.parametrize("verb", ["release", "drop"])
@pytest.mark.parametrize(
    ("night", "said"),
    [(name_of(9), "is not there; known nights: 2026-03-02"), (name_of(2), "is published"), ("2026-03-31", "is not there")],
)
def test_a_verb_that_does_not_fit_says_so(held, capsys, verb, night, said):
    """A night that is not there, or is published, is an error for people, and exit status 1."""
    assert run_cli(held, verb, night) == 1
    assert f"linkwatch: night {night} {said}" in capsys.readouterr().err
    assert audits(held) == ["passed", "passed", "held"]


def test_an_unfinished_night_is_not_released_and_may_be_dropped(held, capsys):
    """A run that was killed half-way is no held night."""
    held.run(4, until="fold")
    assert run_cli(held, "release", name_of(4)) == 1
    assert "is unfinished; expected a held night" in capsys.readouterr().err
    assert run_cli(held, "drop", name_of(4)) == 0


def test_a_drop_without_the_warehouse_can_be_repeated(held):
    """The warehouse is told first, so that no night is gone of which the table still says that it is held."""
    with held.used(LINKWATCH_WAREHOUSE="postgresql://nobody@127.0.0.1:1/none"):
        assert main(["drop", name_of(3)]) == 1
    assert run_cli(held, "drop", name_of(3)) == 0
    assert audits(held) == ["passed", "passed", "dropped"]
