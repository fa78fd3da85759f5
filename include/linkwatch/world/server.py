"""The example web's one server: an HTTP/1.1 forward proxy on loopback that speaks for every host of the world.

The proxy user's name is the night, so the server keeps no state and several nights can be read at once. It serves plain
http:// only; CONNECT is refused. It is a stage set: it does not forward anything anywhere.
"""

import asyncio
import base64
import binascii
import signal
import socket
import struct
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus

from linkwatch.errors import LinkwatchError
from linkwatch.world.answers import Answer
from linkwatch.world.scenes import night_index
from linkwatch.world.web import World

_HOST = "127.0.0.1"
_DRIP_S = 0.2  # between two bytes of a body that never ends
_MAX_HEAD = 32_768  # bytes of a request's line and headers
_ABORT = struct.pack("ii", 1, 0)  # SO_LINGER on, 0 s: close() sends a reset
_USE_ME = "This is the proxy of linkwatch's example web: plain http:// requests only, with a night as user name"


@contextmanager
def serve(world: World, port: int = 0) -> Iterator[str]:
    """Serve in a daemon thread, on a free port for 0; gives the proxy's address with "{night}" for the date.

    Raises LinkwatchError where the port is taken. On leaving, open connections are cut and the thread has ended.
    """
    listener = _listen(port)
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()

    def run() -> None:
        with asyncio.Runner(loop_factory=lambda: loop) as runner:
            runner.run(_serve(world, listener, stop))

    thread = threading.Thread(target=run, name="linkwatch-world", daemon=True)
    thread.start()
    try:
        yield _address(listener)
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()


def serve_in_foreground(world: World, port: int, say: Callable[[str], None]) -> None:
    """Serve until SIGINT or SIGTERM; `say` is given the proxy's address once. Raises LinkwatchError where the port is taken."""
    listener = _listen(port)

    async def run() -> None:
        stop = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        say(_address(listener))
        await _serve(world, listener, stop)

    asyncio.run(run())


def _listen(port: int) -> socket.socket:
    try:
        return socket.create_server((_HOST, port), backlog=256)
    except OSError as error:
        raise LinkwatchError(
            f"world: cannot listen on {_HOST}:{port}: {error.strerror}; give a free port, or 0 for any"
        ) from error


def _address(listener: socket.socket) -> str:
    return f"http://{{night}}@{_HOST}:{listener.getsockname()[1]}"


async def _serve(world: World, listener: socket.socket, stop: asyncio.Event) -> None:
    talks: set[asyncio.Task[None]] = set()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        me = asyncio.current_task()
        assert me is not None  # noqa: S101 - a connection's callback always runs in a task
        talks.add(me)
        try:
            await _talk(world, reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, asyncio.CancelledError):
            pass  # the other side left, or we are closing
        finally:
            writer.transport.abort()
            talks.discard(me)

    server = await asyncio.start_server(talk, sock=listener, limit=_MAX_HEAD)
    await stop.wait()
    server.close()
    for task in tuple(talks):
        task.cancel()
    await asyncio.gather(*talks)


async def _talk(world: World, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Requests of one connection, one after another."""
    while True:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        line, *rows = head.rstrip("\r\n").split("\r\n")
        headers = {name.strip().lower(): value.strip() for name, _, value in (row.partition(":") for row in rows)}
        method, url, version = (*line.split(" "), "", "", "")[:3]
        answer = _answer(world, method, url, headers)
        keep = (
            version == "HTTP/1.1" and "close" not in (headers.get("connection", "") + headers.get("proxy-connection", "")).lower()
        )
        keep = keep and method in ("GET", "HEAD")
        if not await _send(answer, reader, writer, with_body=method != "HEAD", keep=keep):
            return


def _answer(world: World, method: str, url: str, headers: Mapping[str, str]) -> Answer:
    if method not in ("GET", "HEAD"):
        return _say(405, f"{_USE_ME}; got {method[:20]}", {"Allow": "GET, HEAD"})
    if not url.startswith("http://"):
        return _say(400, f"{_USE_ME}; got no http:// address")
    try:
        name = (
            base64.b64decode(headers.get("proxy-authorization", "").removeprefix("Basic "), validate=True)
            .decode()
            .partition(":")[0]
        )
        night = night_index(name)
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return _say(407, f"{_USE_ME}, e.g. 2026-01-05", {"Proxy-Authenticate": 'Basic realm="night"'})
    return world.answer(url, night, headers)


def _say(status: int, text: str, headers: Mapping[str, str] | None = None) -> Answer:
    return Answer(status, {"Content-Type": "text/plain; charset=utf-8", **(headers or {})}, f"{text}\n".encode())


async def _send(
    answer: Answer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, with_body: bool, keep: bool
) -> bool:
    """Send an answer in the way that it behaves; True where the connection goes on."""
    match answer.behaviour:
        case "hang":
            await reader.read()  # until the other side has had enough
            return False
        case "close":
            return False
        case "reset":
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _ABORT)
            return False
        case "drip":
            writer.write(_head(answer, "Transfer-Encoding: chunked", keep=False))
            for byte in answer.body * 1000:
                writer.write(b"1\r\n%c\r\n" % byte)
                await writer.drain()
                await asyncio.sleep(_DRIP_S)
            return False
    writer.write(_head(answer, f"Content-Length: {len(answer.body)}", keep=keep))
    if answer.behaviour == "truncate":
        writer.write(answer.body[: len(answer.body) // 2])
        await writer.drain()
        writer.close()  # lets the half go out, then ends the connection in good order
        await writer.wait_closed()
        return False
    if with_body:
        writer.write(answer.body)
    await writer.drain()
    if not keep:
        writer.close()
        await writer.wait_closed()
    return keep


def _head(answer: Answer, length: str, *, keep: bool) -> bytes:
    rows = [
        f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}",
        *(f"{name}: {value}" for name, value in answer.headers.items()),
    ]
    if answer.status != HTTPStatus.NOT_MODIFIED:
        rows.append(length)
    rows.append(f"Connection: {'keep-alive' if keep else 'close'}")
    return ("\r\n".join(rows) + "\r\n\r\n").encode("latin-1")
