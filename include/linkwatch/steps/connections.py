"""Airflow connections, where every secret lives: Slack's token, the keys of the sources. Nothing here shows or keeps one."""

import os
from contextlib import suppress
from typing import Any

from linkwatch.errors import SettingsError, SourceError
from linkwatch.source_settings import SourceSettings
from linkwatch.sources import Account


def account_of(source: SourceSettings) -> Account:
    """How a source signs in, as its Airflow connection says. Raises SourceError where there is no such connection."""
    found = find_connection(source.connection, source.kind)
    if found is None:
        raise SourceError(
            f"source {source.name}: there is no Airflow connection {source.connection!r}; expected one with the key as its "
            f"password: airflow connections add {source.connection} --conn-type generic --conn-password …"
        )
    return Account(found.login or "", found.password or "", str(found.extra_dejson.get("base_url", "")))


def find_connection(name: str, what: str) -> Any | None:
    """An Airflow connection; None where there is none. A task asks its supervisor, the command line Airflow's database.

    `what` names in errors who wants it. Raises SettingsError for one in the environment that cannot be read.
    """
    from airflow.sdk import BaseHook
    from airflow.sdk.exceptions import AirflowNotFoundException

    with suppress(AirflowNotFoundException):
        return BaseHook.get_connection(name)
    from airflow.models.connection import Connection

    with suppress(AirflowNotFoundException):
        return Connection.get_connection_from_secrets(name)
    variable = f"AIRFLOW_CONN_{name.upper()}"
    if os.environ.get(variable):  # Airflow passes over what it cannot read, and nobody would learn why
        raise SettingsError(
            f"{what}: ${variable} cannot be read as a connection; expected "
            '{"conn_type": "slack", "password": "…"} (it is not shown, it holds a secret)'
        )
    return None
