"""The container set-up: what can be checked of it without a Docker engine."""

import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
COMPOSE = ROOT / "docker-compose.yml"
SERVICES = {
    *("postgres", "redis", "airflow-init", "airflow-apiserver", "airflow-scheduler", "airflow-dag-processor"),
    *("airflow-triggerer", "airflow-worker"),
}


@pytest.fixture(scope="module")
def compose() -> dict:
    """The compose file, anchors and merges resolved."""
    return yaml.safe_load(COMPOSE.read_text())


def test_compose_file_fits_its_schema():
    """The compose file is valid by the published specification."""
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", str(COMPOSE)]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_services_and_what_they_wait_for(compose):
    """All parts of a Celery set-up are there; each waits for services that exist, in a way that can come true."""
    services = compose["services"]
    assert set(services) == SERVICES
    for name, service in services.items():
        for needed, how in service.get("depends_on", {}).items():
            assert needed in services, f"{name} waits for {needed}, which is no service"
            if how["condition"] == "service_healthy":
                assert "healthcheck" in services[needed], f"{name} waits for the health of {needed}, which has no check"
            if how["condition"] == "service_completed_successfully":
                assert services[needed]["restart"] == "no", f"{name} waits for the end of {needed}, which restarts"
    unchecked = {name for name, service in services.items() if "healthcheck" not in service}
    assert unchecked == {"airflow-init"}


def test_volumes_and_configs_are_declared(compose):
    """Every named volume and config that a service mounts is declared, and none is declared in vain."""
    named = {
        volume.split(":")[0]
        for service in compose["services"].values()
        for volume in service.get("volumes", [])
        if not volume.startswith(("$", ".", "/"))
    }
    assert named == set(compose["volumes"])
    mounted = {config["source"] for service in compose["services"].values() for config in service.get("configs", [])}
    assert mounted == set(compose["configs"])


def test_every_variable_is_explained():
    """Each ${VARIABLE} has a default or a message, and a line in the head of the file; secrets have no default."""
    text = COMPOSE.read_text()
    head = text[: text.index("x-airflow:")]
    used = re.findall(r"(?<!\$)\$\{([A-Z_]+)(:[-?])?([^}]*)\}", text)
    passed_on = re.findall(r"^ +([A-Z_]+):(?: +#.*)?$", text, re.MULTILINE)
    assert used
    assert passed_on == ["AIRFLOW_CONN_LINKWATCH_SLACK"]
    for name, operator, rest in used:
        assert operator, f"{name} has neither a default nor a message"
        assert rest, f"{name} has neither a default nor a message"
        is_secret = re.search("PASSWORD|KEY|SECRET", name) is not None
        assert is_secret == (operator == ":?"), f"{name}: secrets are required, all else has a default"
    for name in {*(name for name, _, _ in used), *passed_on}:
        assert re.search(rf"^# +{name} ", head, re.MULTILINE), f"{name} is not explained in the head of the file"


def test_airflow_settings_exist(compose):
    """Every AIRFLOW__SECTION__KEY is an option of the installed Airflow, so that none is a misspelling without effect."""
    [folder] = find_spec("airflow").submodule_search_locations  # not imported: that would make files in the home
    described = yaml.safe_load((Path(folder) / "config_templates" / "config.yml").read_text())
    options = {section: set(content["options"]) for section, content in described.items()}
    providers = {"celery": {"result_backend", "broker_url", "worker_concurrency"}}  # described in the provider's package
    image = re.findall(r"(AIRFLOW__\w+)=", (ROOT / "Dockerfile").read_text())
    for name in {*compose["x-airflow"]["environment"], *image}:
        if not name.startswith("AIRFLOW__"):
            continue
        section, key = name.removeprefix("AIRFLOW__").lower().split("__")
        assert key in {**options, **providers}[section], name


def test_nobody_is_let_in_without_a_password(compose):
    """The web interface asks for a password, and no port is open beyond this machine."""
    environment = compose["x-airflow"]["environment"]
    assert environment["AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS"] == "False"
    ports = [port for service in compose["services"].values() for port in service.get("ports", [])]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)
    readers = [
        name for name, service in compose["services"].items() if any("airflow-auth" in v for v in service.get("volumes", []))
    ]
    assert readers == ["airflow-apiserver"]


def copied() -> list[str]:
    """Sources of the Dockerfile's COPY lines."""
    lines = re.findall(r"^COPY (.+)$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    return [source for line in lines for source in line.split()[:-1]]


def test_what_the_image_copies_exists():
    """Every source of a COPY is there, and .dockerignore lets it through."""
    allowed = [line[1:].rstrip("/") for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")]
    for source in copied():
        assert (ROOT / source).exists(), source
        assert source.rstrip("/") in allowed, source
    assert sorted(allowed) == sorted({source.rstrip("/") for source in copied()})


def test_the_image_installs_pinned_packages_as_a_user_of_its_own():
    """Packages come with hashes and without an index's address, and nothing runs as root."""
    text = (ROOT / "Dockerfile").read_text()
    assert "--require-hashes -r requirements/runtime.txt" in text
    assert text.index("USER airflow") < text.index("CMD")
    requirements = (ROOT / "requirements" / "runtime.txt").read_text()
    assert "--hash=sha256:" in requirements
    assert not re.search(r"^\s*--(extra-)?index-url|https?://", requirements, re.MULTILINE)


def test_named_volumes_can_be_written(compose):
    """Folders that volumes are mounted on are made in the image, for the user that runs there."""
    text = (ROOT / "Dockerfile").read_text()
    mounts = {
        volume.split(":")[1] for volume in compose["services"]["airflow-apiserver"]["volumes"] if not volume.startswith("$")
    }
    for folder in mounts:
        assert re.search(rf"mkdir -p [^\n]*{folder}\b", text), f"{folder} is not made in the image"
    assert "chown -R airflow /opt/airflow /var/lib/linkwatch" in text
