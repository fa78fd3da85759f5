"""HTTP answers of the example web that are no page of it: errors, what a proxy says of hosts it cannot read."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from linkwatch.world import pages

HTML = "text/html; charset=utf-8"
_SQUID = "<html><head><title>ERROR: The requested URL could not be retrieved</title></head><body><h1>ERROR</h1></body></html>\n"


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer. `behaviour` is what the wire does to it: "", hang, drip, reset, close or truncate."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    behaviour: str = ""


def error(status: int, note: str = "") -> Answer:
    """A server's short error page; `note` is one more header: "Name: value"."""
    headers = {"Content-Type": HTML}
    if note:
        name, _, value = note.partition(": ")
        headers[name] = value
    return Answer(status, headers, pages.error_page(status).encode())


def squid(note: str, status: int = 503) -> Answer:
    """What the proxy says of a host; `note` is its X-Squid-Error header: "Name: value"."""
    name, _, value = note.partition(": ")
    return Answer(status, {"Server": "squid/6.12", name: value, "Content-Type": HTML}, _SQUID.encode())


def stand_in(kind: str, host: str, status: int = 200, note: str = "") -> Answer:
    """A page that stands for the page: a wall, an error page that answers 200, an application's shell."""
    name, _, value = (note or "Server: nginx").partition(": ")
    return Answer(status, {"Content-Type": HTML, name: value}, pages.stand_in(kind, host).encode())
