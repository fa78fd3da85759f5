"""Ways out for the gate: straight to a host, or through the proxy of `fetch.proxy`. They ask nobody whether a host is allowed."""

import asyncio
import base64
import socket
import ssl
from dataclasses import dataclass
from typing import Self
from urllib.parse import unquote, urlsplit

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]
_DEFAULT_PORTS = {"http": 8080, "https": 443, "socks5": 1080, "socks5h": 1080}


class ProxyError(OSError):
    """The proxy of `fetch.proxy` does not let us through; says nothing about the host."""


@dataclass(frozen=True, slots=True)
class Proxy:
    """The address of a proxy, taken apart."""

    scheme: str  # "http", "https", "socks5", "socks5h"
    host: str
    port: int
    user: str = ""
    password: str = ""

    @classmethod
    def parse(cls, address: str) -> Self | None:
        """`fetch.proxy` as it is set, {night} filled in; None for an empty one."""
        if not address:
            return None
        parts = urlsplit(address)
        port = parts.port or _DEFAULT_PORTS[parts.scheme]
        return cls(parts.scheme, parts.hostname or "", port, unquote(parts.username or ""), unquote(parts.password or ""))

    @property
    def takes_urls(self) -> bool:
        """True for a proxy that is asked for http:// pages by their whole address, as HTTP proxies are."""
        return self.scheme in ("http", "https")

    @property
    def authorization(self) -> bytes:
        """The header line that says who we are; empty where nobody needs to know."""
        if not (self.user or self.password):
            return b""
        secret = base64.b64encode(f"{self.user}:{self.password}".encode())
        return b"Proxy-Authorization: Basic " + secret + b"\r\n"

    async def connect(self) -> Streams:
        """A connection to the proxy itself. Raises ProxyError."""
        try:
            return await asyncio.open_connection(
                self.host, self.port, ssl=ssl.create_default_context() if self.scheme == "https" else None
            )
        except OSError as error:
            raise ProxyError(f"the proxy of fetch.proxy cannot be reached: {error.strerror or error}") from None

    async def tunnel(self, host: str, port: int) -> Streams:
        """A connection to the host through the proxy, which resolves the name. Raises ProxyError."""
        reader, writer = await self.connect()
        greet = self._greet_http if self.takes_urls else self._greet_socks
        try:
            refused = await greet(reader, writer, host, port)
        except (EOFError, asyncio.LimitOverrunError, ConnectionError):
            refused = "it broke the connection"
        if refused:
            writer.close()
            raise ProxyError(f"the proxy of fetch.proxy gives no connection to the host: {refused}")
        return reader, writer

    async def _greet_http(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, host: str, port: int) -> str:
        """RFC 9110, 9.3.6 (CONNECT): why there is no way through; empty: there is."""
        address = f"{host}:{port}".encode()
        writer.write(b"CONNECT %b HTTP/1.1\r\nHost: %b\r\n%b\r\n" % (address, address, self.authorization))
        status = (await reader.readuntil(b"\r\n\r\n")).split(None, 2)[1:2]
        return "" if status == [b"200"] else f"it answered {status[0][:3].decode('latin-1') if status else 'no status'}"

    async def _greet_socks(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, host: str, port: int) -> str:
        """RFC 1928, with the passwords of RFC 1929: the same."""
        name, user, password = host.strip("[]").encode(), self.user.encode(), self.password.encode()
        writer.write(b"\x05\x02\x00\x02" if user else b"\x05\x01\x00")
        method = (await reader.readexactly(2))[1]
        if method == 2 and user:
            writer.write(b"\x01" + bytes([len(user)]) + user + bytes([len(password)]) + password)
            if (await reader.readexactly(2))[1]:
                return "it does not take the user name and password"
        elif method:
            return "it wants another kind of login"
        writer.write(b"\x05\x01\x00\x03" + bytes([len(name)]) + name + port.to_bytes(2, "big"))
        _, code, _, kind = await reader.readexactly(4)
        if code:
            return f"SOCKS answer {code}"
        sizes = {1: 4, 4: 16}
        await reader.readexactly((sizes[kind] if kind in sizes else (await reader.readexactly(1))[0]) + 2)
        return ""


async def addresses_of(host: str, port: int) -> list[str]:
    """The addresses that a name resolves to, in the system's order. Raises socket.gaierror."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))
