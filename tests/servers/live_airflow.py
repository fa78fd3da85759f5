"""A live Airflow for tests: `linkwatch up` in a process group of its own, its API, and its end. It brings no data of its own."""

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import requests

LINKWATCH = str(Path(sys.executable).with_name("linkwatch"))


@dataclass
class Up:
    """`linkwatch up`, running."""

    process: subprocess.Popen[bytes]
    home: Path
    output: Path
    dag: str = "nightly_links"
    address: str = ""
    token: str = ""

    @property
    def runs(self) -> str:
        """Path of the DAG's runs in the API."""
        return f"/api/v2/dags/{self.dag}/dagRuns"

    def call(self, method: str, path: str, **body: Any) -> Any:
        """What Airflow's API answers to the logged-in administrator."""
        answer = requests.request(
            method, self.address + path, headers={"Authorization": f"Bearer {self.token}"}, json=body or None, timeout=30
        )
        assert answer.ok, f"{method} {path}: {answer.status_code} {answer.text[:300]}"
        return answer.json()

    def tasks(self, run: str, task: str = "") -> list[dict[str, Any]]:
        """A run's task instances, or those of one task."""
        found = self.call("GET", f"{self.runs}/{run}/taskInstances")["task_instances"]
        return [instance for instance in found if task in ("", instance["task_id"])]

    def trigger(self, night: str) -> None:
        """Run the DAG by hand for a night, once it is known."""
        wait_until(lambda: self.dag in [dag["dag_id"] for dag in self.call("GET", "/api/v2/dags")["dags"]], "the DAG is known")
        self.call("POST", self.runs, dag_run_id=night, logical_date=f"{night}T03:00:00Z")

    def wait_for_end(self, run: str) -> str:
        """The state of the run once it is over, well or not."""
        ended: str = wait_until(lambda: self._end_of(run), "the run has ended", within_s=300)
        return ended

    def _end_of(self, run: str) -> str:
        state: str = self.call("GET", f"{self.runs}/{run}")["state"]
        return state if state in ("success", "failed") else ""


def wait_until(condition: Callable[[], Any], what: str, within_s: float = 120) -> Any:
    """The first true answer of the condition."""
    deadline = time.monotonic() + within_s
    while not (answer := condition()):
        assert time.monotonic() < deadline, f"not within {within_s:.0f} s: {what}"
        time.sleep(0.1)
    return answer


def environment(home: Path, **more: str) -> dict[str, str]:
    """Of a user who has set nothing but what is given: no settings file, so that it is the example world."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "LINKWATCH"))}
    return {**inherited, "LINKWATCH_HOME": str(home), "AIRFLOW__API__PORT": "0", **more}


def sessions_of(up: Up) -> set[int]:
    """The sessions of everything that it has started. Environments tell nothing: Airflow writes its titles over them."""
    try:
        return {os.getsid(child.pid) for child in psutil.Process(up.process.pid).children(recursive=True)}
    except (psutil.Error, ProcessLookupError):
        return set()


def living(sessions: set[int]) -> list[psutil.Process]:
    """Every process of these sessions that is no mere entry in the process table."""
    found = []
    for process in psutil.process_iter():
        try:
            if os.getsid(process.pid) in sessions and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except (psutil.Error, ProcessLookupError):
            continue
    return found


def start(home: Path, environ: Mapping[str, str]) -> Up:
    """Start it as a terminal would, as the leader of a process group. Its end is the caller's; `running` sees to both."""
    home.mkdir(parents=True, exist_ok=True)
    output = home.with_name(f"{home.name}.out")
    with output.open("wb") as terminal:
        process = subprocess.Popen([LINKWATCH, "up"], env=environ, stdout=terminal, stderr=terminal, start_new_session=True)
    return Up(process, home, output)


@contextlib.contextmanager
def running(home: Path, environ: Mapping[str, str], airflow: Path) -> Iterator[Up]:
    """It is up while the block lasts and somebody is logged in; nothing of it is left after it. `airflow`: its $AIRFLOW_HOME."""
    up = start(home, environ)
    try:
        wait_until(lambda: b"is up" in up.output.read_bytes() or up.process.poll() is not None, "Airflow is up", within_s=240)
        assert up.process.poll() is None, up.output.read_text()
        up.address = up.output.read_text().split()[3]
        [passwords] = airflow.glob("*.generated")
        login = {"username": "admin", "password": json.loads(passwords.read_text())["admin"]}
        up.token = requests.post(f"{up.address}/auth/token", json=login, timeout=30).json()["access_token"]
        yield up
    finally:
        if up.process.poll() is None:
            for process in living({up.process.pid, *sessions_of(up)}):
                with contextlib.suppress(psutil.Error):
                    process.kill()
        up.process.wait()
