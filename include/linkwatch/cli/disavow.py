"""`linkwatch disavow`: the file for Google's disavow tool, of decisions alone; shown, compared, or written. Uploads nothing."""

import argparse
import sys
from datetime import UTC, datetime

from linkwatch.cli import harmless, use_example_without_config
from linkwatch.cli.person import who


def add_disavow(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand; its `run` returns the exit status."""
    command = commands.add_parser(
        "disavow",
        help="the file for Google's disavow tool, made of decisions",
        description="Most sites need no such file; docs/review.md says when Google advises against it. Nothing is uploaded.",
    )
    command.add_argument("--site", default="", help="the own site that it is for (default: the only one)")
    command.add_argument("--merge", metavar="FILE", default="", help="the file that is uploaded now: its lines stay")
    command.add_argument("--out", metavar="FILE", default="", help="write it to this file, and note that it was made")
    command.add_argument("--diff", action="store_true", help="show what differs from the last file that was made instead")
    command.add_argument(
        "--record", action="store_true", help="note that it was made, without --out: what is shown gets uploaded"
    )
    command.add_argument("--by", default="", metavar="NAME", help="who makes it (default: your login name)")
    command.set_defaults(run=_run_disavow)


def _run_disavow(parsed: argparse.Namespace) -> int:
    use_example_without_config()
    return show_disavowal(
        parsed.site,
        parsed.merge,
        parsed.out,
        diff=parsed.diff,
        record=parsed.record,
        at=datetime.now(UTC),
        by=who(parsed.by, "disavow"),
    )


def show_disavowal(site: str, merge: str, out: str, *, diff: bool, record: bool, at: datetime, by: str) -> int:
    """Show the file of one own site, or what differs from the last; write it where `out` names a file. Returns the exit status.

    The file or the differences go to the standard output, what people should know of them beside it.
    """
    from linkwatch.steps.disavowing import keep_disavowal, make_disavowal

    made = make_disavowal(site, merge, at)
    if out or record:
        keep_disavowal(made, at=at, by=by, out=out)
    for note in made.file.notes:
        _tell(note)
    if made.removed and not diff:
        _tell(
            f"gone since the file of {made.before_at:%Y-%m-%d}: {_entries(len(made.removed))} (--diff names them). "
            "Google replaces the whole list with what is uploaded; name the uploaded file with --merge to keep its lines"
        )
    if diff:
        sys.stdout.write(
            "".join(f"{mark} {line}\n" for mark, lines in (("-", made.removed), ("+", made.added)) for line in lines)
        )
        since = "no file was made before" if made.before_at is None else f"since the file of {made.before_at:%Y-%m-%d %H:%M} UTC"
        _tell(f"{since}: {len(made.added):,} added, {len(made.removed):,} removed, {len(made.file.entries):,} in all")
    elif not out:
        sys.stdout.write(_shown(made.file.text))
        if not made.file.entries:
            _tell(f"nobody decided to disavow a link to {made.site}: the file is empty")
    if out:
        _tell(f"wrote {out}: {_entries(len(made.file.entries))}. Nothing is uploaded: that is yours to decide")
    return 0


def _shown(text: str) -> str:
    """On a terminal nothing may steer it; into a file or a pipe goes what would be written."""
    return "".join(f"{harmless(line)}\n" for line in text.split("\n")[:-1]) if sys.stdout.isatty() else text


def _entries(number: int) -> str:
    return f"{number:,} {'entry' if number == 1 else 'entries'}"


def _tell(text: str) -> None:
    print(harmless(text), file=sys.stderr)
