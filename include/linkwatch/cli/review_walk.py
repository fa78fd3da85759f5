"""Open cases before a person at a terminal, one after the other. What is shown of each is in `review_screen`."""

from collections.abc import Callable, Sequence
from datetime import date, datetime

from linkwatch.cli.review_screen import show_case, show_decided
from linkwatch.cli.screen import counted, say
from linkwatch.decisions import Decision
from linkwatch.errors import ReviewError
from linkwatch.steps.reviewing import Case, decide, letter_for, open_cases

Ask = Callable[[str], str]
"""Shows a prompt and returns what was typed. Raises EOFError where nobody types any more."""

_KEYS = {verb.value[0]: verb for verb in Decision}
_SKIP, _QUIT = "s", "q"
_PROMPT = "[k]eep  [d]isavow  [m]ute  [a]sk the publisher  [s]kip  [q]uit: "


def walk(cases: Sequence[Case], *, ask: Ask, by: str, clock: Callable[[], datetime]) -> int:
    """Put cases before a person; returns how many were decided. `ask` is the keyboard, `clock` tells when an answer was given."""
    done = 0
    try:
        for number, case in enumerate(cases, 1):
            show_case(case, number, len(cases))
            answer = _answer(case, ask, by, clock)
            if answer == _QUIT:
                break
            done += answer != _SKIP
    except EOFError:  # Ctrl-D
        say("")
    left = len(open_cases())
    say(f"{counted(done, 'case')} decided, {left:,} still open" if done or left else "nothing to review is open")
    return done


def _answer(case: Case, ask: Ask, by: str, clock: Callable[[], datetime]) -> str:
    """The key of what became of a case: skipped too where others were faster."""
    while True:
        key = (ask(_PROMPT).strip().lower() or _SKIP)[0]
        if key in (_SKIP, _QUIT):
            return key
        if key not in _KEYS:
            say(f"expected one of {', '.join((*_KEYS, _SKIP, _QUIT))}")
            continue
        decided = _decided(case, _KEYS[key], ask, by, clock)
        if decided is not None:
            return key if decided else _SKIP


def _decided(case: Case, verb: Decision, ask: Ask, by: str, clock: Callable[[], datetime]) -> int | None:
    """Ask for the reason, and decide; returns how many findings, or None where no decision was made after all."""
    why = ask("why (empty: back): ").strip()
    if not why:
        return None
    typed = ask("until, YYYY-MM-DD (empty: for review.mute_days): ").strip() if verb is Decision.MUTE else ""
    try:
        until = date.fromisoformat(typed) if typed else None
        decided = decide(case, verb, by=by, at=clock(), why=why, via="terminal", until=until)
    except ValueError:
        say(f"{typed!r} is no date; expected YYYY-MM-DD")
        return None
    except ReviewError as error:
        say(str(error))
        return None
    show_decided(case, verb, decided, letter_for(case) if decided and verb is Decision.ASK else "")
    return decided
