"""Content codings, their caps and their breakages."""

import gzip
import zlib
from collections.abc import Callable

import brotli
import pytest
import zstandard

from linkwatch.fetch.decoding import Problem, decode

TEXT = b"<p>a page of words and words</p>" * 1000
CODINGS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": brotli.compress,
    "zstd": zstandard.compress,
}
each_coding = pytest.mark.parametrize("coding", CODINGS)


@each_coding
def test_a_body_comes_out_as_it_went_in(coding: str) -> None:
    """Every coding that we accept is undone, up to exactly the cap."""
    decoded = decode(CODINGS[coding](TEXT), coding, len(TEXT))
    assert (decoded.body, decoded.problem) == (TEXT, None)


@each_coding
def test_one_byte_above_the_cap_is_too_large(coding: str) -> None:
    """A body above the cap is given up, and what came out of it stops at the cap."""
    decoded = decode(CODINGS[coding](TEXT), coding, len(TEXT) - 1)
    assert (decoded.body, decoded.problem) == (TEXT[:-1], Problem.TOO_LARGE)


@each_coding
def test_a_cut_body_is_broken(coding: str) -> None:
    """A compressed body that ends early, wherever it is cut, is never taken for a whole one."""
    compressed = CODINGS[coding](TEXT)
    whole = [cut for cut in range(1, len(compressed)) if decode(compressed[:cut], coding, len(TEXT)).problem is None]
    assert whole == []


@each_coding
def test_what_is_not_compressed_is_broken(coding: str) -> None:
    """A body that lies about its coding is broken."""
    assert decode(b"<p>plain</p>", coding, 1000).problem is Problem.BROKEN


@pytest.mark.parametrize("coding", ["gzip", "zstd"])
def test_members_in_a_row_are_one_body(coding: str) -> None:
    """Gzip members and zstd frames in a row are joined, and a heap of them is refused."""
    member = CODINGS[coding](b"part ")
    assert decode(member * 3, coding, 1000).body == b"part part part "
    assert decode(member * 10_000, coding, 10_000_000).problem is Problem.BROKEN


def test_raw_deflate_is_understood() -> None:
    """Deflate without zlib's header, as some servers send it, is undone."""
    stream = zlib.compressobj(wbits=-15)
    assert decode(stream.compress(TEXT) + stream.flush(), "deflate", len(TEXT)).body == TEXT


def test_rubbish_behind_gzip_is_ignored() -> None:
    """Padding behind a complete gzip body does not spoil it."""
    assert decode(gzip.compress(TEXT) + b"\0\0rubbish", "gzip", len(TEXT)).problem is None


@pytest.mark.parametrize(
    ("encoding", "problem"),
    [
        ("", None),
        ("identity", None),
        ("GZIP", None),
        ("br, gzip", None),
        ("br,identity , gzip", None),
        ("br, br, gzip", Problem.UNKNOWN),
        ("compress", Problem.UNKNOWN),
        ("aes128gcm", Problem.UNKNOWN),
    ],
)
def test_stacked_and_unknown_codings(encoding: str, problem: Problem | None) -> None:
    """Two codings on top of each other are undone from the last one; three, and unknown ones, are refused."""
    body = TEXT
    for name in (part.strip().lower() for part in encoding.split(",")):
        body = CODINGS.get(name, bytes)(body)
    decoded = decode(body, encoding, len(TEXT))
    assert (decoded.body, decoded.problem) == (b"" if problem else TEXT, problem)


def test_a_bomb_inside_a_bomb_stops_at_the_first_cap() -> None:
    """No coding of a stack may give more than the cap, the inner one neither."""
    bomb = gzip.compress(gzip.compress(bytes(50_000_000), compresslevel=1))
    assert decode(bomb, "gzip, gzip", 1_000_000).problem is Problem.TOO_LARGE
