"""One contender in one fresh process: set it up, let it work once, say what it took. Prints one line of JSON, the last one.

    python -m bench.worker bench.extracting:lxml_html '{"pages": "…"}'

A contender is a function that takes the task, imports what it needs, and returns the work: a function without arguments
that returns the answer (JSON-able). Imports and set-up are told apart from the work; the peak is the whole process's.
"""

import importlib
import json
import resource
import sys
import time
from collections.abc import Callable
from typing import Any

_PER_MB = 1024 * 1024 if sys.platform == "darwin" else 1024  # ru_maxrss counts bytes on macOS, KiB on Linux

Work = Callable[[], Any]


def main(entry: str, task: str) -> None:
    """Run the contender `module:function` on a task given as JSON."""
    started_at = time.perf_counter()
    module, _, name = entry.partition(":")
    work: Work = getattr(importlib.import_module(module), name)(**json.loads(task))
    ready_at, ready_cpu_s = time.perf_counter(), _cpu_s()
    answer = work()
    ended_at, ended_cpu_s = time.perf_counter(), _cpu_s()
    result = {
        "setup_s": ready_at - started_at,
        "wall_s": ended_at - ready_at,
        "cpu_s": ended_cpu_s - ready_cpu_s,
        "peak_mb": _peak() / _PER_MB,
        "answer": answer,
    }
    print(json.dumps(result))


def _cpu_s() -> float:
    """User and system time of this process and of the children that it has waited for."""
    usages = (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
