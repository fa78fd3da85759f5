"""The web that pages are read from: nginx on loopback where it is installed, else a small asyncio server; each its own process.

It answers for every host name. Names below `.localhost` lead to loopback without DNS; libcurl knows that by itself, for the
rivals `resolve_localhost` says it. Not a hostile web and not a slow one: that is what the tests have.
"""

import asyncio
import os
import shutil
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

DOMAIN = "bench.localhost"
_START_TIMEOUT_S = 20

_NGINX = """
daemon off; worker_processes 1; pid nginx.pid; error_log stderr crit; {user}
events {{ worker_connections 4096; }}
http {{
    access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000; open_file_cache max=10000 inactive=600s;
    client_body_temp_path tmp; proxy_temp_path tmp; fastcgi_temp_path tmp; uwsgi_temp_path tmp; scgi_temp_path tmp;
    types {{ text/html html; text/plain txt; }} charset utf-8;
    ssl_session_cache off; ssl_session_tickets off;
    server {{ {listen} root "{root}"; {tls} }}
}}
"""


@contextmanager
def serving(root: str, certificate: tuple[str, str] | None = None) -> Iterator[int]:
    """Serve the files below `root`; gives the port. `certificate`: files of chain and key, for https instead of http."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(listener) for listener in _listeners()]
        port = int(sockets[0].getsockname()[1])
        nginx = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
        if nginx and not os.environ.get("BENCH_WITHOUT_NGINX"):
            families = [listener.family for listener in sockets]
            for listener in sockets:
                listener.close()
            command = _nginx(nginx, root, port, families, certificate)
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL)
        else:
            handles = [str(listener.fileno()) for listener in sockets]
            command = [sys.executable, "-m", "bench.servers", root, ",".join(handles), *(certificate or ())]
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, pass_fds=[int(handle) for handle in handles])
        try:
            _wait_until_open(process, port)
            yield port
        finally:
            process.terminate()
            process.wait()


def kind() -> str:
    """What serves: shown beside the numbers."""
    found = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
    return "nginx" if found and not os.environ.get("BENCH_WITHOUT_NGINX") else "asyncio server"


def resolve_localhost() -> None:
    """Let this process find names below `.localhost` on 127.0.0.1, as RFC 6761 asks of resolvers; many systems do not."""
    ask: Any = socket.getaddrinfo

    def getaddrinfo(host: Any, *arguments: Any, **options: Any) -> Any:
        ours = isinstance(host, str) and host.endswith(".localhost")
        return ask("127.0.0.1" if ours else host, *arguments, **options)

    socket.getaddrinfo = getaddrinfo


def make_certificate(folder: str) -> tuple[str, str]:
    """A certificate for every name below `DOMAIN` (ECDSA P-256): chain and key, as two files.

    `authorities.pem` beside them holds its own authority after all those that a machine usually trusts.
    """
    import datetime

    import certifi
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key, authority_key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    issuer = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "linkwatch bench authority")])
    today = datetime.datetime.now(datetime.UTC)

    def signed(subject: x509.Name, public: Any, extension: x509.ExtensionType, critical: bool) -> x509.Certificate:
        builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(public)
        builder = builder.serial_number(x509.random_serial_number()).add_extension(extension, critical)
        builder = builder.not_valid_before(today - datetime.timedelta(days=1))
        return builder.not_valid_after(today + datetime.timedelta(days=2)).sign(authority_key, hashes.SHA256())

    authority = signed(issuer, authority_key.public_key(), x509.BasicConstraints(ca=True, path_length=0), True)
    names = x509.SubjectAlternativeName([x509.DNSName(f"*.{DOMAIN}")])
    site = signed(x509.Name([]), key.public_key(), names, True)
    chain, secret = Path(folder, "chain.pem"), Path(folder, "key.pem")
    pem = serialization.Encoding.PEM
    chain.write_bytes(site.public_bytes(pem) + authority.public_bytes(pem))
    usual = Path(certifi.where()).read_bytes()
    Path(folder, "authorities.pem").write_bytes(usual + authority.public_bytes(pem))
    plain = serialization.NoEncryption()
    secret.write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain))
    return str(chain), str(secret)


def _listeners() -> list[socket.socket]:
    """A free port on 127.0.0.1 and, where there is IPv6, the same on ::1."""
    first = socket.create_server(("127.0.0.1", 0), backlog=1024)
    try:
        return [first, socket.create_server(("::1", first.getsockname()[1]), family=socket.AF_INET6, backlog=1024)]
    except OSError:
        return [first]


def _nginx(
    program: str, root: str, port: int, families: list[socket.AddressFamily], certificate: tuple[str, str] | None
) -> list[str]:
    home = Path(root, "nginx-tls" if certificate else "nginx")
    (home / "tmp").mkdir(parents=True, exist_ok=True)
    secure = " ssl" if certificate else ""
    addresses = {socket.AF_INET: f"listen 127.0.0.1:{port}{secure};", socket.AF_INET6: f"listen [::1]:{port}{secure};"}
    tls = f'ssl_certificate "{certificate[0]}"; ssl_certificate_key "{certificate[1]}";' if certificate else ""
    user = "user root;" if os.geteuid() == 0 else ""  # the pages lie in a folder that only we may read
    listen = " ".join(addresses[family] for family in families)
    (home / "nginx.conf").write_text(_NGINX.format(user=user, listen=listen, root=root, tls=tls), encoding="utf-8")
    return [program, "-e", "stderr", "-p", str(home), "-c", str(home / "nginx.conf")]


def _wait_until_open(process: "subprocess.Popen[bytes]", port: int) -> None:
    deadline = time.monotonic() + _START_TIMEOUT_S
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the server of pages does not start: {process.args!r}") from None
            time.sleep(0.02)
        else:
            return


class _Talk(asyncio.Protocol):
    """One connection of the server that stands in for nginx: answers made once, written whole."""

    def __init__(self, answers: dict[bytes, bytes]) -> None:
        self._answers = answers
        self._asked = b""

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._asked += data
        while (end := self._asked.find(b"\r\n\r\n")) >= 0:
            path = self._asked.split(b" ", 2)[1].partition(b"?")[0]
            self._asked = self._asked[end + 4 :]
            self._transport.write(self._answers.get(path, _answer(404, "text/plain", b"not here\n")))


def _answer(status: int, kind: str, body: bytes) -> bytes:
    head = f"HTTP/1.1 {status} Answer\r\nContent-Type: {kind}; charset=utf-8\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


async def _serve(root: str, handles: str, certificate: list[str]) -> None:
    files = Path(root).glob("p/*.html")
    answers = {f"/p/{file.name}".encode(): _answer(200, "text/html", file.read_bytes()) for file in files}
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH) if certificate else None
    if context:
        context.load_cert_chain(*certificate)
        context.num_tickets = 0
    loop = asyncio.get_running_loop()
    for handle in handles.split(","):
        await loop.create_server(lambda: _Talk(answers), sock=socket.socket(fileno=int(handle)), ssl=context)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_serve(sys.argv[1], sys.argv[2], sys.argv[3:]))
