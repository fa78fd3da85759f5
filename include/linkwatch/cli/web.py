"""`linkwatch up`: Airflow's parts as processes of our own, started together and ended together.

`airflow standalone` leaves its children behind when it is stopped (measured), so each part is started here, in a session
of its own that a terminal's Ctrl-C does not reach, and ended here. A running task has a process group of its own, so what
is left is looked for by session. Being cut off costs a task nothing: the next start takes the night up where it was.

The web interface listens on loopback and asks for no password there: whoever uses this machine may use it, our pages
included. On any other $AIRFLOW__API__HOST Airflow asks for one.
"""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import psutil

from linkwatch.airflow_home import prepare_airflow
from linkwatch.cli.night_run import example_environment
from linkwatch.cli.screen import say
from linkwatch.errors import LinkwatchError
from linkwatch.settings import home_of, load_settings

PARTS = {
    "api-server": (),
    "dag-processor": (),
    # Task logs are files of this machine. A log server is not needed, and it would listen on every address.
    "triggerer": ("--skip-serve-logs",),
    "scheduler": ("--skip-serve-logs",),
}
"""Airflow's processes and their arguments, in the order in which they are started."""

START_TIMEOUT_S = 180.0
STOP_TIMEOUT_S = 10.0
"""How long the parts may take to end in good order; 4 to 7 s were measured on two busy cores."""

_Parts = Mapping[str, subprocess.Popen[bytes]]


def run_until_interrupted() -> int:
    """Start everything, say where the web interface is, and end everything on Ctrl-C, SIGTERM or a closed terminal."""
    _on_stop(signal.default_int_handler)  # as long as no part runs, stopping is simple
    with contextlib.ExitStack() as stack:
        example = not os.environ.get("LINKWATCH_CONFIG")
        if example:
            stack.enter_context(_example_world())
        settings = load_settings()
        address = _take_address()
        prepare_airflow(settings.home)
        stop = threading.Event()
        _on_stop(lambda *_: stop.set())
        parts: dict[str, subprocess.Popen[bytes]] = {}
        stack.callback(_end_all, parts)
        for name in PARTS:
            if name == "scheduler":  # it starts tasks at once, and these fail when there is nobody to report to
                _wait_for(f"{address}/execution/health", parts, stop)
            if not stop.is_set():
                parts[name] = _start(name)
        _wait_for(f"{address}/api/v2/monitor/health", parts, stop)
        if not stop.is_set():
            _say_where(address, example)
        while not stop.wait(1):
            _require_alive(parts)
        say("stopping")
    return 0


def _on_stop(handler: Callable[..., Any]) -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:  # nohup means it
            signal.signal(number, handler)


@contextlib.contextmanager
def _example_world() -> Iterator[None]:
    """The example world's proxy, and variables that point Airflow at it."""
    from linkwatch.world import World
    from linkwatch.world.files import write_world
    from linkwatch.world.server import serve

    os.environ.update(example_environment())
    # A night of its calendar runs when somebody asks for it; ours would run today's at once, and then no earlier one.
    os.environ.setdefault("AIRFLOW__SCHEDULER__USE_JOB_SCHEDULE", "False")
    home = home_of(os.environ)
    with serve(World()) as proxy:
        write_world(home / "world", proxy)
        # `make nightly` beside us writes its own proxy's address into world/, and takes the proxy away when it is done.
        os.environ["LINKWATCH_CONFIG"] = str(write_world(home / "world-of-up", proxy))
        yield


def _take_address() -> str:
    """Address for the web interface from Airflow's own variables; port 0 takes a free one. Raises LinkwatchError."""
    host, port = os.environ.get("AIRFLOW__API__HOST", "127.0.0.1"), os.environ.get("AIRFLOW__API__PORT", "8080")
    try:
        with socket.create_server((host, int(port)), family=socket.AF_INET6 if ":" in host else socket.AF_INET) as taken:
            port = str(taken.getsockname()[1])
    except (ValueError, OverflowError):
        raise LinkwatchError(f"up: $AIRFLOW__API__PORT is {port!r}; expected a port number, e.g. 8081") from None
    except OSError as error:
        raise LinkwatchError(
            f"up: cannot listen on {host}:{port}: {error.strerror}; end what listens there, or take another port, "
            "e.g. AIRFLOW__API__PORT=8081 make up"
        ) from None
    here = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared, not bound
    address = f"http://{f'[{here}]' if ':' in here else here}:{port}"
    os.environ.update({"AIRFLOW__API__HOST": host, "AIRFLOW__API__PORT": port})
    os.environ.setdefault("AIRFLOW__CORE__EXECUTION_API_SERVER_URL", f"{address}/execution/")  # where tasks report
    # A person reads the log of a task in the web interface: there the counts and the printed messages are wanted.
    os.environ.setdefault("AIRFLOW__LOGGING__LOGGING_LEVEL", "INFO")
    return address


def _start(name: str) -> subprocess.Popen[bytes]:
    log = _log_of(name)
    log.parent.mkdir(parents=True, exist_ok=True)
    direct = ",".join(filter(None, (os.environ.get("no_proxy") or os.environ.get("NO_PROXY"), "127.0.0.1,localhost")))
    with log.open("wb") as output:
        return subprocess.Popen(  # noqa: S603 - our own interpreter, fixed arguments
            [sys.executable, "-m", "airflow", name, *PARTS[name]],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env={**os.environ, "no_proxy": direct, "NO_PROXY": direct},  # tasks talk to the API server over http
            start_new_session=True,
        )


def _log_of(name: str) -> Path:
    return Path(os.environ["AIRFLOW__LOGGING__BASE_LOG_FOLDER"]) / f"{name}.log"


def _wait_for(health: str, parts: _Parts, stop: threading.Event) -> None:
    """Return when everything that the address tells of is healthy, or no longer wanted. Raises LinkwatchError."""
    deadline = time.monotonic() + START_TIMEOUT_S
    while not stop.is_set() and not _healthy(health):
        _require_alive(parts)
        if time.monotonic() > deadline:
            raise LinkwatchError(f"up: Airflow is not ready after {START_TIMEOUT_S:.0f} s; see {_log_of('api-server').parent}")
        stop.wait(0.3)


def _healthy(address: str) -> bool:
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(address, timeout=10) as answer:
            parts = json.load(answer).values()
            return all((part["status"] if isinstance(part, dict) else part) == "healthy" for part in parts)
    except (OSError, ValueError):
        return False


def _require_alive(parts: _Parts) -> None:
    for name, part in parts.items():
        if part.poll() is not None:
            raise LinkwatchError(f"up: Airflow's {name} ended by itself (status {part.returncode}); its log: {_log_of(name)}")


def _say_where(address: str, example: bool) -> None:
    say(f"Airflow is up: {address}   (Ctrl-C stops all of it)")
    if os.environ["AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS"].lower() != "true":
        say(f"Log in as you set Airflow up, or as admin: {os.environ['AIRFLOW_HOME']}/*.generated")
    if example:
        from linkwatch.world import FIRST_NIGHT

        say(f"Example world: trigger nightly_links with the logical date {FIRST_NIGHT} 03:00")
    else:
        say("nightly_links runs at 03:00 UTC, and at once when last night's run is missing")


def _end_all(parts: _Parts) -> None:
    """End the parts and everything that they have started; the API server last, because the others report to it."""
    last = [part for name, part in parts.items() if name == "api-server"]
    _end([part for part in parts.values() if part not in last], STOP_TIMEOUT_S)
    _end(last, 1.0)  # it keeps nothing, and takes 7 s to find that out (measured)


def _end(parts: Collection[subprocess.Popen[bytes]], patience_s: float) -> None:
    """Ask parts to end, and make what is left end after `patience_s`.

    What they have started gets no time: a scheduler waits for its tasks, for hours. With them gone it ends in good order,
    and the next one takes them up at once.
    """
    sessions = _sessions(parts)
    for part in parts:
        part.terminate()
    _kill(set(_living(sessions)) - {part.pid for part in parts})
    deadline = time.monotonic() + patience_s
    while left := _living(sessions):
        if time.monotonic() > deadline:
            _kill(left)
        time.sleep(0.1)
    for part in parts:
        part.wait()


def _sessions(parts: Collection[subprocess.Popen[bytes]]) -> set[int]:
    """The sessions of the parts and of everything that they have started."""
    found = {part.pid for part in parts}
    for part in parts:
        with contextlib.suppress(psutil.Error):
            for child in psutil.Process(part.pid).children(recursive=True):
                with contextlib.suppress(ProcessLookupError):
                    found.add(os.getsid(child.pid))
    return found


def _living(sessions: set[int]) -> list[int]:
    found = []
    for pid in psutil.pids():
        with contextlib.suppress(OSError, psutil.Error):
            if os.getsid(pid) in sessions and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
                found.append(pid)
    return found


def _kill(pids: Iterable[int]) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
