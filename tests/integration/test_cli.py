"""The command line on real nights: exit statuses 0, 1 and 3, what is shown, and what never is."""

import os
import re
import signal
import subprocess
import sys
import threading
from asyncio import StreamWriter
from functools import partial
from pathlib import Path

import pytest

from linkwatch.cli import main
from night_home import OWN, NightHome, name_of, page
from servers.hostile_web import Asked, HostileWeb, answer, hangs
from servers.page_proxy import page_proxy

LINKING, BARE, BLOCKED, GONE = (f"http://{name}.example/" for name in ("linking", "bare", "blocked", "gone"))
PAGES = [LINKING, BARE, BLOCKED, GONE, "http://other.example/"]
STOPPED = "linkwatch: stopped; run the same command again to go on where it stopped\n"
PASSWORD = "s3cr3t-w0rd"
AWAY = f"postgresql://alice:{PASSWORD}@127.0.0.1:1/links"
MISSING_SOURCE = '[[source]]\nkind = "links_csv"\nname = "vendor"\npath = "export.csv"\n'


@pytest.fixture(scope="module")
def proxy():
    """Pages that link, do not, are blocked, and are not there."""
    with page_proxy() as proxy:
        proxy.put(LINKING, page(OWN, f"{OWN}shop"))
        proxy.put(BARE, page())
        proxy.put(BLOCKED, "<title>Just a moment...</title>", status=403)
        proxy.put("http://other.example/", page(OWN))
        yield proxy


@pytest.fixture(scope="module")
def home(proxy, airflow_home, tmp_path_factory):
    """The home that the tests below take through its nights, in their order."""
    del airflow_home
    return NightHome(tmp_path_factory.mktemp("cli") / "home", proxy.address, PAGES, MISSING_SOURCE)


def run(home: NightHome, *arguments: str) -> int:
    """A command in this process."""
    with home.used():
        return main(arguments)


def one_line(text: str) -> str:
    """Output without the places where the screen was too narrow."""
    return " ".join(text.split())


def test_a_night_whose_warehouse_is_away_is_an_error_without_a_traceback(home):
    """Exit status 1; the failed task, the reason and what to do, and the password neither on the screen nor in any file."""
    command = [sys.executable, "-m", "linkwatch", "nightly", "--date", name_of(1)]
    environment = {**os.environ, **home.environment(LINKWATCH_WAREHOUSE=AWAY)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=180, check=False)
    shown = one_line(done.stdout + done.stderr)
    assert done.returncode == 1
    assert "failed detect: warehouse: postgresql+psycopg://alice:***@127.0.0.1:1/links: connection failed" in shown
    assert "check that the server runs" in shown
    assert "Traceback" not in shown
    assert PASSWORD not in shown
    assert [path for path in files(home.folder) if PASSWORD.encode() in path.read_bytes()] == []


def files(folder: Path) -> list[Path]:
    """Every file below a folder."""
    return [path for path in folder.rglob("*") if path.is_file()]


def test_the_next_run_publishes_and_says_what_is_wrong_with_a_source(home, capsys):
    """Exit status 0; the missing export is named, the other source was read, and every look has its outcome."""
    assert run(home, "nightly", "--date", name_of(1)) == 0
    shown = one_line(capsys.readouterr().out)
    assert f"{name_of(1)} is published" in shown
    assert "vendor: 0 claims not read: source vendor: no file" in shown
    assert "pages: 5 claims" in shown
    assert "cannot tell 1 blocked" in shown
    assert "1 page_not_found" in shown
    assert "own.example 3 2 0 0 0 0 0" in shown, "3 live links from 2 referring domains, and nothing else"


def test_the_same_night_again_does_nothing(home, capsys):
    """Exit status 0, and nobody is told anything twice."""
    assert run(home, "nightly", "--date", name_of(1)) == 0
    assert "own.example: night of" not in capsys.readouterr().out


def test_a_night_that_the_audit_holds_is_exit_status_3(home, proxy, capsys):
    """What holds it and the two ways out are shown; the list of nights shows the same."""
    home.configure(PAGES, f"{MISSING_SOURCE}[audit]\nmax_inconclusive_share = 0.1\n")
    assert run(home, "nightly", "--date", name_of(2)) == 3
    shown = capsys.readouterr().out
    assert run(home, "nights") == 0
    for output in (shown, capsys.readouterr().out):
        assert "Most looks could tell whether the links are there: 20.0% (expected at most 10%" in one_line(output)
        assert f"`linkwatch release {name_of(2)}` or `linkwatch drop {name_of(2)}`" in one_line(output)
    assert run(home, "nightly", "--date", name_of(2)) == 3
    assert "is held: 1 check failed" not in capsys.readouterr().out, "operations are told once"


def test_a_night_before_the_last_published_one_is_exit_status_1(home, capsys):
    """History is not rewritten; the error says what to do instead."""
    assert run(home, "release", name_of(2)) == 0
    home.configure(PAGES, MISSING_SOURCE)
    assert run(home, "nightly", "--date", "2026-02-28") == 1
    said = one_line(capsys.readouterr().out)
    assert f"failed begin: night 2026-02-28 lies before the last published night {name_of(2)}; expected a later one" in said


def test_the_report_is_a_file_with_the_numbers(home, capsys):
    """The command says where it is, and the week's numbers are in it."""
    assert run(home, "report") == 0
    path = Path(re.search(r": (\S+\.html)", capsys.readouterr().out.replace("\n", ""))[1])
    report = one_line(re.sub(r"<[^>]*>", " ", path.read_text()))
    assert path.is_relative_to(home.folder)
    assert "own.example" in report
    assert "Live links 3 Live referring domains 2" in report
    assert "2 of 7 nights published" in report, "a released night counts"


@pytest.mark.parametrize(
    ("url", "target", "said"),
    [
        (LINKING, OWN, "answer the page links to http://own.example/ (1 link, 1 followed). Last night: live; a night now: live"),
        (LINKING, "own.example", "answer the page links to own.example (2 links, 2 followed)"),
        (
            LINKING,
            f"{OWN}blog",
            "also http://own.example/ also http://own.example/shop rule no look ever showed it",
        ),
        (BARE, OWN, "answer the page was read and does not link to http://own.example/"),
        (BLOCKED, OWN, "answered HTTP 403 in"),
        (BLOCKED, OWN, "outcome blocked: "),
        (BLOCKED, OWN, "rule cannot tell: the link stays as it was, and blocked alone never makes a loss"),
        (
            BLOCKED,
            OWN,
            "this look cannot tell whether the page links to http://own.example/; a night would leave the link's state",
        ),
        (GONE, OWN, "answer the page is not there (page_not_found), so neither is the link to http://own.example/"),
        ("http://127.0.0.1/", OWN, "address_refused"),
    ],
)
def test_check_explains_one_link(home, capsys, url, target, said):
    """What one look says, and what it would mean for a night; exit status 0 whatever the answer is."""
    assert run(home, "check", url, target) == 0
    assert said in one_line(capsys.readouterr().out)


def test_ctrl_c_stops_the_night_and_the_same_command_goes_on(airflow_home, tmp_path):
    """No traceback and no further task; what was finished stays, and the page that hung is looked at by the next run."""
    del airflow_home
    reached = threading.Event()

    async def hangs_and_says_so(asked: Asked, writer: StreamWriter) -> None:
        reached.set()
        await hangs(asked, writer)

    with HostileWeb({LINKING: hangs_and_says_so}) as web:
        home = NightHome(tmp_path / "home", web.address, [LINKING])
        command = [sys.executable, "-m", "linkwatch", "nightly", "--date", name_of(1)]
        environment = {**os.environ, **home.environment()}
        heeds = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)  # a shell's background job would inherit that it is ignored
        with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True, preexec_fn=heeds) as child:
            assert reached.wait(120)
            child.send_signal(signal.SIGINT)
            _, said = child.communicate(timeout=60)
        assert (child.returncode, said) == (1, STOPPED)
        web.routes[LINKING] = answer(200, page(OWN).encode())
        assert run(home, "nightly", "--date", name_of(1)) == 0
    assert home.states() == {LINKING: "live"}


@pytest.mark.parametrize("place", ["file/home", "/proc/linkwatch"])
@pytest.mark.parametrize("with_settings", [True, False], ids=["settings", "example world"])
def test_a_home_that_cannot_be_written_says_so(home, tmp_path, monkeypatch, capsys, place, with_settings):
    """Before anything is fetched: which folder, why, and which variable names another."""
    (tmp_path / "file").touch()
    for name, value in {**home.environment(), "LINKWATCH_HOME": str(tmp_path / place), "AIRFLOW_HOME": ""}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AIRFLOW_HOME")
    if not with_settings:
        monkeypatch.setenv("LINKWATCH_CONFIG", "")
    assert main(["nightly"]) == 1
    said = capsys.readouterr().err
    assert re.search(rf"cannot write {tmp_path / place}.*set \$LINKWATCH_HOME to a folder you can write", said)
