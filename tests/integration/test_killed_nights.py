"""Kill -9 at seeded points of a night: run again, its tables equal those of a night that was not killed, and Slack has each
message once.

Points are drawn from what one whole night does, some for each verb, some for the DAG as `linkwatch nightly` runs it, and some
by the clock, as code in C (libcurl, DuckDB) has no events to count. See `killing`.
"""

import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from killing import WHERE, Driver, driver
from night_home import OWN, NightHome, as_of, name_of, page
from servers.page_proxy import PageProxy, page_proxy
from servers.slack import TOKEN, SlackServer

SEED = 20261136
"""One of those whose points fall where it would hurt: two between a message's sending and its noting, one between the tables
that a look writes."""

KILLED = 4
"""The night that is killed: the fourth, as the loss that it closes takes two nights more."""

POINTS = {"begin": 1, "collect": 2, "check": 2, "fold": 2, "audit": 2, "publish": 2, "detect": 4, "alert": 4}
"""Points a verb, drawn from the things that it does (`plan` is within `check`)."""

TIMED = {"check": 1, "fold": 1, "audit": 1, "detect": 1}
"""Points a verb, drawn from the time that it takes."""

DAG_POINTS = 5
"""Points of the DAG, one from each part of its run; most of what it does is Airflow's own book-keeping."""

FREE = {("night", "finished_at"), ("alert", "attempts"), ("alert", "claimed_until")}
"""Columns that say when and how often it was tried, and not what was found."""

OURS, RIVALS = OWN, "http://rival.example/"
STAYING = [f"http://staying{number}.example/" for number in range(8)]
LOST, LOSING, BACK, GONE, BLOCKED = (f"http://{name}.example/" for name in ("lost", "losing", "back", "gone", "blocked"))
EDITED, GAINED, HIDDEN, BOTH, RIVAL = (f"http://{name}.example/" for name in ("edited", "gained", "hidden", "both", "rivals"))
PAGES = [*STAYING, LOST, LOSING, BACK, GONE, BLOCKED, EDITED, GAINED, HIDDEN, BOTH, RIVAL]
CHANGES = {("recovered", BACK), ("lost", LOSING), ("changed", EDITED), ("gained", GAINED), ("gained", HIDDEN)}
SITES = ("own.example", "rival.example")


def serve(proxy: PageProxy, night: int) -> None:
    """The web of one night: in four nights a loss, one that comes back, an edit, gains, a block and a page that is gone."""
    for url in PAGES:
        proxy.put(url, page(OURS))
    proxy.put(BOTH, page(OURS, RIVALS))
    proxy.put(RIVAL, page(RIVALS))
    for url, since, until in ((LOST, 2, 9), (LOSING, 3, 9), (BACK, 2, 4), (GAINED, 1, 4), (HIDDEN, 1, 4)):
        if since <= night < until:
            proxy.put(url, page())
    if night == KILLED:
        proxy.put(GONE, "", status=410)
        proxy.put(BLOCKED, "", status=403)
        proxy.put(EDITED, page(OURS).replace("<a ", '<a rel="nofollow" '))
        proxy.put(HIDDEN, page(OURS).replace("<a ", '<a style="display:none" '))


@dataclass
class Scene:
    """A home before the night that is killed, the Slack that heard of the nights before, and who runs nights."""

    home: NightHome
    slack: SlackServer
    driver: Driver

    def run(self, **how: object) -> dict[str, Any]:
        """The night, or what is left of it."""
        return self.driver.run(self.environment(), as_of(KILLED), **how)

    def environment(self) -> dict[str, str]:
        """The home, and Slack behind an Airflow connection."""
        connection = {"conn_type": "slack", "password": TOKEN, "extra": {"base_url": self.slack.url}}
        return self.home.environment(AIRFLOW_CONN_LINKWATCH_SLACK=json.dumps(connection))

    def facts(self) -> dict[str, Any]:
        """All that a night leaves behind, in an order of its own: tables, files, messages."""
        folder = self.home.folder / "nights" / name_of(KILLED)
        files = {path.name: rows(path) for path in folder.glob("[!.]*.parquet")}
        notes = {path.name: json.loads(path.read_text(), object_hook=of_any_home) for path in folder.glob("[!.]*.json")}
        notes["published.json"].pop("finished_at")
        told = [(message["channel"], key_of(message), message.get("thread_ts", "")) for message in self.slack.messages]
        return {**tables(self.home.folder / "linkwatch.sqlite"), **files, **notes, "slack": told, "names": names(folder)}


def of_any_home(facts: dict[str, Any]) -> dict[str, Any]:
    """Facts without where a source's file lies and when it was put there: each scene has a home of its own."""
    return {name: value for name, value in facts.items() if name not in ("path", "modified_at")}


def key_of(message: dict[str, Any]) -> str:
    """Identity of a message."""
    key: str = message["metadata"]["event_payload"]["dedupe_key"]
    return key


def rows(path: Path) -> list[str]:
    """Rows of a Parquet file. Answers come in any order, so neither does order say something, nor a place in the archive."""
    return sorted(
        repr({name: value for name, value in row.items() if name != "offset"}) for row in pq.read_table(path).to_pylist()
    )


def names(folder: Path) -> list[str]:
    """Every file of a night; those that a killed run was writing begin with a dot, or lie in a folder that does."""
    paths = [path.relative_to(folder) for path in folder.rglob("*") if path.is_file()]
    return sorted(str(path) for path in paths if not any(part.startswith(".") for part in path.parts))


def tables(warehouse: Path) -> dict[str, list[str]]:
    """Every table of the warehouse, without the free columns."""
    found = {}
    with closing(sqlite3.connect(warehouse)) as connection:
        connection.row_factory = sqlite3.Row
        for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            kept = [dict(row) for row in connection.execute(f'SELECT * FROM "{table}"')]  # noqa: S608 - the database's own names
            found[table] = sorted(repr([(name, row[name]) for name in row if (table, name) not in FREE]) for row in kept)
    return found


@pytest.fixture(scope="module")
def nights(tmp_path_factory, airflow_home) -> Iterator[Scene]:
    """Three nights that nobody kills; the web is now that of the fourth."""
    folder = tmp_path_factory.mktemp("killed")
    with page_proxy() as proxy, SlackServer() as slack, driver(folder / "log", {"AIRFLOW_HOME": str(airflow_home)}) as running:
        home = NightHome(folder / "home", proxy.address, PAGES, '[slack]\nchannel = "#backlinks"\n', SITES)
        scene = Scene(home, slack, running)
        for night in range(1, KILLED):
            serve(proxy, night)
            assert running.run(scene.environment(), as_of(night))["status"] == 0, (folder / "log").read_text()
        serve(proxy, KILLED)
        yield scene


@pytest.fixture
def scene(nights: Scene, tmp_path: Path) -> Iterator[Scene]:
    """A copy of that home and that Slack for one test."""
    yield from copied(nights, tmp_path)


def copied(nights: Scene, folder: Path) -> Iterator[Scene]:
    """A scene of its own."""
    shutil.copytree(nights.home.folder, folder / "home")
    home = NightHome(folder / "home", "", PAGES)
    shutil.copy(nights.home.config, home.config)
    with SlackServer(messages=list(nights.slack.messages)) as slack:
        yield Scene(home, slack, nights.driver)


@dataclass(frozen=True)
class Whole:
    """The night as it is when nobody kills it."""

    verbs: dict[str, dict[str, int]]
    things: int  # that the DAG does
    facts: dict[str, Any]
    changes: set[tuple[str, str]]  # kind and page


@pytest.fixture(scope="module")
def whole(nights: Scene, tmp_path_factory) -> Whole:
    """The night run to its end, verb by verb and as a DAG."""
    for scene in copied(nights, tmp_path_factory.mktemp("whole")):
        answer = scene.run()
        assert answer["status"] == 0
        facts, changes = scene.facts(), {(kind, url) for kind, url, _ in scene.home.told(KILLED)}
    for scene in copied(nights, tmp_path_factory.mktemp("whole-dag")):
        dag = scene.run(dag=True)
        assert dag["status"] == 0
        assert_same(scene.facts(), facts)
    return Whole(answer["verbs"], dag["verbs"]["dag"]["things"], facts, changes)


def assert_same(found: dict[str, Any], expected: dict[str, Any]) -> None:
    """Name by name, so that a difference is small enough to be read."""
    assert found.keys() == expected.keys()
    for name, value in expected.items():
        if isinstance(value, list):
            assert (name, [row for row in found[name] if row not in value]) == (name, [])
        assert (name, found[name]) == (name, value)


def drawn(verb: str, size: int, number: int, count: int) -> int:
    """The `number`-th of `count` points in 1 … `size`: one from each equal part of the range."""
    low, high = number * size // count, (number + 1) * size // count
    return random.Random(f"{SEED} {verb} {number}").randint(low + 1, max(low + 1, high))  # noqa: S311 - repeatable is what it is for


def test_the_night_that_is_killed_has_something_to_tell(nights, whole):
    """Changes of every kind, findings, and messages of which some answer others: or equal tables would say little."""
    assert whole.changes == CHANGES
    told = whole.facts["slack"][len(nights.slack.messages) :]
    assert {bool(thread) for _, _, thread in told} == {True, False}
    assert any("night', '2026-03-05'" in row for row in whole.facts["finding"])


@pytest.mark.parametrize(("verb", "number"), [(verb, number) for verb, count in POINTS.items() for number in range(count)])
def test_a_verb_that_is_killed_is_finished_by_the_next_run(scene, whole, verb, number):
    """As it does its n-th thing to the disk, the database or the network."""
    thing = drawn(verb, whole.verbs[verb]["things"], number, POINTS[verb])
    assert scene.run(verb=verb, thing=thing)["status"] == -9
    assert scene.run()["status"] == 0
    assert_same(scene.facts(), whole.facts)


@pytest.mark.parametrize(("verb", "number"), [(verb, number) for verb, count in TIMED.items() for number in range(count)])
def test_a_verb_that_is_killed_in_native_code_is_finished_by_the_next_run(scene, whole, verb, number):
    """So many ms after its start, be it in the middle of a download, a query or a file."""
    assert scene.run(verb=verb, ms=drawn(verb, whole.verbs[verb]["ms"], number, TIMED[verb]))["status"] in (-9, 0)
    assert scene.run()["status"] == 0
    assert_same(scene.facts(), whole.facts)


@pytest.mark.parametrize("number", range(DAG_POINTS))
def test_a_dag_run_that_is_killed_is_finished_by_the_next_one(scene, whole, number):
    """`linkwatch nightly` for the same night again, whatever Airflow's own database says of the first run."""
    thing = drawn("dag", whole.things, number, DAG_POINTS)
    assert scene.run(verb="dag", thing=thing, dag=True)["status"] == -9
    assert scene.run(dag=True)["status"] == 0
    assert_same(scene.facts(), whole.facts)


def test_every_process_of_linkwatch_nightly_may_be_the_one_that_dies(scene, whole, tmp_path):
    """On a new machine: first the migration of Airflow's database that it starts, which it says; then itself; then it is well."""
    (tmp_path / "sitecustomize.py").write_text("import killing\nkilling.die_as_told()\n")
    name = random.Random(SEED).choice(["looks-", "links.parquet", "audit.json", "published.json"])  # noqa: S311 - repeatable
    ends = []
    for told in ({"migrating": drawn("migrate", 250, 0, 1)}, {"writing": [name], "marks": str(tmp_path)}, {}):
        clean = {key: value for key, value in os.environ.items() if not key.startswith("AIRFLOW")}
        paths = {"PYTHONPATH": os.pathsep.join([str(tmp_path), str(Path(__file__).parents[1]), os.environ.get("PYTHONPATH", "")])}
        command = [str(Path(sys.executable).with_name("linkwatch")), "nightly", "--date", name_of(KILLED)]
        environment = {**clean, **scene.environment(), **paths, WHERE: json.dumps(told)}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
        ends.append((done.returncode, "could not be made" in done.stderr))
    assert ends == [(1, True), (-9, False), (0, False)]
    assert_same(scene.facts(), whole.facts)
