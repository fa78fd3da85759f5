"""The example world's nights, through the real DAG, held against the world's own truth, event by event."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest
import sqlalchemy as sa

from linkwatch import steps
from linkwatch.cli.night_run import run_dag
from linkwatch.warehouse import open_warehouse
from linkwatch.world import Event, World, night_name, serve, truth, write_world

DAG_NIGHTS = 3
LAST_NIGHT = 10
VERBS = ("begin", "collect", "plan", "check 0", "check 1", "fold", "audit", "publish", "detect", "alert")


@pytest.fixture(scope="module")
def world():
    """The world under the default seed."""
    return World()


@pytest.fixture(scope="module")
def proxy(world):
    """The world's proxy, for all tests of this module."""
    with serve(world) as address:
        yield address


@pytest.fixture(scope="module")
def home(world, proxy, airflow_home, tmp_path_factory):
    """A home in which the first nights ran through the DAG and the rest verb by verb."""
    del airflow_home
    home = tmp_path_factory.mktemp("world")
    with in_home(home, proxy, world):
        for night in range(1, DAG_NIGHTS + 1):
            assert run_dag("nightly_links", as_of(night)) == []
        shutil.copytree(home, home.parent / "after-three", symlinks=True)
        for night in range(DAG_NIGHTS + 1, LAST_NIGHT + 1):
            run_verbs(night)
    return home


@contextmanager
def in_home(home: Path, proxy: str, world: World) -> Iterator[None]:
    """The environment of a home that watches the world."""
    settings = write_world(home / "world", proxy, world)
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("LINKWATCH_HOME", str(home))
        environment.setenv("LINKWATCH_CONFIG", str(settings))
        environment.delenv("LINKWATCH_WAREHOUSE", raising=False)
        yield


def as_of(night: int) -> datetime:
    """03:00 UTC of a night."""
    return datetime.combine(date.fromisoformat(night_name(night)), time(3), UTC)


def run_verbs(night: int) -> None:
    """A night without Airflow: the same verbs in the same order."""
    name = steps.begin(as_of(night))
    steps.collect(name)
    for shard in steps.plan(name):
        steps.check(name, shard)
    steps.fold(name)
    assert steps.audit(name), f"{name} is held"
    steps.publish(name)
    steps.detect(name)
    steps.alert(name)


def dump(home: Path) -> dict[str, list[tuple]]:
    """All rows of all tables, without the one column that tells when a run really ended."""
    engine = open_warehouse(f"sqlite:///{home / 'linkwatch.sqlite'}")
    tables = ("site", "night", "page", "link", "change", "finding", "alert")
    with engine.connect() as connection:
        rows = {}
        for table in tables:
            found = connection.execute(sa.text(f'SELECT * FROM "{table}"')).mappings()  # noqa: S608 - names from above
            rows[table] = sorted((tuple((k, v) for k, v in row.items() if k != "finished_at") for row in found), key=repr)
    return rows


def told(home: Path, night: int) -> set[Event]:
    """What the `change` table says of a night, in the truth's terms."""
    engine = open_warehouse(f"sqlite:///{home / 'linkwatch.sqlite'}")
    with engine.connect() as connection:
        rows = connection.execute(sa.text("SELECT * FROM change WHERE night = :night"), {"night": night_name(night)}).mappings()
        return {
            Event(
                row["kind"],
                row["source_url"],
                row["target_url"],
                row["reason"] if row["kind"] == "lost" else "",
                frozenset(row["reason"].split(",")) if row["kind"] == "changed" else frozenset(),
            )
            for row in rows
        }


@pytest.mark.parametrize("night", range(1, LAST_NIGHT + 1))
def test_each_night_tells_the_worlds_own_truth(home, world, night):
    """Every event and no other: kind, link, loss reason, and which attributes changed."""
    assert told(home, night) == truth(world, night).events


def test_the_states_and_attributes_at_the_end_are_the_truth(home, world):
    """Every known link is in the state that the world knows; live links with all their attributes."""
    expected = truth(world, LAST_NIGHT)
    engine = open_warehouse(f"sqlite:///{home / 'linkwatch.sqlite'}")
    with engine.connect() as connection:
        rows = connection.execute(sa.text("SELECT * FROM link")).mappings().all()
    assert {(row["source_url"], row["target_url"]): row["state"] for row in rows} == dict(expected.states)
    for row in rows:
        facts = expected.facts.get((row["source_url"], row["target_url"]))
        if facts is not None:
            names = facts.__dataclass_fields__
            shown = {name: bool(row[name]) if isinstance(getattr(facts, name), bool) else row[name] for name in names}
            assert shown == {name: getattr(facts, name) for name in names}, row["source_url"]


@pytest.mark.parametrize("night", range(1, LAST_NIGHT + 1))
def test_each_night_counts_what_is_live(home, world, night):
    """Links and referring domains of every site, as the `night` table has them."""
    expected = truth(world, night)
    engine = open_warehouse(f"sqlite:///{home / 'linkwatch.sqlite'}")
    with engine.connect() as connection:
        query = sa.text("SELECT site, links_live, referring_domains_live FROM night WHERE night = :night")
        rows = connection.execute(query, {"night": night_name(night)}).all()
    assert {tuple(row) for row in rows} == {
        (site.site, len(expected.live(site.site)), len(expected.referring_domains(site.site))) for site in world.sites
    }


def test_the_planted_findings_are_found(home, world):
    """What the world hides is found, each under its rule; and what is told besides is nothing."""
    engine = open_warehouse(f"sqlite:///{home / 'linkwatch.sqlite'}")
    with engine.connect() as connection:
        query = "SELECT rule, site, key, evidence, domains FROM finding WHERE severity <> 'info'"
        rows = connection.execute(sa.text(query)).all()
    expected = {finding for night in range(1, LAST_NIGHT + 1) for finding in truth(world, night).findings}
    matched = set()
    for finding in expected:
        same = [row for row in rows if (row.rule, row.site) == (finding.rule, finding.site)]
        about = [row for row in same if finding.about.casefold() in f"{row.key} {row.evidence} {row.domains}".casefold()]
        assert about, finding
        matched.update(about)
    assert set(rows) - matched == set()


def test_a_night_run_twice_adds_no_row_and_sends_no_message(home, world, proxy, tmp_path, capsys):
    """The second run of a published night finds everything done."""
    again = tmp_path / "again"
    shutil.copytree(home.parent / "after-three", again)
    before = dump(again)
    with in_home(again, proxy, world):
        capsys.readouterr()
        assert run_dag("nightly_links", as_of(DAG_NIGHTS)) == []
    assert dump(again) == before
    assert "Slack" not in capsys.readouterr().out


@pytest.fixture(scope="module")
def two_nights(world, proxy, tmp_path_factory):
    """A home after one night, and the tables of one in which the second night ran through."""
    folder = tmp_path_factory.mktemp("two-nights")
    with in_home(folder / "one", proxy, world):
        run_verbs(1)
    shutil.copytree(folder / "one", folder / "two")
    with in_home(folder / "two", proxy, world):
        run_verbs(2)
    return folder / "one", dump(folder / "two")


@pytest.mark.parametrize("last", range(len(VERBS)), ids=VERBS)
def test_a_run_killed_after_any_task_and_run_again_tells_the_same(two_nights, world, proxy, tmp_path, last):
    """A process that dies right after a task leaves what the next run needs, and nothing that it would tell twice."""
    one, expected = two_nights
    killed = tmp_path / "killed"
    shutil.copytree(one, killed)
    calls = [f"steps.{verb.split()[0]}({', '.join(['night', *verb.split()[1:]])})" for verb in VERBS[1 : last + 1]]
    opening = ["import datetime, os, signal, sys", "from linkwatch import steps"]
    begin = "night = steps.begin(datetime.datetime.fromisoformat(sys.argv[1]))"
    code = "\n".join([*opening, begin, *calls, "os.kill(os.getpid(), signal.SIGKILL)"])
    with in_home(killed, proxy, world):
        done = subprocess.run([sys.executable, "-c", code, as_of(2).isoformat()], env=os.environ.copy(), check=False)
        assert done.returncode == -signal.SIGKILL
        run_verbs(2)
    assert dump(killed) == expected
