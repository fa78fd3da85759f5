"""Nights that die: a driver process forks a child a run, and the child ends itself with SIGKILL at the n-th thing that it does.

A thing is an audit event of Python that moves something in the world outside (a file opened for writing, a rename, a
connection) or a statement that SQLite is about to carry out. Code in C has no such events: there the driver kills after so
many ms. Run as a program this file is the driver: a JSON request a line on stdin, a JSON answer a line on stdout. Imported,
it costs nothing but the standard library, so that a `sitecustomize` may use it in any process (`die_as_told`).
"""

import asyncio
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

MOVES = frozenset(
    {
        *("os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.link", "os.symlink", "os.truncate"),
        *("tempfile.mkstemp", "tempfile.mkdtemp", "shutil.rmtree", "shutil.move", "subprocess.Popen", "os.fork"),
        *("socket.connect", "socket.sendto", "http.client.connect", "http.client.send", "sqlite3.connect"),
    }
)
"""Audit events (library/audit_events.html of Python's manual) that count; so does `open` for writing."""

WHERE = "LINKWATCH_TEST_DIES"
"""Environment variable that `die_as_told` obeys."""

_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_TRUNC


class Fuse:
    """Counts the things that this process does from now on, and kills it at the `burns_at`-th (0: never)."""

    def __init__(self, burns_at: int = 0) -> None:
        self.count, self.burns_at = 0, burns_at
        sys.addaudithook(self._hear)
        self._trace_sqlite()

    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event in MOVES or (event == "open" and _is_write(*arguments)):
            self._thing()

    def _trace_sqlite(self) -> None:
        """SQLite's statements are no audit events, but each connection takes a callback for them."""
        connect = sqlite3.connect

        def traced(*arguments: Any, **more: Any) -> sqlite3.Connection:
            connection = connect(*arguments, **more)
            connection.set_trace_callback(lambda _: self._thing())
            return connection

        sqlite3.connect = sqlite3.dbapi2.connect = traced

    def _thing(self) -> None:
        self.count += 1
        if self.count == self.burns_at:
            os.kill(os.getpid(), signal.SIGKILL)


def die_as_told() -> None:
    """Do what $LINKWATCH_TEST_DIES says, a JSON object, to any process of a program; for a `sitecustomize`.

    `{"migrating": 120}`: Airflow's migration dies at its 120th thing. `{"writing": ["looks-", "links.parquet"], "marks":
    FOLDER}`: who is first to write a file of a night with one of these names dies as it begins; each of them kills once.
    """
    told = json.loads(os.environ.get(WHERE, "{}"))
    if "migrating" in told and sys.orig_argv[-2:] == ["db", "migrate"]:
        Fuse(told["migrating"])
    if "writing" in told:
        sys.addaudithook(lambda event, arguments: event == "open" and _die_writing(told, *arguments))


def _die_writing(told: Mapping[str, Any], path: object, mode: object, flags: object) -> None:
    if "/nights/" not in str(path) or not _is_write(path, mode, flags):
        return
    for name in told["writing"]:
        if name in str(path):
            mark = Path(told["marks"], name)
            if not mark.exists():
                mark.touch()
                os.kill(os.getpid(), signal.SIGKILL)


def _is_write(path: object, _mode: object, flags: object) -> bool:
    return isinstance(flags, int) and bool(flags & _WRITES) and path != os.devnull


class Driver:
    """The driver as its user sees it: `run` is one process that runs a night, from its start to its end or death."""

    def __init__(self, log: Path, environment: Mapping[str, str]) -> None:
        paths = os.pathsep.join([str(Path(__file__).parent), *filter(None, [os.environ.get("PYTHONPATH")])])
        self._process = subprocess.Popen(
            [sys.executable, "-B", __file__, str(log)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, **environment, "PYTHONPATH": paths},
        )

    def run(self, environment: Mapping[str, str], as_of: datetime, **how: object) -> dict[str, Any]:
        """Run a night; `how`: `dag` (the real DAG, through the CLI), or verb by verb; killed at the `thing`-th thing, or
        `ms` after its start, of the verb `verb` ("dag" is the one of a DAG), or not at all.

        Returns `status` (0, or -9 for a run that was killed) and `verbs`: of each that ended what it did and how long it took.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        request = {"environment": dict(environment), "as_of": as_of.isoformat(), **how}
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer

    def end(self) -> None:
        """No more runs."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(60)


@contextmanager
def driver(log: Path, environment: Mapping[str, str]) -> Iterator[Driver]:
    """A driver while the block lasts; what its nights print goes to `log`."""
    running = Driver(log, environment)
    try:
        yield running
    finally:
        running.end()


def _serve(log: Path) -> None:
    """Import once what every night needs, then fork a night a request. Nothing else is used: threads would not be forked."""
    import great_expectations  # noqa: F401 - seconds of import, once and not once a run
    from airflow.dag_processing.dagbag import DagBag  # noqa: F401
    from airflow.sdk.execution_time.supervisor import in_process_api_server

    import linkwatch.alerts.slack
    import linkwatch.cli.night_run  # noqa: F401

    asyncio.run(_first_request(in_process_api_server().atransport))
    for line in sys.stdin:
        request = json.loads(line)
        reader, writer = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(reader)
            with log.open("ab") as output:
                os.dup2(output.fileno(), 1)
                os.dup2(output.fileno(), 2)
            _run_and_exit(request, writer)
        os.close(writer)
        print(json.dumps(_follow(request, pid, reader)), flush=True)
    os._exit(0)  # nothing to tidy up, and Airflow would take seconds for it


async def _first_request(transport: Any) -> None:
    """Airflow builds its execution API with the first request: seconds, once and not once a run."""
    import httpx

    async with httpx.AsyncClient(transport=transport, base_url="http://in-process") as client:
        await client.get("/health")


def _follow(request: Mapping[str, Any], pid: int, reader: int) -> dict[str, Any]:
    """See a child to its end, and kill it where the request says so by the clock."""
    verbs = {}
    with os.fdopen(reader) as told:
        for line in told:
            word, verb, *numbers = line.split()
            if word == "ended":
                verbs[verb] = {"things": int(numbers[0]), "ms": int(numbers[1])}
            elif verb == request.get("verb") and "ms" in request:
                time.sleep(request["ms"] / 1000)
                os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    return {"status": os.waitstatus_to_exitcode(status), "verbs": verbs}


def _run_and_exit(request: Mapping[str, Any], tell: int) -> None:
    """A child's whole life."""
    status = 1
    try:
        os.environ.update(request["environment"])
        status = (_run_dag if request.get("dag") else _run_verbs)(request, Fuse(), tell)
    except Exception:  # noqa: BLE001 - a forked child must not go on as a second driver, whatever happens
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        os._exit(status)


def _run_verbs(request: Mapping[str, Any], fuse: Fuse, tell: int) -> int:
    from linkwatch import steps
    from night_home import VERBS

    as_of = datetime.fromisoformat(request["as_of"])
    for name, verb in {"begin": lambda _: steps.begin(as_of), **VERBS}.items():
        with _told(name, request, fuse, tell):
            verb(as_of.date().isoformat())
    return 0


def _run_dag(request: Mapping[str, Any], fuse: Fuse, tell: int) -> int:
    from linkwatch.cli import main

    with _told("dag", request, fuse, tell):
        return main(["nightly", "--date", request["as_of"][:10]])


@contextmanager
def _told(name: str, request: Mapping[str, Any], fuse: Fuse, tell: int) -> Iterator[None]:
    """Tell the driver of the beginning and the end of a verb, and arm the fuse where it is the verb to die in."""
    fuse.count, started = 0, time.monotonic()
    fuse.burns_at = request["thing"] if request.get("verb") == name and "thing" in request else 0
    os.write(tell, f"began {name}\n".encode())
    yield
    os.write(tell, f"ended {name} {fuse.count} {(time.monotonic() - started) * 1000:.0f}\n".encode())


if __name__ == "__main__":
    _serve(Path(sys.argv[1]))
