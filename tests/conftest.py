"""What every test shares: unit tests have no sockets; all others may talk to loopback only."""

import socket
from pathlib import Path

import pytest
from pytest_socket import disable_socket, enable_socket, socket_allow_hosts

from linkwatch.airflow_home import prepare_airflow

SHARED = Path(__file__).parents[2] / "shared"


def pytest_make_parametrize_id(val: object) -> str | None:
    """A name for bytes: packed ones have the time in them, and tests run in processes that have to agree on names."""
    return f"{len(val)} bytes" if isinstance(val, bytes) else None


@pytest.fixture(autouse=True)
def _sockets(request: pytest.FixtureRequest):
    """No sockets in tests/unit (unix sockets stay: event loops need them), loopback alone everywhere else."""
    if "unit" in request.path.relative_to(Path(__file__).parent).parts:
        disable_socket(allow_unix_socket=True)
    else:
        socket_allow_hosts(["127.0.0.1", "::1", "localhost"], allow_unix_socket=True)
    yield
    enable_socket()


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real pages beside the checkout; the test is skipped, with the reason, where it is not there."""
    folder = SHARED / "real"
    if not folder.is_dir():
        pytest.skip(f"real pages are not here: {folder} is no folder")
    return folder


@pytest.fixture
def free_port() -> int:
    """A loopback port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def airflow_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An Airflow of the test session's own; it must be there before the first import of airflow."""
    home = tmp_path_factory.mktemp("airflow-home")
    prepare_airflow(home)
    return home
