"""Content codings: a compressed body becomes the page's bytes, within a cap, so that a zip bomb is never held.

libcurl could decode gzip and br, but not zstd, and it knows no cap on what comes out. The compressed body is in memory
already (it has its own cap); what comes out is produced in steps and given up at the cap.
"""

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

import brotli
import zstandard

ACCEPT_ENCODING = "gzip, br, zstd"
MAX_CODINGS = 2
"""Codings on top of each other that we undo; a proxy may add one to the server's, and nobody has a reason for a third."""

_ZSTD_WINDOW_BYTES = 8 * 1024 * 1024  # RFC 9659: the most that a decoder of HTTP content must support
_ZSTD_SLICE_BYTES = 256  # four bytes can stand for a block of 128 KiB, so one slice gives 8 MiB at most
_STEP_BYTES = 256 * 1024
_MAX_MEMBERS = 64  # gzip members or zstd frames in a row; servers send one, and a million empty ones cost minutes


class Problem(Enum):
    """Why a body could not be decoded; the values are for people."""

    TOO_LARGE = "decompressed it is larger than the limit"
    BROKEN = "its compression is broken or cut off"
    UNKNOWN = "it is compressed in a way that we did not ask for"


@dataclass(frozen=True, slots=True)
class Decoded:
    """The bytes that came out, as far as they came, and what went wrong (None: nothing)."""

    body: bytes
    problem: Problem | None = None


def codings(content_encoding: str) -> list[str]:
    """Codings of a Content-Encoding header in the order in which they were applied, without `identity`."""
    named = (coding.strip().lower() for coding in content_encoding.split(","))
    return [coding for coding in named if coding not in ("", "identity", "none")]


def decode(body: bytes, content_encoding: str, max_bytes: int) -> Decoded:
    """Undo the codings of `content_encoding`, last one first; no step may give more than `max_bytes`.

    With a problem the body is what came out before it, at most `max_bytes`.
    """
    names = codings(content_encoding)
    if len(names) > MAX_CODINGS or any(name not in _DECODERS for name in names):
        return Decoded(b"", Problem.UNKNOWN)
    decoded = Decoded(body)
    for name in reversed(names):
        if not decoded.body:
            break
        decoded = _DECODERS[name](decoded.body, max_bytes)
        if decoded.problem:
            return Decoded(decoded.body if name == names[0] else b"", decoded.problem)
    return decoded


def _gunzip(body: bytes, max_bytes: int) -> Decoded:
    """All members of a gzip stream (RFC 1952, 2.2); rubbish after a complete member is ignored, as browsers do."""
    parts: list[bytes] = []
    left = max_bytes
    for _ in range(_MAX_MEMBERS):
        stream = zlib.decompressobj(wbits=31)
        try:
            part = stream.decompress(body, left + 1)
        except zlib.error:
            return Decoded(b"".join(parts), None if parts else Problem.BROKEN)
        parts.append(part[:left])
        if len(part) > left:
            return Decoded(b"".join(parts), Problem.TOO_LARGE)
        if not stream.eof:
            return Decoded(b"".join(parts), Problem.BROKEN)
        left -= len(part)
        body = stream.unused_data
        if not body.startswith(b"\x1f\x8b"):
            return Decoded(b"".join(parts))
    return Decoded(b"".join(parts), Problem.BROKEN)


def _inflate(body: bytes, max_bytes: int) -> Decoded:
    """`deflate` is zlib's format (RFC 9110, 8.4.1.2); some servers send it without zlib's two bytes of header."""
    for wbits in (15, -15):
        stream = zlib.decompressobj(wbits=wbits)
        try:
            out = stream.decompress(body, max_bytes + 1)
        except zlib.error:
            continue
        if len(out) > max_bytes:
            return Decoded(out[:max_bytes], Problem.TOO_LARGE)
        return Decoded(out, None if stream.eof else Problem.BROKEN)
    return Decoded(b"", Problem.BROKEN)


def _unbrotli(body: bytes, max_bytes: int) -> Decoded:
    stream = brotli.Decompressor()
    out = bytearray()
    try:
        out += stream.process(body, output_buffer_limit=_STEP_BYTES)
        while len(out) <= max_bytes and not stream.can_accept_more_data() and not stream.is_finished():
            out += stream.process(b"", output_buffer_limit=_STEP_BYTES)
    except brotli.error:
        return Decoded(bytes(out), Problem.BROKEN)
    if len(out) > max_bytes:
        return Decoded(bytes(out[:max_bytes]), Problem.TOO_LARGE)
    return Decoded(bytes(out), None if stream.is_finished() else Problem.BROKEN)


def _unzstd(body: bytes, max_bytes: int) -> Decoded:
    """All frames; fed in slices because the decompressor itself knows no limit on what one call may give."""
    out = bytearray()
    try:
        for _ in range(_MAX_MEMBERS):
            stream = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW_BYTES).decompressobj()
            position = 0
            while position < len(body) and not stream.eof:
                out += stream.decompress(body[position : position + _ZSTD_SLICE_BYTES])
                position += _ZSTD_SLICE_BYTES
                if len(out) > max_bytes:
                    return Decoded(bytes(out[:max_bytes]), Problem.TOO_LARGE)
            body = stream.unused_data + body[position:]
            if not body:
                return Decoded(bytes(out), None if stream.eof else Problem.BROKEN)
    except zstandard.ZstdError:
        pass
    return Decoded(bytes(out), Problem.BROKEN)


_DECODERS: dict[str, Callable[[bytes, int], Decoded]] = {
    "gzip": _gunzip,
    "x-gzip": _gunzip,
    "deflate": _inflate,
    "br": _unbrotli,
    "zstd": _unzstd,
}
