"""The gate: a proxy on loopback that is the browser's only way out. It looks at every address at the moment of connecting.

Playwright's own routes see the first request of a chain and no redirect, no preconnect and no shared worker; the gate sees them
all, because there is no other way. Hosts that the page did not ask for wait in vain: a browser has errands of its own. It also
counts bytes. It does not look at what passes: TLS stays between browser and host.
"""

import asyncio
import contextlib
import socket
from collections import defaultdict
from collections.abc import Callable, Coroutine
from urllib.parse import urlsplit

from linkwatch.model import Outcome
from linkwatch.render.upstream import Proxy, ProxyError, Streams, addresses_of

_MAX_HEAD_BYTES = 256 * 1024
_CHUNK_BYTES = 64 * 1024
_PORTS = {"https": 443, "wss": 443}
_Port = tuple[str, int]  # host and port
_HOP_BY_HOP = (b"connection:", b"proxy-connection:", b"proxy-authorization:", b"keep-alive:", b"upgrade:", b"te:")


class Gate:
    """Listens from `open` to `close`. `refuses` names what is wrong with a host (an address, or a name); empty: nothing."""

    def __init__(self, proxy: str, refuses: Callable[[str], str], connect_timeout_s: float) -> None:
        self._proxy = Proxy.parse(proxy)
        self._refuses = refuses
        self._connect_timeout_s = connect_timeout_s
        self._tasks: set[asyncio.Task[None]] = set()
        self._failures: dict[_Port, tuple[Outcome, str]] = {}
        self._asked_for: defaultdict[_Port, asyncio.Event] = defaultdict(asyncio.Event)
        self._lookups: dict[str, asyncio.Task[list[str]]] = {}
        self._bytes_left = 0

    async def open(self) -> str:
        """Listen on a free port; gives the address for the browser's settings."""
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0, limit=_MAX_HEAD_BYTES)
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def close(self) -> None:
        """Stop listening and end what is open."""
        self._server.close()
        await self.begin_page(0)

    async def begin_page(self, max_bytes: int) -> None:
        """Forget the last page: its connections end, its failures are forgotten, and the next may read so many bytes."""
        self._bytes_left = max_bytes
        self._failures.clear()
        self._asked_for.clear()
        self._lookups.clear()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def is_used_up(self) -> bool:
        """True where this page has read more than it may."""
        return self._bytes_left < 0

    def expect(self, url: str) -> None:
        """Let this page's connections to the host of `url` through, if the guard lets them."""
        self._asked_for[_port_of(url)].set()

    def failure_of(self, url: str) -> tuple[Outcome, str] | None:
        """Why there was no connection for this page to the host of `url`, if there was none."""
        return self._failures.get(_port_of(url))

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - the server runs this in a task, always
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        # A request that cannot be read, or a connection that breaks, ends here; the browser sees its connection close.
        with contextlib.suppress(OSError, EOFError, asyncio.LimitOverrunError, asyncio.CancelledError, ValueError):
            await self._request(reader, writer)
        writer.close()

    async def _request(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        method, target, _ = head.split(b"\r\n", 1)[0].split(b" ")
        tunnelled = method == b"CONNECT"
        parts = urlsplit(("//" if tunnelled else "") + target.decode("ascii"))
        host, port = _name(parts.hostname or ""), parts.port or 80
        by_url = self._proxy is not None and self._proxy.takes_urls and not tunnelled
        streams = await self._way_to(host, port, by_url)
        if streams is None:
            if tunnelled:
                writer.write(b"HTTP/1.1 502 No way\r\nContent-Length: 0\r\n\r\n")
            return
        try:
            if tunnelled:
                writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
                await self._first_of(self._pump(reader, streams[1]), self._pump(streams[0], writer))
            else:
                streams[1].write(self._forwarded(head, method, target, by_url))
                await _send_body(head, reader, streams[1])
                # One request a connection: what comes after it would go, unseen, to a host that was checked for another.
                await self._first_of(reader.read(1), self._pump(streams[0], writer))
        finally:
            streams[1].close()

    def _forwarded(self, head: bytes, method: bytes, target: bytes, by_url: bool) -> bytes:
        """The request's head as the next one wants it: by path for a server, by URL and with our name for a proxy."""
        if not by_url:
            target = b"/" + target.split(b"/", 3)[3] if target.count(b"/") > 2 else b"/"
        kept = [line for line in head.split(b"\r\n")[1:-2] if not line.lower().startswith(_HOP_BY_HOP)]
        start = b"%b %b HTTP/1.1\r\n" % (method, target)
        login = self._proxy.authorization if by_url and self._proxy else b""
        return start + login + b"".join(line + b"\r\n" for line in kept) + b"Connection: close\r\n\r\n"

    async def _way_to(self, host: str, port: int, by_url: bool) -> Streams | None:
        """A connection to the host, or to the proxy that is asked for it; None with the failure noted."""
        failure = Outcome.TIMEOUT, "no connection to the host in time"
        try:
            async with asyncio.timeout(self._connect_timeout_s):
                # The browser's word that a redirect leads here may come a little later than the connection.
                await self._asked_for[host, port].wait()
                if refused := self._refuses(host):
                    failure = Outcome.ADDRESS_REFUSED, f"the host is a {refused} address"
                elif self._proxy is None:
                    return await self._straight_to(host, port)
                else:
                    return await (self._proxy.connect() if by_url else self._proxy.tunnel(host, port))
        except ProxyError as error:
            failure = Outcome.TIMEOUT, str(error)  # says nothing about the page: the outcome that never becomes a loss
        except _AddressRefusedError as error:
            failure = Outcome.ADDRESS_REFUSED, str(error)
        except socket.gaierror:
            failure = Outcome.DNS_ERROR, "the host's name does not resolve"
        except ConnectionRefusedError:
            failure = Outcome.CONNECTION_REFUSED, "the host refuses connections"
        except TimeoutError:
            pass
        except OSError as error:
            failure = Outcome.TIMEOUT, f"the host cannot be reached: {error.strerror or error}"
        self._failures[host, port] = failure
        return None

    async def _straight_to(self, host: str, port: int) -> Streams:
        """A connection to the first address that may be had and answers."""
        last: OSError | None = None
        # One look-up a name and page: the resolver's threads are few, and names of dead trackers take their time.
        lookup = self._lookups.get(host) or asyncio.ensure_future(addresses_of(host, port))
        self._lookups[host] = lookup
        for address in await asyncio.shield(lookup):
            if kind := self._refuses(f"[{address}]" if ":" in address else address):
                last = _AddressRefusedError(f"the host leads to a {kind} address")
                continue
            try:
                return await asyncio.open_connection(address, port)
            except OSError as error:
                last = error
        raise last or OSError("no address")

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while self._bytes_left >= 0 and (chunk := await reader.read(_CHUNK_BYTES)):
                self._bytes_left -= len(chunk)
                writer.write(chunk)
                await writer.drain()

    @staticmethod
    async def _first_of(*ways: Coroutine[object, object, object]) -> None:
        """Until one of them ends; then all do."""
        tasks = [asyncio.ensure_future(way) for way in ways]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


class _AddressRefusedError(OSError):
    """Every address of the host is one that no request may go to."""


def _port_of(url: str) -> _Port:
    parts = urlsplit(url)
    return _name(parts.hostname or ""), parts.port or _PORTS.get(parts.scheme, 80)


def _name(host: str) -> str:
    """A host as `refuses` knows it: brackets around IPv6, no root dot."""
    return f"[{host}]" if ":" in host else host.rstrip(".")


async def _send_body(head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Pass on a request's body by its length. Raises ValueError for one without a length: browsers send none over HTTP/1."""
    fields = dict(line.lower().partition(b":")[::2] for line in head.split(b"\r\n")[1:-2])
    if b"transfer-encoding" in fields:
        raise ValueError("a request body without a length")
    left = int(fields.get(b"content-length", b"0"))
    while left > 0:
        chunk = await reader.read(min(left, _CHUNK_BYTES))
        if not chunk:
            raise EOFError
        writer.write(chunk)
        await writer.drain()
        left -= len(chunk)
