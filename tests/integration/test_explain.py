"""`linkwatch explain` and what `check` says of the rules, on real nights: a loss, a link that waits, and links nobody knows."""

import json
import shutil

import pytest

from linkwatch.cli import main
from night_home import OWN, NightHome, as_of, name_of, page
from servers.page_proxy import page_proxy

GONE, LEFT, STAYS, TWO, HOSTILE = (f"http://{name}.example/post" for name in ("gone", "left", "stays", "two", "hostile"))
FILLER = [f"http://filler{number}.example/" for number in range(20)]
PAGES = [GONE, LEFT, STAYS, TWO, HOSTILE, *FILLER]
STEERING = "\x1b[2J\u202e"


@pytest.fixture(scope="module")
def home(airflow_home, tmp_path_factory):
    """Three nights: one page is gone since the second, one lost its link in the third, one lost one of two and then the other."""
    del airflow_home
    with page_proxy() as proxy:
        home = NightHome(tmp_path_factory.mktemp("explain") / "home", proxy.address, PAGES)
        for url in PAGES:
            proxy.put(url, page(OWN))
        proxy.put(TWO, page(OWN, f"{OWN}shop", anchor="both"))
        proxy.put(HOSTILE, page(OWN, anchor=f"{STEERING}buy"))
        assert home.run(1)
        proxy.put(GONE, "<title>gone</title>", status=410)
        proxy.put(TWO, page(f"{OWN}shop", anchor="one"))
        assert home.run(2)
        proxy.put(LEFT, page())
        assert home.run(3)
        yield home


def run(home: NightHome, *arguments: str) -> int:
    """A command in this process."""
    with home.used():
        return main(arguments)


def flat(shown: str) -> str:
    """What is shown, without the places where the screen was too narrow."""
    return " ".join(shown.split())


def one(home: NightHome, source: str, target: str = OWN) -> str:
    """The id of a link."""
    query = "SELECT link_id FROM link WHERE source_url = :source AND target_url = :target"
    [found] = home.column(query, source=source, target=target)
    return str(found)


def test_a_loss_is_told_from_its_first_night_to_its_message(home, capsys):
    """State, claims, both changes with their evidence, the page's looks run by run, the message, and the kept pages."""
    assert run(home, "explain", GONE) == 0
    told = flat(capsys.readouterr().out)
    kept_then, kept_now = (f"{name_of(number)}/kept-0000.warc.gz#" for number in (1, 3))
    said = [
        f"link {GONE} → {OWN} link_id {one(home, GONE)}, site own.example",
        f"now lost since {as_of(3):%Y-%m-%d %H:%M}: page gone (410)",
        "shown We like a good shop very much. followed, in content",
        "claimed by no source: found on its page",
        f"seen first {as_of(1):%Y-%m-%d %H:%M} (discovered), last {as_of(1):%Y-%m-%d %H:%M}; absent in 2 looks since",
        f"change {name_of(1)} discovered: anchor “a good shop”, followed, in content, first seen {name_of(1)} (HTTP 200)",
        f"change {name_of(3)} lost: the page was taken down for good (HTTP 410), last seen {name_of(1)}, missing since "
        f"{name_of(2)} (2 looks)",
        "was “We like [a good shop] very much.” · looks: 1 × readable to 03-02, then 2 × page gone to 03-04 · kept: “"
        + kept_then,
        f"looks {name_of(1)} 1 × readable {name_of(2)} to {name_of(3)} 2 × page_gone",
        f"last look {as_of(3):%Y-%m-%d %H:%M}: HTTP 410, page gone",
        f"told {name_of(3)} the night's message: printed told {name_of(3)} its details, in the thread: printed",
        f"when it was told as lost on {name_of(3)} kept {kept_then}",
    ]
    places = [told.find(part) for part in said]
    assert [part for part, place in zip(said, places, strict=True) if place < 0] == []
    assert places == sorted(places)
    assert f"kept {kept_now}" in told


@pytest.mark.parametrize(
    "arguments",
    [
        (GONE,),
        (GONE, OWN),
        ("https://www.gone.example/Post/",),
        ("gone.example/post", "own.example"),
        (f"{GONE}?utm_source=x#y",),
    ],
)
def test_any_spelling_names_the_link(home, capsys, arguments):
    """Scheme, www., case of the path, a trailing slash and tracking parameters make no other link."""
    assert run(home, "explain", *arguments) == 0
    assert flat(capsys.readouterr().out).startswith(f"link {GONE} → {OWN} ")


def test_an_id_names_the_link_be_it_negative_or_not(home, capsys):
    """Half of all ids begin with a minus, which is no option."""
    ids = [one(home, url) for url in PAGES]
    assert {identity[0] == "-" for identity in ids} == {True, False}
    for url, identity in zip(PAGES, ids, strict=True):
        assert run(home, "explain", identity) == 0
        assert flat(capsys.readouterr().out).startswith(f"link {url} → {OWN} link_id {identity}, ")


def test_a_missing_link_says_what_would_make_it_lost(home, capsys):
    """What has counted so far, and from when on a look counts."""
    assert run(home, "explain", LEFT) == 0
    told = flat(capsys.readouterr().out)
    assert f"now missing since {as_of(3):%Y-%m-%d %H:%M}: link removed from the page" in told
    assert f"not there in 1 look of 2 in a row; lost if a look after {name_of(3)} 23:00 UTC does not show it either" in told


def test_the_page_as_it_showed_the_link_is_written(home, capsys, tmp_path):
    """Of a page that was kept again without the link: the copy of the night that saw the link."""
    file = tmp_path / "page.html"
    assert run(home, "explain", TWO, OWN, "--page", str(file)) == 0
    assert file.read_text() == page(OWN, f"{OWN}shop", anchor="both")
    assert f"{TWO} as it was answered on {as_of(1):%Y-%m-%d %H:%M} (HTTP 200" in flat(capsys.readouterr().out)


def test_a_page_that_is_not_kept_any_more_is_an_error_that_says_so(home, capsys, tmp_path):
    """Somebody cleaned up the night's files: one line, no traceback, and the story was told before it."""
    copy = tmp_path / "home"
    shutil.copytree(home.folder, copy)
    for file in copy.glob("nights/*/kept-*"):
        file.unlink()
    tidied = NightHome(copy, "http://127.0.0.1:1", PAGES)
    assert run(tidied, "explain", GONE, "--page", str(tmp_path / "page.html")) == 1
    shown = capsys.readouterr()
    assert f"link {GONE} → {OWN} " in flat(shown.out)
    assert shown.err.startswith("linkwatch: store: ")
    assert "is not there" in shown.err
    assert shown.err.count("\n") == 1
    assert not (tmp_path / "page.html").exists()


def test_the_same_as_json(home, capsys):
    """Ids as text, times as ISO 8601, evidence and history as data."""
    assert run(home, "explain", GONE, "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["known"], told["link"]["link_id"], told["link"]["state"]) == (True, one(home, GONE), "lost")
    assert told["link"]["lost_at"] == as_of(3).isoformat()
    assert [change["kind"] for change in told["changes"]] == ["discovered", "lost"]
    assert told["changes"][1]["evidence"]["http_status"] == 410
    assert told["page"]["history"] == [["readable", name_of(1), name_of(1), 1], ["page_gone", name_of(2), name_of(3), 2]]
    assert [alert["kind"] for alert in told["alerts"]] == ["nightly", "thread"]
    assert [kept["place"].partition("/")[0] for kept in told["kept"]] == [name_of(3), name_of(1)]


@pytest.mark.parametrize(
    ("arguments", "said", "near"),
    [
        (("12",), "no link has the id 12", set()),
        (("99999999999999999999",), "no link has the id 99999999999999999999", set()),
        (("http://gone.example/pst",), "no link from http://gone.example/pst is known", {GONE}),
        ((GONE, f"{OWN}blog"), f"no link from {GONE} to {OWN}blog is known", {GONE}),
        ((TWO,), f"{TWO} has 2 known links; name the target too, or give the id", {TWO}),
        (("http://nobody.example/",), "no link from http://nobody.example/ is known", set()),
    ],
)
def test_a_link_that_is_not_known_is_told_with_those_near_it(home, capsys, arguments, said, near):
    """Exit status 1, what is not known, and what may be meant; the same as JSON."""
    assert run(home, "explain", *arguments) == 1
    shown = capsys.readouterr().out
    assert said in shown
    assert {url for url in PAGES if f" {url} " in flat(shown.partition("\n")[2])} == near
    assert run(home, "explain", *arguments, "--json") == 1
    told = json.loads(capsys.readouterr().out)
    assert (told["known"], {entry["source_url"] for entry in told["near"]}) == (False, near)


def test_no_address_is_no_traceback(home, capsys):
    """What is no URL is said so."""
    assert run(home, "explain", "ht tp:") == 1
    assert capsys.readouterr().err.startswith("linkwatch: not a web page")


def test_text_from_the_page_cannot_steer_the_terminal(home, capsys):
    """Neither on the screen nor in the JSON."""
    for arguments in ((), ("--json",)):
        assert run(home, "explain", HOSTILE, *arguments) == 0
        shown = capsys.readouterr().out
        assert "buy" in shown
        assert not {"\x1b", "\u202e"} & set(shown)


@pytest.mark.parametrize(
    ("source", "target", "rule"),
    [
        (STAYS, OWN, "rule the link is there: live"),
        (GONE, OWN, "rule not there, and lost already"),
        (LEFT, OWN, "rule not there in 2 looks in a row, 20 hours apart: lost (link_removed)"),
        (STAYS, f"{OWN}blog", "rule no look ever showed it: it stays unverified, which is never lost; the report tells it once"),
    ],
)
def test_check_names_the_rule_that_applies(home, capsys, source, target, rule):
    """By the same fold as a night: what the look that was just made would mean for the link."""
    assert run(home, "check", source, target) == 0
    assert f"{rule} answer " in flat(capsys.readouterr().out)
