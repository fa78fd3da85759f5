"""What only a live Airflow shows: `linkwatch up` with a scheduler, an API server and a login, from its start to its Ctrl-C.

One Airflow serves all tests, which run in the order of the file: the last one ends it.
"""

import json
import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
import sqlalchemy as sa

from killing import WHERE
from linkwatch.model import State
from linkwatch.warehouse import open_warehouse
from linkwatch.world import World, night_name, truth
from servers.live_airflow import LINKWATCH, Up, environment, living, running, sessions_of, start, wait_until

NIGHT, SECOND = night_name(1), night_name(2)
RUN = f"/api/v2/dags/nightly_links/dagRuns/{NIGHT}"
DEATHS = {"check": "looks-", "fold": "links.parquet", "publish": "published.json"}
"""The tasks whose process dies once, each by the file that it was about to write."""


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    """A live Airflow on the example world that asks for a login, retries tasks after a second, and lets three of them die."""
    home = tmp_path_factory.mktemp("live") / "home"
    folder = tmp_path_factory.mktemp("deaths")
    (folder / "sitecustomize.py").write_text("import killing\nkilling.die_as_told()\n")
    settings = {
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "False",
        "AIRFLOW__CORE__DEFAULT_TASK_RETRY_DELAY": "1",
        "PYTHONPATH": os.pathsep.join(map(str, [folder, Path(__file__).parents[1], os.environ.get("PYTHONPATH", "")])),
        WHERE: json.dumps({"writing": list(DEATHS.values()), "marks": str(folder)}),
    }
    with running(home, environment(home, **settings), home / "example" / "airflow") as up:
        yield up


@pytest.fixture(scope="module")
def night(up: Up) -> Up:
    """The example world's first night, triggered by hand; three of its tasks were killed while they worked."""
    up.trigger(NIGHT)
    up.wait_for_end(NIGHT)
    return up


def test_a_night_survives_the_death_of_its_tasks(night):
    """The scheduler runs every task, tries the killed ones again, and reaches the end; nothing was to be looked at again."""
    others = {task["task_id"]: task["state"] for task in night.tasks(NIGHT) if task["state"] != "success"}
    assert others == {"look_again": "skipped"}
    tries = {task: max(instance["try_number"] for instance in night.tasks(NIGHT, task)) for task in (*DEATHS, "audit")}
    assert tries == {**dict.fromkeys(DEATHS, 2), "audit": 1}
    assert night.call("GET", RUN)["state"] == "success"


def test_the_tables_hold_the_worlds_truth(night):
    """Every live link and referring domain of every site, as if nothing had been killed."""
    world, expected = World(), truth(World(), 1)
    with open_warehouse(f"sqlite:///{night.home / 'example' / 'linkwatch.sqlite'}").connect() as connection:
        rows = connection.execute(sa.text("SELECT site, audit, links_live, referring_domains_live FROM night")).all()
        links = connection.execute(sa.text("SELECT source_url, target_url, state FROM link")).all()
    assert {tuple(row) for row in rows} == {
        (site.site, "passed", len(expected.live(site.site)), len(expected.referring_domains(site.site))) for site in world.sites
    }
    assert {(row.source_url, row.target_url): row.state for row in links} == dict(expected.states)


def test_publish_tells_other_dags(night):
    """The assets' events are there, so a user's DAG that hangs on one would have run, as the review does."""
    events = night.call("GET", "/api/v2/assets/events")["asset_events"]
    assert sorted((event["name"], event["source_task_id"], event["source_run_id"]) for event in events) == [
        ("linkwatch_findings", "detect", NIGHT),
        ("linkwatch_links", "publish", NIGHT),
    ]


def test_without_a_slack_connection_the_tasks_log_has_the_message(night):
    """It is printed and marked so, where a person looks: in the log of `alert` in the web interface."""
    log = json.dumps(night.call("GET", f"{RUN}/taskInstances/alert/logs/1")["content"])
    assert "printed: no Slack connection" in log
    assert f"fernwood.example: night of {NIGHT}" in log


def test_the_example_world_runs_no_night_by_itself(night):
    """Our calendar's night of today would be published at once, and no earlier night could be run any more."""
    assert [run["dag_run_id"] for run in night.call("GET", "/api/v2/dags/~/dagRuns")["dag_runs"]] == [NIGHT]


def test_a_second_look_waits_in_the_triggerer_and_in_no_worker(night):
    """With links gone from pages that are marked: `doubt` is seen deferred, then the pages are looked at again, by shard."""
    before, after = truth(World(), 1).states, truth(World(), 2).states
    gone = sorted({pair[0] for pair, state in after.items() if state is State.MISSING and before.get(pair) is State.LIVE})
    with (night.home / "example" / "world-of-up" / "world.toml").open("a") as settings:
        settings.write(f"\n[confirm]\nrecheck_after_min = 0.1\nimportant = {json.dumps(gone)}\n")
    night.trigger(SECOND)
    wait_until(lambda: [task["state"] for task in night.tasks(SECOND, "doubt")] == ["deferred"], "the wait is deferred")
    assert {task["state"] for task in night.tasks(SECOND, "fold")} == {None}
    night.wait_for_end(SECOND)
    assert {task["task_id"]: task["state"] for task in night.tasks(SECOND) if task["state"] != "success"} == {}
    assert [task["map_index"] for task in night.tasks(SECOND, "look_again")] == [0, 1]
    with open_warehouse(f"sqlite:///{night.home / 'example' / 'linkwatch.sqlite'}").connect() as connection:
        links = connection.execute(sa.text("SELECT source_url, target_url, state FROM link")).all()
    assert {(row.source_url, row.target_url): row.state for row in links} == dict(after)


@pytest.mark.parametrize("path", ["/linkwatch/", "/linkwatch/reports/week-2026-01-05.html"])
@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer nonsense"}, {"Cookie": "_token=nonsense"}])
def test_the_console_refuses_who_is_not_logged_in(up, path, headers):
    """Without a token that Airflow gave, none of our pages is shown."""
    answer = requests.get(up.address + path, headers=headers, timeout=30)
    assert answer.status_code in (401, 403)
    assert "linkwatch" not in answer.text.lower()


@pytest.mark.parametrize("header", ["Authorization: Bearer", "Cookie: _token="])
def test_the_console_shows_the_nights_to_who_is_logged_in(night, header):
    """By a program's token, and by the cookie of a browser."""
    name, _, start = header.partition(": ")
    value = f"{start}{night.token}" if start.endswith("=") else f"{start} {night.token}"
    answer = requests.get(f"{night.address}/linkwatch/", headers={name: value}, timeout=30)
    assert answer.status_code == 200
    assert NIGHT in answer.text
    assert "fernwood.example" in answer.text


def test_the_navigation_leads_to_the_console(up):
    """Airflow's interface was given the entry, and its frame the address that answers."""
    plugins = up.call("GET", "/api/v2/plugins")["plugins"]
    [view] = [view for plugin in plugins for view in plugin["external_views"]]
    assert (view["name"], view["url_route"], view["href"]) == ("Backlinks", "linkwatch", "linkwatch/")


def test_no_secret_is_in_a_log(night):
    """Neither a key nor a token. (The administrator's first password is: Airflow tells it there, in a folder that is private.)"""
    folder = night.home / "example" / "airflow"
    config = (folder / "airflow.cfg").read_text().splitlines()
    keys = [line.partition(" = ")[2] for line in config if line.startswith(("jwt_secret =", "fernet_key =", "secret_key ="))]
    secrets = [*keys, night.token, "eyJhbGciOi"]  # the last is how every such token begins
    assert len(keys) == 3
    assert all(secrets)
    assert night.token.startswith("eyJhbGciOi")
    logs = {path: path.read_text(errors="replace") for path in (folder / "logs").rglob("*.log")}
    assert [(path.name, secret[:4]) for path, text in logs.items() for secret in secrets if secret in text] == []
    assert [path.name for path in (folder, folder / "airflow.cfg") if path.stat().st_mode & 0o077] == []


def test_a_taken_port_is_said(up, tmp_path):
    """Who starts it twice is told what to do, and nothing is started."""
    port = str(urlsplit(up.address).port)
    done = subprocess.run(
        [LINKWATCH, "up"], env=environment(tmp_path, AIRFLOW__API__PORT=port), capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 1
    assert f"cannot listen on 127.0.0.1:{port}" in done.stderr
    assert "AIRFLOW__API__PORT=" in done.stderr
    assert not (tmp_path / "example" / "airflow").exists()


def test_a_part_that_dies_ends_all_of_it_and_names_its_log(tmp_path):
    """Half an Airflow looks alive and runs nothing."""
    broken = start(tmp_path / "home", environment(tmp_path / "home", AIRFLOW__CORE__AUTH_MANAGER="nowhere.Manager"))
    sessions: set[int] = set()
    wait_until(lambda: sessions.update(sessions_of(broken)) or broken.process.poll() is not None, "it has ended")
    assert broken.process.returncode == 1
    said = " ".join(broken.output.read_text().split())
    log = tmp_path / "home" / "example" / "airflow" / "logs" / "api-server.log"
    assert f"Airflow's api-server ended by itself (status 1); its log: {log}" in said
    assert "nowhere" in log.read_text()
    assert sessions
    assert living(sessions) == []


def test_ctrl_c_ends_all_of_it(night):
    """No process is left, the port is free again, and nothing but our own lines was on the terminal."""
    sessions = sessions_of(night)
    assert len(living(sessions)) >= 4
    os.killpg(night.process.pid, signal.SIGINT)
    assert night.process.wait(timeout=60) == 0
    assert living(sessions) == []
    with socket.create_server(("127.0.0.1", int(urlsplit(night.address).port or 0))):
        pass
    first, *middle, last = night.output.read_text().splitlines()
    assert first == f"Airflow is up: {night.address}   (Ctrl-C stops all of it)"
    assert [line.split()[0] for line in middle] == ["Log", "Example"]
    assert last == "stopping"
