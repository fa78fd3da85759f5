"""Whole nights with Slack behind an Airflow connection: told once, whatever Slack does and whenever the task dies."""

import json
import os
import shutil
import subprocess
import sys
import threading

import pytest

from linkwatch import steps
from linkwatch.cli import main
from linkwatch.cli.night_run import run_dag
from linkwatch.errors import AlertError, SettingsError
from night_home import OWN, NightHome, as_of, name_of, page
from servers.page_proxy import page_proxy
from servers.slack import TOKEN, SlackServer, pings

PAGES = [f"http://site{number}.example/" for number in range(8)]
GAINED, LATE = "http://gained.example/", "http://late.example/"
ALL_PAGES = [*PAGES, GAINED, LATE]
HOSTILE_ANCHOR = "&lt;!channel&gt; &lt;@U123&gt; @here <b>@everyone</b> &lt;https://evil.example|click&gt;"
SLACK = '[slack]\nchannel = "#backlinks"\nops_channel = "#ops"\n'
VARIABLE = "AIRFLOW_CONN_LINKWATCH_SLACK"


@pytest.fixture(scope="module")
def proxy():
    """The pages' proxy, for all tests of this module."""
    with page_proxy() as proxy:
        yield proxy


@pytest.fixture
def slack():
    """A Slack of its own for each test."""
    with SlackServer() as slack:
        yield slack


@pytest.fixture(scope="module")
def detected(proxy, airflow_home, tmp_path_factory):
    """A first night without Slack, and a second whose one message, a gain, waits in the outbox."""
    del airflow_home
    home = NightHome(tmp_path_factory.mktemp("slack"), proxy.address, ALL_PAGES, SLACK)
    for url in PAGES:
        proxy.put(url, page(OWN))
    proxy.put(GAINED, page())
    proxy.put(LATE, page())
    assert home.run(1)
    proxy.put(GAINED, page(OWN, anchor=HOSTILE_ANCHOR))
    assert home.run(2, until="detect")
    return home


@pytest.fixture
def home(detected, proxy, tmp_path):
    """A copy of that home for one test."""
    shutil.copytree(detected.folder, tmp_path / "home")
    return NightHome(tmp_path / "home", proxy.address, ALL_PAGES, SLACK)


def connected(slack: SlackServer, token: str = TOKEN) -> dict[str, str]:
    """The variable that gives Airflow the Slack connection."""
    return {VARIABLE: json.dumps({"conn_type": "slack", "password": token, "extra": {"base_url": slack.url}})}


def deliver(home: NightHome, **environment: str) -> dict[str, int]:
    """The last task of the night."""
    with home.used(**environment):
        return steps.alert(name_of(2))


def waiting(home: NightHome) -> int:
    """Messages that are still to be delivered."""
    [count] = home.column("SELECT count(*) FROM alert WHERE status IN ('pending', 'sending')")
    return count


def test_the_dag_tells_slack_once_and_pings_nobody(home, slack):
    """The night's message and its thread arrive in the channel; the same night run again sends nothing."""
    with home.used(**connected(slack)):
        assert run_dag("nightly_links", as_of(2)) == []
        sent = list(slack.messages)
        assert run_dag("nightly_links", as_of(2)) == []
    assert slack.messages == sent
    assert {message["channel"] for message in sent} == {"C0BACKLINKS"}
    assert "1 link gained" in sent[0]["text"]
    assert any("everyone" in json.dumps(message["blocks"]) for message in sent)
    assert [found for message in sent for found in pings(message)] == []
    assert set(home.column("SELECT status FROM alert WHERE night = :night", night=name_of(2))) == {"sent"}


def test_trouble_with_slack_leaves_the_night_published_and_the_message_waiting(home, slack, free_port):
    """Slack down, in trouble, or with a wrong token: an error that says what to do; the next delivery sends once."""
    down = {"conn_type": "slack", "password": TOKEN, "extra": {"base_url": f"http://127.0.0.1:{free_port}/api/"}}
    with pytest.raises(AlertError, match=r"Slack cannot be reached: .*refused.*The night is published; waiting messages"):
        deliver(home, **{VARIABLE: json.dumps(down)})
    with pytest.raises(AlertError, match="Slack says invalid_auth; put a valid bot token"):
        deliver(home, **connected(slack, "xoxb-of-somebody-else"))
    slack.faults.extend(["500"] * 3)
    with pytest.raises(AlertError, match="Slack is in trouble: HTTP 500"):
        deliver(home, **connected(slack))
    assert slack.messages == []
    assert waiting(home) > 0
    assert (home.folder / "nights" / name_of(2) / "published.json").exists()

    slack.faults.append("429:1")
    assert deliver(home, **connected(slack)) == {"sent": len(slack.messages), "printed": 0}
    assert waiting(home) == 0
    assert "chat.postMessage" in slack.calls
    assert deliver(home, **connected(slack)) == {"sent": 0, "printed": 0}


def test_a_delivery_killed_between_sending_and_noting_is_finished_without_a_second_message(home, slack):
    """SIGKILL as Slack accepts the message: the next delivery finds it by its key and sends only what is left."""
    started, child = threading.Event(), []

    def kill() -> None:
        started.wait(60)
        child[0].kill()
        child[0].wait()

    slack.on_accept = kill
    code = "import sys; from linkwatch import steps; steps.alert(sys.argv[1])"
    environment = {**os.environ, **home.environment(), **connected(slack)}
    child.append(subprocess.Popen([sys.executable, "-c", code, name_of(2)], env=environment))
    started.set()
    assert child[0].wait(120) == -9
    assert len(slack.messages) == 1

    slack.on_accept = lambda: None
    deliver(home, **connected(slack))
    keys = [message["metadata"]["event_payload"]["dedupe_key"] for message in slack.messages]
    assert sorted(keys) == sorted(home.column("SELECT dedupe_key FROM alert WHERE night = :night", night=name_of(2)))
    assert waiting(home) == 0


@pytest.mark.parametrize(
    ("connection", "said"),
    [('{"conn_type": "slack", "password"', f"${VARIABLE} cannot be read"), ('{"conn_type": "slack"}', "has no password")],
)
def test_a_connection_that_cannot_be_used_says_so_and_the_message_waits(home, connection, said):
    """A slip of the pen in the connection does not turn Slack messages into printed ones."""
    with pytest.raises(SettingsError) as caught:
        deliver(home, **{VARIABLE: connection})
    assert said in str(caught.value)
    assert waiting(home) > 0


def test_release_finds_the_connection_that_airflow_keeps(home, slack, proxy):
    """`linkwatch release` is no Airflow task, and the connection may be in Airflow's database: people are told in Slack."""
    from airflow.models.connection import Connection
    from airflow.utils.session import create_session

    home.configure(ALL_PAGES, f"{SLACK}[audit]\nmax_inconclusive_share = 0.1\n")
    proxy.put(LATE, page(OWN))
    for url in PAGES[:2]:
        proxy.put(url, "", status=503)
    with home.used(**connected(slack)):
        assert not home.run(3)
    held = [message["channel"] for message in slack.messages if "is held" in message["text"]]
    assert held == ["C0OPERATIONS"]

    connection = Connection(conn_id="linkwatch_slack", conn_type="slack", password=TOKEN, extra={"base_url": slack.url})
    with create_session() as session:
        session.add(connection)
    try:
        with home.used():
            assert main(["release", name_of(3)]) == 0
    finally:
        with create_session() as session:
            session.delete(session.query(Connection).filter_by(conn_id="linkwatch_slack").one())
    told = [message["text"] for message in slack.messages if name_of(3) in message["text"]]
    assert len([text for text in told if "1 link gained" in text]) == 1
    assert waiting(home) == 0
