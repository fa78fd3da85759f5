"""A local Slack Web API over HTTP that keeps Slack's limits, and an outbox to send from.

It answers chat.postMessage, conversations.history, conversations.replies, conversations.list and auth.test in Slack's documented
shape. Time is its own: `sleep` is given to the poster, records the seconds and moves the clock on, so nothing waits for real.
"""

import json
import re
import sqlite3
import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

TOKEN = "xoxb-of-the-test"
CHANNELS = {"C0BACKLINKS": "backlinks", "C0OPERATIONS": "ops", "C0STRANGERS": "strangers"}
NOT_A_MEMBER = {"C0STRANGERS"}

_MENTION = re.compile(r"<[!@#][^>]*>")
_AT_ALL = re.compile(r"(?<![\w@])@(here|channel|everyone)\b")
_MARKUP = re.compile(r"`[^`]*`|<[^>]*>")


def pings(message: Mapping[str, Any]) -> list[str]:
    """What in a posted message would ping somebody: mentions anywhere, and @here in text that Slack may parse by itself."""
    found: list[str] = []
    for text in _texts({"text": message.get("text", ""), "blocks": message.get("blocks", [])}):
        found += _MENTION.findall(text) + _AT_ALL.findall(_MARKUP.sub("", text))
    return found


@dataclass
class SlackServer:
    """`with SlackServer() as slack:` serves on a free loopback port until the block ends."""

    rate_limited: bool = False  # one message a second and channel, as Slack documents
    page_size: int = 100  # messages a page of history at most
    now: float = 1_793_700_000.0  # 2026-11-03 09:20 UTC
    messages: list[dict[str, Any]] = field(default_factory=list)
    faults: deque[str] = field(
        default_factory=deque
    )  # for the next posts: "lost_answer", "dropped", "429:30", "500", an error code
    slept: list[float] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    on_accept: Callable[[], None] = lambda: None  # runs when a message is kept and its answer not yet sent

    def __enter__(self) -> "SlackServer":
        slack = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                slack.answer(self)

            def log_message(self, *_: object) -> None:
                """Quiet."""

        self._last_post: dict[str, float] = {}
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()

    @property
    def url(self) -> str:
        """Base URL to give the poster."""
        return f"http://127.0.0.1:{self._http.server_address[1]}/api/"

    def sleep(self, seconds: float) -> None:
        """Record the seconds and move the clock on."""
        self.slept.append(seconds)
        self.now += seconds

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        """Answer one request, with the next fault if there is one."""
        body = request.rfile.read(int(request.headers.get("Content-Length", 0))).decode()
        is_json = request.headers.get("Content-Type", "").startswith("application/json")
        arguments: dict[str, Any] = json.loads(body) if is_json else dict(parse_qsl(body))
        method = request.path.removeprefix("/api/")
        self.calls.append(method)
        fault = self.faults.popleft() if method == "chat.postMessage" and self.faults else ""
        if fault == "dropped":
            request.close_connection = True
            return
        if fault == "500":
            _reply(request, 500, None)
        elif fault.startswith("429"):
            _reply(request, 429, {"ok": False, "error": "ratelimited"}, {"Retry-After": fault.partition(":")[2]})
        elif fault and fault != "lost_answer":
            _reply(request, 200, {"ok": False, "error": fault})
        elif request.headers.get("Authorization") != f"Bearer {TOKEN}":
            _reply(request, 200, {"ok": False, "error": "invalid_auth"})
        else:
            status, answer = _METHODS[method](self, arguments)
            if answer["ok"] and method == "chat.postMessage":
                self.on_accept()
            if fault == "lost_answer":
                request.close_connection = True
                return
            _reply(request, status, answer, {"Retry-After": "1"} if status == 429 else {})

    def _post(self, arguments: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        channel = next((key for key, name in CHANNELS.items() if arguments.get("channel") in (key, name, f"#{name}")), "")
        error = _broken_limit(arguments) if channel else "channel_not_found"
        if channel in NOT_A_MEMBER:
            error = "not_in_channel"
        thread_ts = arguments.get("thread_ts")
        if thread_ts and not any(message["ts"] == thread_ts for message in self.messages):
            error = "thread_not_found"
        if error:
            return 200, {"ok": False, "error": error}
        if self.rate_limited and self.now - self._last_post.get(channel, 0) < 1:
            return 429, {"ok": False, "error": "ratelimited"}
        self._last_post[channel] = self.now
        kept = {key: arguments[key] for key in ("text", "blocks", "metadata", "thread_ts") if arguments.get(key)}
        ts = f"{self.now:.0f}.{len(self.messages):06d}"
        self.messages.append(
            {"type": "message", "bot_id": "B0LINKWATCH", "channel": channel, "ts": ts, **kept, "asked": arguments}
        )
        return 200, {"ok": True, "channel": channel, "ts": ts, "message": {"text": kept.get("text", ""), "ts": ts}}

    def _history(self, arguments: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        found = [message for message in reversed(self.messages) if not message.get("thread_ts")]
        return self._page(found, arguments)

    def _replies(self, arguments: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        thread = arguments["ts"]
        return self._page(
            [message for message in self.messages if thread in (message["ts"], message.get("thread_ts"))], arguments
        )

    def _page(self, found: list[dict[str, Any]], arguments: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        if arguments["channel"] not in CHANNELS:  # history knows ids alone
            return 200, {"ok": False, "error": "channel_not_found"}
        found = [message for message in found if message["channel"] == arguments["channel"]]
        start = int(arguments.get("cursor", "0"))
        end = start + min(self.page_size, int(arguments.get("limit", 100)))
        with_metadata = str(arguments.get("include_all_metadata", "")).lower() in ("1", "true")
        hidden = {"channel", "asked"} | (set() if with_metadata else {"metadata"})
        page = [{key: value for key, value in message.items() if key not in hidden} for message in found[start:end]]
        cursor = str(end) if end < len(found) else ""
        return 200, {"ok": True, "messages": page, "has_more": bool(cursor), "response_metadata": {"next_cursor": cursor}}

    def _list(self, _: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        channels = [{"id": key, "name": name, "is_member": key not in NOT_A_MEMBER} for key, name in CHANNELS.items()]
        return 200, {"ok": True, "channels": channels, "response_metadata": {"next_cursor": ""}}

    def _auth(self, _: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        return 200, {"ok": True, "team": "Test", "user": "linkwatch", "bot_id": "B0LINKWATCH"}


_METHODS: dict[str, Callable[[SlackServer, dict[str, Any]], tuple[int, dict[str, Any]]]] = {
    "auth.test": SlackServer._auth,
    "chat.postMessage": SlackServer._post,
    "conversations.history": SlackServer._history,
    "conversations.list": SlackServer._list,
    "conversations.replies": SlackServer._replies,
}


@dataclass(frozen=True)
class Row:
    """A row of the outbox below."""

    dedupe_key: str
    night: str
    site: str
    channel: str
    kind: str
    parent_key: str
    position: int
    payload: dict[str, Any]
    status: str
    slack_ts: str
    detail: str


class SqliteOutbox:
    """The least that keeps the promise of `linkwatch.alerts.Outbox`: every mark is on disk when it returns."""

    def __init__(self, path: Path | str = ":memory:") -> None:
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.execute(
            "CREATE TABLE IF NOT EXISTS outbox (dedupe_key TEXT PRIMARY KEY, night, site, channel, kind, parent_key, position, "
            "payload, status DEFAULT 'pending', slack_ts DEFAULT '', detail DEFAULT '')"
        )

    def add(self, messages: list[Any]) -> None:
        """Queue messages; a key that is known already stays as it is."""
        for entry in messages:
            values = (entry.dedupe_key, entry.night, entry.site, entry.channel, entry.kind, entry.parent_key, entry.position)
            self._db.execute(
                "INSERT OR IGNORE INTO outbox (dedupe_key, night, site, channel, kind, parent_key, position, payload) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (*values, json.dumps(entry.payload)),
            )

    def rows(self, where: str = "1") -> list[Row]:
        """Rows in the order in which they were queued."""
        found = self._db.execute(f"SELECT * FROM outbox WHERE {where} ORDER BY rowid")  # noqa: S608 - the tests' own words
        return [Row(*row[:7], json.loads(row[7]), *row[8:]) for row in found]

    def pending(self) -> list[Row]:
        """Rows still to be delivered."""
        return self.rows("status IN ('pending', 'sending')")

    def get(self, key: str) -> Row | None:
        """The row of a key."""
        return next((row for row in self.rows() if row.dedupe_key == key), None)

    def claim(self, key: str) -> str:
        """Make a waiting row ours; whoever asks gets it, as a delivery that was killed holds nothing for long."""
        row = self.get(key)
        if row is None or row.status not in ("pending", "sending"):
            return ""
        self.mark(key, "sending")
        return row.status

    def mark(self, key: str, status: str, slack_ts: str = "", detail: str = "") -> None:
        """Set where a row stands."""
        change = "UPDATE outbox SET status = ?, slack_ts = ?, detail = ? WHERE dedupe_key = ?"
        self._db.execute(change, (status, slack_ts, detail, key))

    def statuses(self) -> dict[str, str]:
        """Status of each key."""
        return {row.dedupe_key: row.status for row in self.rows()}


def _broken_limit(arguments: Mapping[str, Any]) -> str:
    """Slack's error for the first limit that a message breaks; "" when it keeps all."""
    blocks = arguments.get("blocks") or []
    if isinstance(blocks, str):
        blocks = json.loads(blocks)
    if not blocks and not arguments.get("text"):
        return "no_text"
    if len(arguments.get("text", "")) > 40_000:
        return "msg_too_long"
    if len(blocks) > 50 or any(_bad_block(block) for block in blocks):
        return "invalid_blocks"
    return "msg_blocks_too_long" if sum(len(text) for text in _texts(blocks)) > 11_000 else ""


def _bad_block(block: Mapping[str, Any]) -> bool:
    match block.get("type"):
        case "header":
            return block["text"]["type"] != "plain_text" or not 1 <= len(block["text"]["text"]) <= 150
        case "section":
            return not 1 <= len(block["text"]["text"]) <= 3000
        case "context":
            return not 1 <= len(block["elements"]) <= 10 or any(not 1 <= len(part["text"]) <= 3000 for part in block["elements"])
    return block.get("type") != "divider"


def _texts(value: object) -> list[str]:
    """Every `text` in a message, however deep."""
    if isinstance(value, Mapping):
        own = [value["text"]] if isinstance(value.get("text"), str) else []
        return own + [text for part in value.values() for text in _texts(part)]
    return [text for part in value for text in _texts(part)] if isinstance(value, list | tuple) else []


def _reply(request: BaseHTTPRequestHandler, status: int, answer: object, headers: Mapping[str, str] | None = None) -> None:
    body = b"<html>oops</html>" if answer is None else json.dumps(answer).encode()
    request.send_response(status)
    for name, value in {
        "Content-Type": "application/json; charset=utf-8",
        "Content-Length": str(len(body)),
        **(headers or {}),
    }.items():
        request.send_header(name, value)
    request.end_headers()
    request.wfile.write(body)
