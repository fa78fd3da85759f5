"""Many transfers in one thread: libcurl's multi handle and the system's best selector (epoll, kqueue). It knows no pages.

The multi handle's own `select` was not taken: select(2) sees no file descriptor above 1023, and a night's kept connections
in a busy worker can get there.
"""

import selectors
import time

import pycurl

_EVENTS = {
    pycurl.POLL_IN: selectors.EVENT_READ,
    pycurl.POLL_OUT: selectors.EVENT_WRITE,
    pycurl.POLL_INOUT: selectors.EVENT_READ | selectors.EVENT_WRITE,
}
_CURL_MASKS = {
    selectors.EVENT_READ: pycurl.CSELECT_IN,
    selectors.EVENT_WRITE: pycurl.CSELECT_OUT,
    selectors.EVENT_READ | selectors.EVENT_WRITE: pycurl.CSELECT_IN | pycurl.CSELECT_OUT,
}

Finished = tuple[pycurl.Curl, int, str]
"""A handle whose transfer is over, libcurl's error code (0: none), and its message."""


class Multi:
    """Runs the handles that were added until each is finished."""

    def __init__(self, max_kept_connections: int) -> None:
        self._selector = selectors.DefaultSelector()
        self._watched: set[int] = set()
        self._timer_at: float | None = None
        self._curl = pycurl.CurlMulti()
        self._curl.setopt(pycurl.M_MAXCONNECTS, max_kept_connections)
        self._curl.setopt(pycurl.M_SOCKETFUNCTION, self._watch)
        self._curl.setopt(pycurl.M_TIMERFUNCTION, self._set_timer)

    def add(self, curl: pycurl.Curl) -> None:
        """Start the transfer that the handle is set up for."""
        self._curl.add_handle(curl)

    def remove(self, curl: pycurl.Curl) -> None:
        """Take a handle out, finished or not."""
        self._curl.remove_handle(curl)

    def turn(self, timeout_s: float | None) -> list[Finished]:
        """Wait for something to happen, at most `timeout_s` (None: as long as it takes), and return what is finished.

        Data that has arrived is read before libcurl's timers are looked at: where our caller took long over a page, a
        transfer whose bytes wait in the kernel is not told as timed out.
        """
        for key, mask in self._selector.select(self._patience_s(timeout_s)):
            self._curl.socket_action(key.fd, _CURL_MASKS[mask])
        if self._timer_at is not None and self._timer_at <= time.monotonic():
            self._timer_at = None
            self._curl.socket_action(pycurl.SOCKET_TIMEOUT, 0)
        return self._finished()

    def close(self) -> None:
        """Close all connections."""
        self._curl.close()
        self._selector.close()

    def _patience_s(self, timeout_s: float | None) -> float | None:
        if self._timer_at is None:
            return timeout_s
        until_timer = max(0.0, self._timer_at - time.monotonic())
        return until_timer if timeout_s is None else min(timeout_s, until_timer)

    def _finished(self) -> list[Finished]:
        found: list[Finished] = []
        more = 1
        while more:
            more, fine, failed = self._curl.info_read()
            found.extend((curl, 0, "") for curl in fine)
            found.extend(failed)
        return found

    def _watch(self, event: int, fd: int, multi: pycurl.CurlMulti, data: object) -> None:
        if event == pycurl.POLL_REMOVE:
            if fd in self._watched:
                self._watched.remove(fd)
                self._selector.unregister(fd)
        elif fd in self._watched:
            self._selector.modify(fd, _EVENTS[event])
        else:
            self._watched.add(fd)
            self._selector.register(fd, _EVENTS[event])

    def _set_timer(self, timeout_ms: int) -> None:
        self._timer_at = None if timeout_ms < 0 else time.monotonic() + timeout_ms / 1000
