"""A forward proxy on loopback that answers for any host, from a table that the test fills: URL → what is served."""

import contextlib
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class Served:
    """One answer."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=lambda: {"Content-Type": "text/html; charset=utf-8"})


class PageProxy:
    """`pages` maps absolute URLs to answers; what is not in it is 404. `asked` lists the URLs in order of arrival.

    `once` has answers that are given before those, each to one request.
    """

    def __init__(self) -> None:
        self.pages: dict[str, Served] = {}
        self.once: dict[str, Served] = {}
        self.asked: list[str] = []
        self.address = ""

    def put(self, url: str, body: str | bytes, **answer: object) -> None:
        """Serve `body` at `url` from now on."""
        self.pages[url] = Served(body.encode() if isinstance(body, str) else body, **answer)


@contextlib.contextmanager
def page_proxy() -> Iterator[PageProxy]:
    """Start the proxy on a free port; it stops with the block."""
    proxy = PageProxy()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # head and body in one packet; in two, each answer waits 40 ms for an acknowledgement

        def do_GET(self) -> None:
            proxy.asked.append(self.path)
            found = proxy.once.pop(self.path, None) or proxy.pages.get(self.path, Served(b"not here", 404))
            self.send_response_only(found.status)  # without a date: the same answer is the same bytes
            for name, value in found.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(found.body)))
            self.end_headers()
            self.wfile.write(found.body)

        def log_message(self, *arguments: object) -> None:
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        request_queue_size = 256  # a night connects for all its hosts at once

    server = Server(("127.0.0.1", 0), Handler)
    proxy.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
