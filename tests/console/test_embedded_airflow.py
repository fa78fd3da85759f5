"""The variables of the embedded Airflow; what a live one makes of them is in tests/integration/test_live_airflow.py."""

from importlib.metadata import version

import pytest

from linkwatch.airflow_home import prepare_airflow


def prepared(folder, **environ):
    """The variables after `prepare_airflow` in a home whose database is made already."""
    folder.mkdir()
    (folder / "migrated").write_text(version("apache-airflow-core"))
    environ = {"AIRFLOW_HOME": str(folder), **environ}
    prepare_airflow(folder.parent, environ)
    return environ


@pytest.mark.parametrize(
    ("host", "everybody"),
    [("", "True"), ("127.0.0.1", "True"), ("::1", "True"), ("localhost", "True"), ("0.0.0.0", "False"), ("192.0.2.7", "False")],  # noqa: S104 - compared
)
def test_a_password_is_asked_for_wherever_others_can_connect(tmp_path, host, everybody):
    """Without one only on loopback."""
    environ = prepared(tmp_path / "airflow", **({"AIRFLOW__API__HOST": host} if host else {}))
    assert environ["AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS"] == everybody
    assert environ["AIRFLOW__API__HOST"] == (host or "127.0.0.1")


def test_what_the_user_has_set_wins(tmp_path):
    """Every variable of ours is a default."""
    environ = prepared(tmp_path / "airflow", AIRFLOW__API__PORT="9999", AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION="True")
    assert (environ["AIRFLOW__API__PORT"], environ["AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION"]) == ("9999", "True")


def test_dags_wait_for_no_switch(tmp_path):
    """Who starts it wants the nights; a paused DAG would be a night that is silently missing."""
    assert prepared(tmp_path / "airflow")["AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION"] == "False"
