"""The warehouse in trouble: a night stays published, its tables and messages follow, in order and once."""

import os
import re
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from linkwatch import steps
from linkwatch.errors import NightError, WarehouseError
from night_home import OWN, NightHome, as_of, name_of, page
from servers.page_proxy import page_proxy

PAGES = [f"http://site{number}.example/" for number in range(6)]
AWAY = "postgresql://alice:s3cr3t-w0rd@127.0.0.1:1/links"


@pytest.fixture(scope="module")
def proxy():
    """The pages' proxy, for all tests of this module."""
    with page_proxy() as proxy:
        yield proxy


def gain(proxy, number: int) -> None:
    """All pages up to that number link to us, the others do not."""
    for place, url in enumerate(PAGES):
        proxy.put(url, page(*([OWN] if place <= number else []), about=f"page{place}th"))


@pytest.fixture(scope="module")
def one_night(proxy, airflow_home, tmp_path_factory):
    """A home after its first night: one page links to us."""
    del airflow_home
    home = NightHome(tmp_path_factory.mktemp("warehouse"), proxy.address, PAGES)
    gain(proxy, 0)
    assert home.run(1)
    return home


@pytest.fixture(scope="module")
def locked(one_night, proxy, tmp_path_factory):
    """A second night whose detect runs in a process of its own while a writer keeps the tables; it waits for two seconds."""
    folder = tmp_path_factory.mktemp("locked") / "home"
    shutil.copytree(one_night.folder, folder)
    home = NightHome(folder, proxy.address, PAGES)
    gain(proxy, 1)
    assert home.run(2, until="publish")
    code = "import sys; from linkwatch import steps; steps.detect(sys.argv[1])"
    with closing(sqlite3.connect(folder / "linkwatch.sqlite", isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        command = [sys.executable, "-c", code, name_of(2)]
        environment = {**os.environ, **home.environment(LINKWATCH_WAREHOUSE=f"{home.warehouse}?timeout=2")}
        with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as child:
            yield home, child, writer
            child.kill()


@pytest.fixture
def home(locked, one_night, proxy, tmp_path):
    """A copy of that first night for one test; the locked one waits beside it."""
    del locked
    shutil.copytree(one_night.folder, tmp_path / "home")
    return NightHome(tmp_path / "home", proxy.address, PAGES)


def take_away(home: NightHome) -> Path:
    """Move the warehouse's file aside, whole; gives where it is."""
    database, aside = home.folder / "linkwatch.sqlite", home.folder / "aside.sqlite"
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.rename(aside)
    for suffix in ("-wal", "-shm"):
        database.with_name(f"{database.name}{suffix}").unlink(missing_ok=True)
    return aside


def messages(home: NightHome) -> list[tuple[str, str]]:
    """Night and status of each message but the replies, in the order in which they were queued."""
    rows = home.rows("SELECT night, status FROM alert WHERE parent_key = '' ORDER BY night, position")
    return [(row["night"], row["status"]) for row in rows]


def test_nights_that_the_warehouse_missed_are_told_by_the_next_night(home, proxy, capsys):
    """A night is published, the warehouse is away; the next night tells both, in their order, and each message once."""
    for number in (2, 3):
        gain(proxy, number)
        assert home.run(number, until="publish")
        with home.used(LINKWATCH_WAREHOUSE=AWAY), pytest.raises(WarehouseError, match=r"alice:\*{3}@127\.0\.0\.1:1/links"):
            steps.detect(name_of(number))
    assert home.column("SELECT night FROM night") == [name_of(1)]

    gain(proxy, 4)
    capsys.readouterr()
    assert home.run(4)
    assert home.column("SELECT night FROM night ORDER BY night") == [name_of(number) for number in (1, 2, 3, 4)]
    assert [home.told(number) for number in (2, 3, 4)] == [
        {("gained", PAGES[1], ""), ("gained", PAGES[2], "")},
        {("gained", PAGES[3], "")},
        {("gained", PAGES[4], "")},
    ]
    assert messages(home) == [(name_of(number), "printed") for number in (1, 2, 3, 4)]
    shown = capsys.readouterr().out
    assert re.findall(r"night of (\S+)", shown) == [name_of(number) for number in (2, 3, 4)]
    assert home.run(4)
    assert capsys.readouterr().out == ""


def test_a_new_warehouse_is_told_everything_and_people_only_tonight(home, proxy, capsys):
    """Eight nights of history in a warehouse that is empty: its tables say the same, and nobody is told old news."""
    for number in range(2, 9):
        gain(proxy, number)
        assert home.run(number)
    before = home.rows("SELECT * FROM change ORDER BY 1")
    take_away(home)
    capsys.readouterr()
    proxy.put(PAGES[0], page(OWN, anchor="another"))
    assert home.run(9)
    assert home.rows(f"SELECT * FROM change WHERE night < '{name_of(9)}' ORDER BY 1") == before  # noqa: S608 - our own date
    assert messages(home) == [(name_of(9), "printed")]
    assert re.findall(r"night of (\S+)", capsys.readouterr().out) == [name_of(9)]


def test_a_damaged_warehouse_fails_the_task_and_not_the_night(home, proxy):
    """A file that is no database is an error that names it; put back, the night is told."""
    gain(proxy, 1)
    assert home.run(2, until="publish")
    aside, database = take_away(home), home.folder / "linkwatch.sqlite"
    database.write_bytes(b"no database at all" * 100)
    with home.used(), pytest.raises(WarehouseError, match=r"linkwatch\.sqlite: file is not a database"):
        steps.detect(name_of(2))
    aside.rename(database)
    assert home.run(2)
    assert home.told(2) == {("gained", PAGES[1], "")}


def test_a_night_before_the_last_published_one_is_refused(home):
    """Snapshots follow each other; the error says which night is the last."""
    assert home.run(3)
    with home.used(), pytest.raises(NightError, match=f"night {name_of(2)} lies before the last published night {name_of(3)}"):
        steps.begin(as_of(2))


def test_a_locked_file_fails_the_task_and_the_next_run_tells_everything_once(locked, capsys):
    """The error names the file and who holds it, nothing is half told, and the night stays published."""
    home, child, writer = locked
    _, said = child.communicate(timeout=120)
    assert child.returncode == 1
    assert re.search(r"WarehouseError: warehouse: .*linkwatch\.sqlite: database is locked; it is held by .*process", said)
    assert (home.told(2), messages(home)) == (set(), [(name_of(1), "printed")])

    writer.execute("ROLLBACK")
    for _ in range(2):
        assert home.run(2)
        assert home.told(2) == {("gained", PAGES[1], "")}
        assert messages(home) == [(name_of(1), "printed"), (name_of(2), "printed")]
    assert capsys.readouterr().out.count(f"night of {name_of(2)}") == 1
