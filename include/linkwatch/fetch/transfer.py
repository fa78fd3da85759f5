"""One libcurl handle, used again and again: asks for one page at a time and gives back what came. It judges nothing."""

import ipaddress
import socket
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

import pycurl

from linkwatch.errors import SettingsError
from linkwatch.fetch.answers import Answer, Expected, bytes_wanted
from linkwatch.fetch.decoding import ACCEPT_ENCODING
from linkwatch.fetch.guard import refused_address
from linkwatch.settings import FetchSettings

_BUFFER_BYTES = 64 * 1024
_E_TOO_LARGE = 100  # CURLE_TOO_LARGE, which pycurl has no name for: a header line longer than libcurl takes
_MAX_HEADER_BYTES = 256 * 1024
_ACCEPT_ENCODING = f"Accept-Encoding: {ACCEPT_ENCODING}".encode()
_NO_HEADERS: Mapping[str, str] = MappingProxyType({})


class Transfer:
    """A handle with its options set once: what differs between two pages is the address, the headers and the time left."""

    def __init__(self, settings: FetchSettings, user_agent: str, proxy: str, ca_file: str = "") -> None:
        self.curl = curl = pycurl.Curl()
        self._chunks: list[bytes] = []
        self._header_lines: list[bytes] = []
        self._clear(Expected((), 0, 0))
        for option, value in (
            (pycurl.PROTOCOLS, pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS),
            (pycurl.FOLLOWLOCATION, 0),
            (pycurl.HTTP_VERSION, pycurl.CURL_HTTP_VERSION_1_1),  # one page at a time: nothing to multiplex
            (pycurl.HTTP09_ALLOWED, 0),
            (pycurl.NOSIGNAL, 1),
            (pycurl.USERAGENT, user_agent.encode()),
            (pycurl.SSL_VERIFYPEER, 1),
            (pycurl.SSL_VERIFYHOST, 2),
            (pycurl.BUFFERSIZE, _BUFFER_BYTES),
            (pycurl.CONNECTTIMEOUT_MS, round(settings.connect_timeout_s * 1000)),
            (pycurl.PROXY, proxy.encode()),  # "" also switches off the proxies of the environment, which would pass by the guard
            (pycurl.NOPROXY, ""),
            (pycurl.HEADERFUNCTION, self._take_header),
            (pycurl.WRITEFUNCTION, self._take),
        ):
            curl.setopt(option, value)
        if ca_file:
            curl.setopt(pycurl.CAINFO, ca_file)
            curl.setopt(pycurl.PROXY_CAINFO, ca_file)
        if not proxy and not settings.allow_private_addresses:
            curl.setopt(pycurl.OPENSOCKETFUNCTION, self._open_socket)

    def prepare(self, url: str, headers: Sequence[bytes], timeout_s: float, expected: Expected) -> None:
        """Make the handle ready to ask for `url`; the multi handle does the rest."""
        self._clear(expected)
        self.curl.setopt(pycurl.URL, url)
        self.curl.setopt(pycurl.HTTPHEADER, [*headers, _ACCEPT_ENCODING])
        self.curl.setopt(pycurl.TIMEOUT_MS, max(1, round(timeout_s * 1000)))

    def finish(self, error: int, message: str) -> Answer:
        """What came, after libcurl said that the transfer is over."""
        info = self.curl.getinfo
        if not self._head_read:
            self._read_head()
        answer = Answer(
            error=error,
            message=message,
            os_errno=info(pycurl.OS_ERRNO) if error else 0,
            status=info(pycurl.RESPONSE_CODE),
            headers=self._headers,
            body=b"".join(self._chunks) if len(self._chunks) != 1 else self._chunks[0],
            cut=self._cut,
            head_cut=self._head_cut or error == _E_TOO_LARGE,
            refused=self._refused if error == pycurl.E_COULDNT_CONNECT else "",
            proxy_status=info(pycurl.HTTP_CONNECTCODE) if error else 0,
            address=info(pycurl.PRIMARY_IP),
            elapsed_ms=round(info(pycurl.TOTAL_TIME) * 1000),
        )
        self._clear(self._expected)
        return answer

    def close(self) -> None:
        """Free the handle."""
        self.curl.close()

    def _clear(self, expected: Expected) -> None:
        self._expected = expected
        self._chunks.clear()
        self._header_lines.clear()
        self._headers = _NO_HEADERS
        self._head_read = False
        self._size = self._limit = self._head_size = 0
        self._cut = self._head_cut = False
        self._refused = ""

    def _take_header(self, line: bytes) -> int | None:
        """The header callback. A proxy's answer to CONNECT and 1xx come before the answer proper, which replaces them."""
        self._head_size += len(line)
        if self._head_size > _MAX_HEADER_BYTES:
            self._head_cut = True
            return 0
        if line.startswith(b"HTTP/"):
            self._header_lines.clear()
        self._header_lines.append(line)
        return None

    def _take(self, chunk: bytes) -> int | None:
        """The body callback; another number than it handed in ends the transfer."""
        if not self._head_read:
            self._read_head()
        self._size += len(chunk)
        if self._size > self._limit:
            self._cut = True
            self._chunks.append(chunk[: self._limit - self._size])
            return 0
        self._chunks.append(chunk)
        return None

    def _read_head(self) -> None:
        self._head_read = True
        status, self._headers = parse_head(self._header_lines)
        self._limit = bytes_wanted(status, self._headers, self._expected)

    def _open_socket(self, purpose: int, address: tuple[int, int, int, tuple[str, int]]) -> socket.socket | int:
        """The socket callback: the last moment at which the address is known and nothing is sent."""
        family, kind, protocol, target = address
        refused = refused_address(str(target[0]))
        if refused:
            self._refused = refused
            bad: int = pycurl.SOCKET_BAD
            return bad
        return socket.socket(family, kind, protocol)


def ca_file_of(environ: Mapping[str, str]) -> str:
    """File of the authorities to trust in place of the usual ones, as curl takes it from the environment; "" when none is named.

    A company that reads its own traffic has a certificate of its own in there. Raises SettingsError where there is no such file:
    every page would be told as a TLS error.
    """
    for name in ("CURL_CA_BUNDLE", "SSL_CERT_FILE"):
        path = environ.get(name, "")
        if path:
            if not Path(path).is_file():
                raise SettingsError(f"environment: ${name} is {path!r}, which is no file; expected a file of certificates (PEM)")
            return path
    return ""


@lru_cache(maxsize=65_536)
def network_of(address: str) -> str:
    """Network that an IP address is in: "203.0.113.0/24", "2001:db8:1::/48", sizes that one owner has; "" for no address."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return ""
    if isinstance(parsed, ipaddress.IPv6Address):
        parsed = parsed.ipv4_mapped or parsed
    return str(ipaddress.ip_network((parsed, 24 if parsed.version == 4 else 48), strict=False))


def parse_head(lines: Sequence[bytes]) -> tuple[int, Mapping[str, str]]:
    """Status and headers of an answer, from its status line on: names in lower case, repeats joined by ", ".

    Bytes are UTF-8 where they can be, else Latin-1. No line at all: status 0.
    """
    if not lines:
        return 0, _NO_HEADERS
    code = lines[0].split(None, 2)[1:2]
    headers: dict[str, str] = {}
    for line in _text(b"".join(lines[1:])).split("\n"):
        name, colon, value = line.partition(":")
        if colon:
            name, value = name.strip().lower(), value.strip()
            headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return int(code[0]) if code and code[0].isdigit() else 0, headers


def _text(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")
