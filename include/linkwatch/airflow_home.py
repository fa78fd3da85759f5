"""An embedded Airflow in `$LINKWATCH_HOME/airflow`: quiet, without examples, on SQLite. No Airflow import in this module.

Every variable is a default: what the user has set in the environment wins.
"""

import os
import subprocess
import sys
from collections.abc import MutableMapping
from pathlib import Path

from linkwatch.errors import StoreError

PROJECT = Path(__file__).parents[2]
"""Where dags/ and plugins/ lie beside include/; an installation elsewhere sets $AIRFLOW__CORE__DAGS_FOLDER itself."""


def prepare_airflow(home: Path, environ: MutableMapping[str, str] = os.environ) -> None:
    """Set the embedded Airflow's variables and create or upgrade its database. Call before Airflow is imported.

    Raises StoreError when the folder cannot be written or the database cannot be made.
    """
    folder = Path(environ.setdefault("AIRFLOW_HOME", str(home / "airflow")))
    for name, value in _defaults(folder, environ.get("AIRFLOW__API__HOST", "127.0.0.1")).items():
        environ.setdefault(name, value)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)  # connections and logs are nobody else's
        _migrate_once(folder)
    except OSError as error:
        raise StoreError(
            f"home: cannot write {folder}: {error.strerror}; set $LINKWATCH_HOME to a folder you can write"
        ) from error


def _defaults(folder: Path, host: str) -> dict[str, str]:
    return {
        "AIRFLOW__CORE__DAGS_FOLDER": str(PROJECT / "dags"),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(PROJECT / "plugins"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        # Whoever starts this Airflow wants its nights; a DAG that waits for a switch would be a night that is silently missing.
        "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
        "AIRFLOW__CORE__PARALLELISM": "4",
        "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(folder / "logs"),
        "AIRFLOW__LOGGING__LOGGING_LEVEL": "ERROR",
        "AIRFLOW__API__WORKERS": "1",
        "AIRFLOW__API__HOST": host,
        "AIRFLOW__API__PORT": "8080",
        "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "10",
        "AIRFLOW__SCHEDULER__ENABLE_HEALTH_CHECK": "False",
        "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
        # One user at one machine: the web interface asks for no password as long as it listens on loopback only.
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": str(host in ("127.0.0.1", "::1", "localhost")),
        "GX_ANALYTICS_ENABLED": "false",
        "PYTHONWARNINGS": "ignore",
    }


def _migrate_once(folder: Path) -> None:
    """`airflow db migrate` costs seconds: it runs again only after another version of Airflow was installed."""
    from importlib.metadata import version

    stamp = folder / "migrated"
    wanted = version("apache-airflow-core")
    if stamp.is_file() and stamp.read_text(encoding="ascii") == wanted:
        return
    done = subprocess.run([sys.executable, "-m", "airflow", "db", "migrate"], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise StoreError(f"airflow: the database in {folder} could not be made: {(done.stderr or done.stdout).strip()[-500:]}")
    stamp.write_text(wanted, encoding="ascii")
