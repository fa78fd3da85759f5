"""The gap over whole nights: pages that link to competitors, one that names the brand, the mart, and `linkwatch gap`."""

import csv

import pytest

from linkwatch.cli import main
from linkwatch.settings import load_settings
from linkwatch.snapshots import NightStore
from linkwatch.steps.gap import tell_gap
from linkwatch.steps.telling import warehouse_of
from night_home import OWN, NightHome, name_of, page
from servers.page_proxy import page_proxy

RIVAL, OTHER = "http://rival.example/", "http://other.example/"
BOTH, NAMES, OURS, TALKS, PLAIN = (f"http://{name}.example/post" for name in ("both", "names", "ours", "talks", "plain"))
FILLER = [f"http://filler{number}.example/" for number in range(20)]
SITES = ("own.example", "rival.example", "other.example")
NAMED = "<p>Made with the help of Acorn Works.</p>"


@pytest.fixture(scope="module")
def home(airflow_home, tmp_path_factory):
    """Two nights. In the second one a page that named the brand links to it, and another one is new to the competitor."""
    del airflow_home
    with page_proxy() as proxy:
        home = NightHome(
            tmp_path_factory.mktemp("gap") / "home", proxy.address, [BOTH, NAMES, OURS, TALKS, PLAIN, *FILLER], sites=SITES
        )
        branded = home.config.read_text().replace('role = "own"\n', 'role = "own"\nbrand = ["Acorn Works"]\n', 1)
        home.config.write_text(branded)
        for url in FILLER:
            proxy.put(url, page(OWN))
        proxy.put(BOTH, page(RIVAL, OTHER))
        proxy.put(NAMES, page(f"{RIVAL}tool") + NAMED)
        proxy.put(OURS, page(RIVAL, OWN) + NAMED)
        proxy.put(TALKS, page() + NAMED)
        proxy.put(PLAIN, page(RIVAL))
        night(home, 1)
        yield home, proxy


def night(home: NightHome, number: int) -> None:
    """Run a night, and tell its gap (again, where the night has done so: telling twice is telling once)."""
    assert home.run(number)
    with home.used():
        settings = load_settings()
        tell_gap(settings, NightStore(settings.home), warehouse_of(settings), name_of(number))


def run(home: NightHome, *arguments: str) -> int:
    """A command in this process."""
    with home.used():
        return main(["gap", *arguments])


def test_the_mart_holds_the_gap(home):
    """Domains with links to competitors and none to us, those with two competitors first; the page that names us is known."""
    found = home[0].rows("SELECT * FROM gap_referring_domain ORDER BY rank")
    shown = ("rank", "source_domain", "competitors", "competitor_sites", "links", "best_page", "unlinked_mention", "mention_page")
    assert [tuple(row[name] for name in shown) for row in found] == [
        (1, "both.example", 2, "other.example,rival.example", 2, BOTH, 0, ""),
        (2, "names.example", 1, "rival.example", 1, NAMES, 1, NAMES),
        (3, "plain.example", 1, "rival.example", 1, PLAIN, 0, ""),
    ]
    assert {(row["site"], row["night"]) for row in found} == {("own.example", name_of(1))}
    mentions = home[0].rows("SELECT source_url, mentions FROM page WHERE mentions <> '' ORDER BY 1")
    assert [tuple(row.values()) for row in mentions] == [(NAMES, "own.example"), (TALKS, "own.example")]


def test_the_command_shows_it(home, capsys):
    """The best first, with the page to write to and the page that names us."""
    assert run(home[0]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "own.example: 3 referring domains to win" in shown
    places = [shown.index(name) for name in ("both.example", NAMES, PLAIN)]
    assert places == sorted(places)
    assert "names you without a link" in shown
    assert run(home[0], "--mentions", "--site", "own.example") == 0
    shown = capsys.readouterr().out
    assert "names.example" in shown
    assert "both.example" not in shown
    assert run(home[0], "--limit", "1") == 0
    assert "2 more: --limit 3" in capsys.readouterr().out


def test_the_command_writes_it_as_csv(home, tmp_path, capsys):
    """All rows, with a header."""
    path = tmp_path / "gap.csv"
    assert run(home[0], "--limit", "1", "--csv", str(path)) == 0
    assert "3 rows" in capsys.readouterr().out
    rows = list(csv.DictReader(path.open(encoding="utf-8")))
    assert [(row["rank"], row["source_domain"], row["mention_page"]) for row in rows] == [
        ("1", "both.example", ""),
        ("2", "names.example", NAMES),
        ("3", "plain.example", ""),
    ]
    assert run(home[0], "--csv", str(tmp_path / "none" / "gap.csv")) == 1
    assert "name another file" in capsys.readouterr().err


def test_a_site_that_is_not_ours_is_refused(home, capsys):
    """The error names the sites that can be asked about."""
    assert run(home[0], "--site", "rival.example") == 1
    assert "expected one of your own sites: own.example" in capsys.readouterr().err


def test_the_next_night_changes_what_changed(home):
    """Who links to us now is out; who stays as he was keeps his row, but for its rank."""
    home, proxy = home
    proxy.put(NAMES, page(f"{RIVAL}tool", OWN) + NAMED)
    proxy.put(FILLER[0], page(OWN, RIVAL))
    night(home, 2)
    found = home.rows("SELECT * FROM gap_referring_domain ORDER BY rank")
    assert [(row["source_domain"], row["rank"], row["night"]) for row in found] == [
        ("both.example", 1, name_of(1)),
        ("plain.example", 2, name_of(2)),
    ]
    assert home.column("SELECT source_url FROM page WHERE mentions <> ''") == [TALKS]


def test_a_night_that_is_told_late_changes_nothing(home):
    """Once a later night was told, an earlier one has nothing to say of the gap."""
    home, _ = home
    assert home.run(3)
    before = home.rows("SELECT * FROM gap_referring_domain ORDER BY gap_id")
    with home.used():
        settings = load_settings()
        counts = tell_gap(settings, NightStore(settings.home), warehouse_of(settings), name_of(1))
    assert counts == {"gap_domains": 0, "gap_rows_written": 0}
    assert home.rows("SELECT * FROM gap_referring_domain ORDER BY gap_id") == before
