"""How vendors are asked, over HTTP: second tries, waits, the ledger, caps, and keys that are shown nowhere."""

import gzip
import logging
import traceback
from collections import deque
from contextlib import contextmanager

import pytest

from linkwatch.errors import SourceError
from linkwatch.sources.apis.client import ATTEMPTS, BudgetSpent, Client, SiteRefused, key_of
from linkwatch.sources.apis.session import Failure, Session
from linkwatch.sources.pull import Account
from servers.vendor_apis import KEY, Entry, MemoryLedger, Reply, VendorServer, pull_of

pytestmark = pytest.mark.network


@contextmanager
def vendor_and_client(folder, faults=(), *, answer=None, before=0.0, budget=1e9, **client):
    """A vendor at /links that answers `answer`, a client for it, and the seconds that it slept."""
    slept: list[float] = []
    with VendorServer({"/links": lambda _: answer or Reply({"rows": [1, 2]})}, deque(faults)) as vendor:
        pull = pull_of("moz_api", folder, vendor.url, ledger=MemoryLedger(before), budget_units=budget)
        with Client(pull, "https://vendor.invalid", sleep=slept.append, **client) as asked:
            yield vendor, pull, asked, slept


def call(client, **settings):
    """A call that may cost 10 units."""
    return client.call("GET", "links", endpoint="links", units=10.0, **settings)


def test_a_call_is_entered_before_it_is_sent_and_settled_at_what_it_cost(tmp_path):
    """The ledger has the price while the call is under way, and the cost, rows and status afterwards."""
    seen: list[Entry] = []
    with VendorServer({}) as vendor:
        pull = pull_of("moz_api", tmp_path, vendor.url)
        vendor.routes = {"/links": lambda _: seen.extend(pull.ledger.entries) or Reply({"rows": [1, 2]})}
        with Client(pull, "") as client:
            answer = call(client, cost=lambda answer: (2.0, len(answer.json()["rows"])))
    assert answer.json() == {"rows": [1, 2]}
    assert seen == [Entry("links", 10.0, 0, "sent")]
    assert pull.ledger.entries == [Entry("links", 2.0, 2, "200")]
    assert pull.notes.units == 2.0


def test_calls_of_a_pull_share_a_connection(tmp_path):
    """A new connection a call would cost a handshake each."""
    with vendor_and_client(tmp_path) as (vendor, _, client, _):
        for _ in range(3):
            call(client)
    assert len({request.port for request in vendor.requests}) == 1
    assert len(vendor.requests) == 3


TRIED_AGAIN = {
    "429": (["429"], [(0.0, "429"), (10.0, "200")]),
    "server errors": (["500", "503"], [(0.0, "500"), (0.0, "503"), (10.0, "200")]),
    "a lost answer may have cost": (["dropped"], [(10.0, "reset"), (10.0, "200")]),
    "half an answer may have cost": (["cut"], [(10.0, "cut off"), (10.0, "200")]),
}


@pytest.mark.parametrize(("faults", "entries"), TRIED_AGAIN.values(), ids=TRIED_AGAIN)
def test_what_may_go_better_is_tried_again_and_each_try_is_entered(tmp_path, faults, entries):
    """Errors cost nothing; an answer that was lost on the way counts as priced."""
    with vendor_and_client(tmp_path, faults) as (_, pull, client, slept):
        assert call(client).status == 200
    assert [(entry.units, entry.status) for entry in pull.ledger.entries] == entries
    assert len(slept) == len(faults)
    assert all(1 <= seconds <= 3 * 2**number for number, seconds in enumerate(slept))


def test_waits_grow_and_are_the_same_for_the_same_night(tmp_path):
    """Jitter comes from the source and the night, so that a test, or a second run, sees the same waits."""
    waits = []
    for _ in range(2):
        with (
            vendor_and_client(tmp_path, ["500"] * ATTEMPTS) as (_, _, client, slept),
            pytest.raises(SourceError, match="4 tries"),
        ):
            call(client)
        waits.append(slept)
    assert waits[0] == waits[1]
    assert len(waits[0]) == ATTEMPTS - 1


@pytest.mark.parametrize(("fault", "seconds"), [("429:7", 7.0), ("503:0", 0.0), ("429@90", 90.0), ("429:120", 120.0)])
def test_a_vendor_says_how_long_to_wait(tmp_path, fault, seconds):
    """Retry-After in seconds, or as a date, which is taken by the vendor's own clock."""
    with vendor_and_client(tmp_path, [fault]) as (_, _, client, slept):
        call(client)
    assert slept == [seconds]


@pytest.mark.parametrize("fault", ["429:3600", "429@121"])
def test_a_vendor_that_asks_for_a_long_wait_has_had_enough(tmp_path, fault):
    """A task does not sleep for hours: what was read is kept, and tomorrow is another night."""
    with vendor_and_client(tmp_path, [fault]) as (_, _, client, slept), pytest.raises(SourceError, match="asks to wait"):
        call(client)
    assert slept == []


@pytest.mark.parametrize(
    ("status", "kind"), [("401", SourceError), ("403", SourceError), ("404", SiteRefused), ("400", SiteRefused)]
)
def test_a_refusal_is_not_tried_again(tmp_path, status, kind):
    """A key that is wrong stays wrong, and the error says where to look; a request that is not taken concerns its site alone."""
    with vendor_and_client(tmp_path, [status]) as (vendor, pull, client, _), pytest.raises(kind) as error:
        call(client)
    assert type(error.value) is kind
    assert f'answered {status}: {{"error": "fault {status}"}}' in str(error.value)
    assert ("Airflow connection 'vendor'" in str(error.value)) is (kind is SourceError)
    assert pull.ledger.entries == [Entry("links", 0.0, 0, status)]
    assert len(vendor.requests) == 1


def test_redirects_are_not_followed(tmp_path):
    """The key would go along, to wherever the answer says."""
    answer = Reply("", 302, {"Location": "/elsewhere"})
    with (
        vendor_and_client(tmp_path, answer=answer) as (vendor, _, client, _),
        pytest.raises(SourceError, match="redirects are not"),
    ):
        call(client, params={"page": 1})
    assert [request.path for request in vendor.requests] == ["/links"]


def test_a_call_beyond_the_budget_is_not_sent(tmp_path):
    """What was spent earlier this month counts; a call that would just fit is sent."""
    with vendor_and_client(tmp_path, before=80.0, budget=100.0) as (vendor, _, client, _):
        call(client)
        call(client)
        with pytest.raises(BudgetSpent, match="100 of budget_units = 100 this month, and the next call may cost 10"):
            call(client)
    assert len(vendor.requests) == 2


def test_second_tries_are_within_the_budget_too(tmp_path):
    """A broken connection must not spend what the user did not allow."""
    with vendor_and_client(tmp_path, ["dropped"] * 4, budget=25.0) as (vendor, _, client, _), pytest.raises(BudgetSpent):
        call(client)
    assert len(vendor.requests) == 2


def test_a_paid_call_needs_a_ledger(tmp_path):
    """Forgetting it would be a bug, and nothing is sent."""
    with vendor_and_client(tmp_path) as (vendor, pull, client, _):
        pull.ledger = None
        assert client.call("GET", "links", endpoint="links", units=0.0).status == 200
        with pytest.raises(ValueError, match="needs a ledger"):
            call(client)
    assert len(vendor.requests) == 1


def test_an_answer_that_cannot_be_read_counts_as_priced(tmp_path):
    """Half a JSON document was work done; the price stands."""
    with (
        vendor_and_client(tmp_path, answer=Reply('{"rows": [1')) as (_, pull, client, _),
        pytest.raises(SourceError, match="no JSON"),
    ):
        call(client, cost=lambda answer: (0.0, len(answer.json()["rows"])))
    assert pull.ledger.entries == [Entry("links", 10.0, 0, "200 unreadable")]


@pytest.mark.parametrize(("body", "text"), [(gzip.compress(b"[1]", mtime=0), b"[1]"), (b"", b"")])
def test_a_compressed_body_is_unpacked(body, text):
    """Only gzip is asked for."""
    with VendorServer({"/links": lambda _: Reply(body, headers={"Content-Encoding": "gzip"} if body else {})}) as vendor:
        session = Session({}, None, ())
        assert session.send("GET", f"{vendor.url}/links", {}, None, "").body == text
        session.close()
    assert vendor.requests[0].headers["accept-encoding"] == "gzip"


HOSTILE = {
    "a bomb": (gzip.compress(b"0" * 10_000_000), "too large"),
    "half a document": (gzip.compress(b"[1, 2, 3]")[:-9], "cut off"),
    "no gzip": (b"[1, 2, 3]", "cut off"),
}


@pytest.mark.parametrize(("body", "status"), HOSTILE.values(), ids=HOSTILE)
def test_a_compressed_body_is_capped_as_it_unpacks(body, status):
    """Ten kilobytes on the wire may be ten megabytes in memory."""
    with VendorServer({"/links": lambda _: Reply(body, headers={"Content-Encoding": "gzip"})}) as vendor:
        session = Session({}, None, (), max_bytes=99_999)
        with pytest.raises(Failure) as failure:
            session.send("GET", f"{vendor.url}/links", {}, None, "")
        session.close()
    assert failure.value.status == status


def test_bodies_and_times_are_capped(tmp_path):
    """A hostile server neither fills the memory nor holds a task for ever."""
    with VendorServer({"/links": lambda _: Reply(b"x" * 100_000)}, deque(["", "drip"])) as vendor:
        session = Session({}, None, (), max_bytes=99_999, max_seconds=0.2)
        for status in ("too large", "timeout"):
            with pytest.raises(Failure) as failure:
                session.send("GET", f"{vendor.url}/links", {}, None, "")
            assert (failure.value.status, failure.value.may_cost) == (status, True)
        session.close()


@pytest.mark.parametrize("read_timeout_s", [0.1])
def test_a_silent_server_is_a_time_out(read_timeout_s):
    """Nothing came in time, and the work may have been done."""
    with VendorServer({"/links": lambda _: Reply(b"x" * 10, headers={"Content-Length": "11"})}) as vendor:
        session = Session({}, None, (), read_timeout_s=read_timeout_s)
        with pytest.raises(Failure) as failure:
            session.send("GET", f"{vendor.url}/links", {}, None, "")
        session.close()
    assert (failure.value.status, failure.value.may_cost) == ("timeout", True)


def test_a_server_that_is_not_there_costs_nothing(tmp_path, free_port):
    """Nothing was sent, so nothing can have been charged."""
    pull = pull_of("moz_api", tmp_path, f"http://127.0.0.1:{free_port}")
    with Client(pull, "", sleep=lambda _: None) as client, pytest.raises(SourceError, match="cannot be connected to"):
        call(client)
    assert {(entry.units, entry.status) for entry in pull.ledger.entries} == {(0.0, "refused")}


@pytest.mark.parametrize("password", ["", "  ", "gehe\nim", "schlüssel"])
def test_a_connection_without_a_key_says_so(tmp_path, password):
    """The error names the connection, and shows nothing of what it found."""
    pull = pull_of("moz_api", tmp_path, "")
    pull.account = Account("", password)
    with pytest.raises(SourceError, match=r"connection 'vendor' has .*expected the vendor's API key there") as error:
        key_of(pull)
    assert not password.strip() or password not in str(error.value)


def echo(_):
    """An answer that quotes the key, as error pages quote requests."""
    return Reply(f"who is {KEY}?", 400)


def test_a_password_that_an_error_page_quotes_is_masked(tmp_path):
    """Also as Basic authentication spells it, and as PHP, HTML and addresses do."""
    slashed = KEY.replace("/", "\\/")
    with VendorServer({"/links": lambda request: Reply(f"{request.headers['authorization']} {slashed} <{KEY}>", 400)}) as vendor:
        pull = pull_of("dataforseo_api", tmp_path, vendor.url)
        with Client(pull, "", auth=("me", KEY)) as client, pytest.raises(SiteRefused) as error:
            call(client)
    assert str(error.value).endswith("it answered 400: Basic (key) (key) <(key)>")


SHOWN = {
    "refusal": (echo, []),
    "sign-in": (lambda _: Reply(f"wrong key: {KEY}", 401), []),
    "server errors": (lambda _: Reply(f"{KEY} broke it", 500), []),
    "broken connections": (lambda _: Reply(), ["dropped"] * ATTEMPTS),
    "bad headers": (lambda _: Reply("", 200, {"X-Key: of\r\n broken header": "x"}), []),
    "cut off": (lambda _: Reply("[" * 1000), ["cut"] * ATTEMPTS),
    "redirect": (lambda _: Reply(f"<a href='?key={KEY}'>", 301, {"Location": f"/links?key={KEY}"}), []),
}


@pytest.mark.parametrize(("route", "faults"), SHOWN.values(), ids=SHOWN)
def test_the_key_is_in_no_error_and_no_log(tmp_path, caplog, route, faults):
    """Neither in the text nor in the traceback of an error, nor in what we or the libraries log, down to debugging."""
    caplog.set_level(logging.DEBUG)
    with VendorServer({"/links": route}, deque(faults)) as vendor:
        pull = pull_of("moz_api", tmp_path, vendor.url)
        with Client(pull, "", secret_params={"key": KEY}, sleep=lambda _: None) as client:
            try:
                call(client, params={"target": "own.example"})
                shown = ""
            except SourceError as error:
                shown = "".join(traceback.format_exception(error))
    shown += caplog.text + repr(pull.account) + repr(pull.ledger.entries)
    assert vendor.requests[0].params == {"target": "own.example", "key": KEY}
    assert "call source=moz_api" in caplog.text
    assert "urllib3" in caplog.text
    for spelling in (KEY, "s3cret", "key+of", "key%2Bof"):
        assert spelling not in shown
