"""Progress of long steps, told to whoever watches. The library says how far it is; the command line draws the bar.

A process has one watcher at most (the terminal). Under Airflow nobody watches, and `track` is the bare iterable.
"""

from collections.abc import Iterable, Iterator
from typing import Protocol, TypeVar

T = TypeVar("T")


class Watcher(Protocol):
    """Draws progress; see `linkwatch.cli`."""

    def start(self, label: str, total: int) -> None:
        """A step of `total` items begins."""

    def advance(self) -> None:
        """One item is done."""

    def finish(self) -> None:
        """The step is over, whether all items were done or not."""


_watchers: list[Watcher] = []


def watch(watcher: Watcher | None) -> None:
    """Tell progress to `watcher` from now on; None ends it."""
    _watchers[:] = [watcher] if watcher is not None else []


def track(items: Iterable[T], label: str, total: int) -> Iterator[T]:
    """`items`, telling the watcher about each."""
    if not _watchers:
        yield from items
        return
    watcher = _watchers[0]
    watcher.start(label, total)
    try:
        for item in items:
            yield item
            watcher.advance()
    finally:
        watcher.finish()
