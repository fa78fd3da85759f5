"""`linkwatch up`: Airflow's parts as processes of our own, started together and ended together.

`airflow standalone` leaves its children behind when it is stopped (measured), so each part is started by us, in a process
group of its own, and on Ctrl-C each group is asked to end and, after a while, made to.
"""

import contextlib
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator

from linkwatch.airflow_home import prepare_airflow
from linkwatch.cli.night_run import example_environment
from linkwatch.cli.screen import say
from linkwatch.errors import LinkwatchError
from linkwatch.settings import home_of, load_settings

PARTS = ("api-server", "scheduler", "dag-processor", "triggerer")
STOP_TIMEOUT_S = 15.0
START_TIMEOUT_S = 120.0


def run_until_interrupted() -> int:
    """Start everything, say where the web interface is, and stop everything on Ctrl-C or SIGTERM."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with contextlib.ExitStack() as stack:
        if not os.environ.get("LINKWATCH_CONFIG"):
            stack.enter_context(_example_world())
        settings = load_settings()
        prepare_airflow(settings.home)
        (settings.home / "airflow" / "logs").mkdir(parents=True, exist_ok=True)
        parts = [stack.enter_context(_part(name, settings.home / "airflow" / "logs" / f"{name}.log")) for name in PARTS]
        address = f"http://{os.environ['AIRFLOW__API__HOST']}:{os.environ['AIRFLOW__API__PORT']}"
        try:
            _wait_until_up(address, parts)
            say(f"Airflow is up: {address}   DAGs: nightly_links, weekly_report   Ctrl-C stops it")
            while all(part.poll() is None for part in parts):
                time.sleep(1)
        except KeyboardInterrupt:
            say("stopping")
            return 0
        ended = next(part for part in parts if part.poll() is not None)
        raise LinkwatchError(f"up: {ended.args[-1]} ended by itself; its log is in {settings.home / 'airflow' / 'logs'}")  # type: ignore[index]  # args is our list


@contextlib.contextmanager
def _example_world() -> Iterator[None]:
    from linkwatch.world import World
    from linkwatch.world.files import write_world
    from linkwatch.world.server import serve

    os.environ.update(example_environment())
    with serve(World()) as proxy:
        write_world(home_of(os.environ) / "world", proxy)
        yield


@contextlib.contextmanager
def _part(name: str, log: os.PathLike[str]) -> Iterator[subprocess.Popen[bytes]]:
    with open(log, "ab") as output:
        part = subprocess.Popen(  # noqa: S603 - our own interpreter, fixed arguments
            [sys.executable, "-m", "airflow", name], stdout=output, stderr=output, start_new_session=True
        )
    try:
        yield part
    finally:
        _end_group(part)


def _end_group(part: subprocess.Popen[bytes]) -> None:
    """Ask the part's whole process group to end; kill what is left of it after a while."""
    for ask in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(part.pid, ask)
        deadline = time.monotonic() + STOP_TIMEOUT_S
        while time.monotonic() < deadline and _group_lives(part):
            time.sleep(0.1)
        if not _group_lives(part):
            return


def _group_lives(part: subprocess.Popen[bytes]) -> bool:
    part.poll()  # reaps the leader, so that an empty group is seen as empty
    try:
        os.killpg(part.pid, 0)
    except ProcessLookupError:
        return False
    return True


def _wait_until_up(address: str, parts: list[subprocess.Popen[bytes]]) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline and all(part.poll() is None for part in parts):
        try:
            with urllib.request.urlopen(f"{address}/api/v2/version", timeout=2) as answer:  # noqa: S310 - our own server
                if answer.status == 200:
                    return
        except (urllib.error.URLError, TimeoutError, ConnectionError):
            time.sleep(0.5)
    raise LinkwatchError(f"up: Airflow did not answer on {address} in {START_TIMEOUT_S:.0f} s; see its logs")
