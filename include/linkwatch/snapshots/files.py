"""Whole files on a local folder or an object store: read, write at once or not at all, and say what is damaged.

A path with a scheme ("s3://…", "memory://…") goes through fsspec; any other is local. Not a cache and not a format: bytes.
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import fsspec.core
import pyarrow as pa

from linkwatch.errors import StoreError


def is_remote(path: str) -> bool:
    """True where `path` is a URL and not a place on this machine."""
    return "://" in path and not path.startswith("file://")


def filesystem_of(path: str) -> tuple[Any, str]:
    """The fsspec filesystem that `path` lives on and the path as that filesystem spells it. Listings are never cached."""
    try:
        fs, inner = fsspec.core.url_to_fs(path, use_listings_cache=False)
    except (ImportError, ValueError) as error:
        raise StoreError(
            f"store: cannot open {path}: {error}; expected a folder, or a URL whose fsspec driver is installed (e.g. s3fs)"
        ) from error
    return fs, inner


@contextmanager
def whole_file(path: str) -> Iterator[BinaryIO]:
    """A binary file to write; it appears at `path` complete when the block ends well, and not at all otherwise.

    Local: a temporary file in the same folder, flushed to the disk and renamed. Remote: a local file, then one put.
    """
    fs, inner = filesystem_of(path)
    with writing(path), ExitStack() as stack:
        if is_remote(path):
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        else:
            folder = Path(inner).parent
            folder.mkdir(parents=True, exist_ok=True)
        part = folder / f".writing-{os.getpid()}-{Path(inner).name}"
        try:
            with part.open("wb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            if is_remote(path):
                fs.put_file(str(part), inner)
            else:
                part.replace(inner)
        finally:
            part.unlink(missing_ok=True)


@contextmanager
def writing(path: str) -> Iterator[None]:
    """What the system refuses inside the block, as a StoreError about writing `path`."""
    try:
        yield
    except OSError as error:
        raise StoreError(
            f"store: cannot write {path}: {error.strerror or error}; expected a place that this user may write, with room. "
            "Point $LINKWATCH_HOME at such a folder, or mend this one"
        ) from error


@contextmanager
def reading(path: str) -> Iterator[None]:
    """What is missing or damaged inside the block, as a StoreError about reading `path`."""
    try:
        yield
    except FileNotFoundError as error:
        raise StoreError(
            f"store: {path} is not there; expected a file that an earlier step wrote. Run that step again"
        ) from error
    except (OSError, pa.ArrowException, ValueError) as error:
        raise StoreError(
            f"store: cannot read {path}: {str(error).splitlines()[0]}; expected a whole file as linkwatch wrote it. "
            "Restore it from a backup; a night that is not published can be dropped and run again"
        ) from error
