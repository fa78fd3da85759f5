"""A loopback web server that answers byte by byte what a test tells it to: the web at its worst. It checks nothing itself.

Routes map the request target as it was sent (a path, or for a proxy the whole URL, or "CONNECT host:port") to a reply:
bytes that are sent as they stand, or a coroutine that does what it likes with the connection, which then ends.
"""

import asyncio
import gzip
import socket
import ssl
import struct
import threading
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Self

import brotli
import zstandard

PAGE = b'<!doctype html><title>A page</title><p><a href="https://own.example/">a link</a></p>' + b"<p>words</p>" * 50


@dataclass(frozen=True)
class Asked:
    """One request as it came in; header names in lower case."""

    method: str
    target: str
    headers: Mapping[str, str]


Handler = Callable[[Asked, asyncio.StreamWriter], Awaitable[None]]
Reply = bytes | Handler | list[bytes]
"""A list is used up reply by reply; its last one stays."""


def answer(status: int = 200, body: bytes = b"", *headers: str, length: int | None = None) -> bytes:
    """A whole HTTP/1.1 answer: HTML unless a Content-Type is given; `length` is a Content-Length that lies."""
    lines = [f"HTTP/1.1 {status} Said", f"Content-Length: {len(body) if length is None else length}", *headers]
    if not any(line.lower().startswith("content-type") for line in headers):
        lines.append("Content-Type: text/html")
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


def moved(location: str, status: int = 302) -> bytes:
    """A redirect."""
    return answer(status, b"", f"Location: {location}")


def never_ends_with(status: int) -> Handler:
    """A body without an end, as fast as it is read."""

    async def send(_: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(f"HTTP/1.1 {status} Said\r\nContent-Type: text/html\r\n\r\n".encode())
        while not writer.is_closing():
            writer.write(b"<p>and on</p>" * 5000)
            await writer.drain()

    return send


never_ends = never_ends_with(200)


async def drips(_: Asked, writer: asyncio.StreamWriter) -> None:
    """A body that comes one byte at a time, for ever."""
    writer.write(b"HTTP/1.1 200 Said\r\nContent-Type: text/html\r\n\r\n")
    while not writer.is_closing():
        writer.write(b"<")
        await writer.drain()
        await asyncio.sleep(0.02)


async def hangs(_: Asked, writer: asyncio.StreamWriter) -> None:
    """No answer at all, on an open connection."""
    while not writer.is_closing():
        await asyncio.sleep(0.02)


async def closes(_: Asked, writer: asyncio.StreamWriter) -> None:
    """The connection ends without an answer."""


async def resets(_: Asked, writer: asyncio.StreamWriter) -> None:
    """The connection is reset in the middle of the body."""
    writer.write(b"HTTP/1.1 200 Said\r\nContent-Type: text/html\r\nContent-Length: 100000\r\n\r\n" + b"x" * 1000)
    await writer.drain()
    sock = writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # closing sends RST
    writer.transport.abort()


async def short_body(_: Asked, writer: asyncio.StreamWriter) -> None:
    """Fewer bytes than Content-Length promises."""
    writer.write(answer(200, PAGE, length=len(PAGE) + 1000))


async def short_chunks(_: Asked, writer: asyncio.StreamWriter) -> None:
    """A chunked body whose last chunk never comes."""
    writer.write(b"HTTP/1.1 200 Said\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n<p>hi\r\n")


def big(size: int, *, declared: bool) -> Handler:
    """A page of `size` bytes, with or without a Content-Length."""

    async def send(_: Asked, writer: asyncio.StreamWriter) -> None:
        length = f"Content-Length: {size}\r\n" if declared else ""
        writer.write(f"HTTP/1.1 200 Said\r\nContent-Type: text/html\r\n{length}\r\n".encode())
        for _part in range(size // 50_000):
            writer.write(b"a" * 50_000)
            await writer.drain()

    return send


def bomb(coding: str, size: int) -> bytes:
    """A small body that decompresses to `size` zeros (a multiple of 1 MB)."""
    parts = [bytes(1_000_000)] * (size // 1_000_000)
    if coding == "gzip":
        body = gzip.compress(b"".join(parts), compresslevel=6)
    elif coding == "br":
        compressor = brotli.Compressor(quality=1)
        body = b"".join(map(compressor.process, parts)) + compressor.finish()
    else:
        stream = zstandard.ZstdCompressor(level=1).compressobj()
        body = b"".join(map(stream.compress, parts)) + stream.flush()
    return answer(200, body, f"Content-Encoding: {coding}")


@dataclass
class HostileWeb:
    """The server, while the `with` block lasts: `asked` and `connections` tell what arrived. No robots.txt unless routed."""

    routes: dict[str, Reply]
    tls: ssl.SSLContext | None = None
    asked: list[Asked] = field(default_factory=list)
    connections: int = 0
    port: int = 0

    def __enter__(self) -> Self:
        started = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve(started)), daemon=True)
        self._thread.start()
        started.wait()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    @property
    def address(self) -> str:
        """Origin of the server."""
        return f"http://127.0.0.1:{self.port}"

    def targets(self) -> list[str]:
        """What was asked for, in order, without robots.txt."""
        return [asked.target for asked in self.asked if not asked.target.endswith("/robots.txt")]

    async def _serve(self, started: threading.Event) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        self._open: set[asyncio.Task[None]] = set()
        server = await asyncio.start_server(self._connection, "127.0.0.1", 0, ssl=self.tls)
        self.port = server.sockets[0].getsockname()[1]
        started.set()
        await self._stop.wait()
        server.close()
        for task in self._open:
            task.cancel()

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._open.add(task)
        self.connections += 1
        try:
            while await self._request(reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the client went away, as it may, or the test is over
        finally:
            self._open.discard(task)
            writer.close()

    async def _request(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Answer one request; False when the connection is to end."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method, target, _ = head[0].split(" ")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)}
        asked = Asked(method, target, headers)
        self.asked.append(asked)
        reply = self.routes.get(f"CONNECT {target}" if method == "CONNECT" else target, answer(404))
        if isinstance(reply, list):
            reply = reply.pop(0) if len(reply) > 1 else reply[0]
        if isinstance(reply, bytes):
            writer.write(reply)
            await writer.drain()
            return b"content-length" in reply.lower() and method != "CONNECT"
        await reply(asked, writer)
        return False
