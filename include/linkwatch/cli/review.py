"""`linkwatch review` and its verbs: the arguments, and who decides when. What is shown is in `review_screen`."""

import argparse
import sys
from datetime import UTC, date, datetime

from linkwatch.cli.person import who
from linkwatch.decisions import Decision

_VERBS = {
    Decision.KEEP: "the links are fine; ask again only when something new comes up",
    Decision.DISAVOW: "put them into the next disavow file that `linkwatch disavow` writes",
    Decision.MUTE: "do not ask about what these rules say of these domains, until a day",
    Decision.ASK: "note that the publisher is asked, and draft the letter",
}
_LOG = 20


def add_review(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `review` and its verbs to the command line; `run` of each takes the parsed arguments and returns the exit status."""
    review = commands.add_parser("review", help="decide on suspicious links, case by case")
    review.add_argument("--limit", type=_number, help="cases, the most severe first (default: review.batch)")
    review.add_argument("--all", action="store_true", help="every case that is open")
    review.add_argument("--by", default="", metavar="NAME", help="who decides (default: your login name)")
    review.set_defaults(run=_run_review)
    verbs = review.add_subparsers(metavar="VERB")
    for verb, text in _VERBS.items():
        command = verbs.add_parser(verb.value, help=text)
        command.add_argument("case", metavar="CASE", help="id of an open case, or its referring domain")
        _add_reason(command, until=verb is Decision.MUTE)
        command.set_defaults(run=_run_decide, verb=verb)
    reopen = verbs.add_parser("reopen", help="take back what was decided of a referring domain")
    reopen.add_argument("domain", metavar="DOMAIN")
    _add_reason(reopen)
    reopen.set_defaults(run=_run_reopen)
    _add_mutes(verbs)
    log = verbs.add_parser("log", help="the last decisions, and what became of their findings")
    log.add_argument("--limit", type=_number, default=_LOG, help=f"how many (default: {_LOG})")
    log.set_defaults(run=_run_log)


def _add_mutes(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    mute = verbs.add_parser("mute-rule", help="mute a rule for a referring domain")
    unmute = verbs.add_parser("unmute", help="end such a mute")
    for command in (mute, unmute):
        command.add_argument("rule", metavar="RULE", help="as `linkwatch rules` lists them")
        command.add_argument("domain", metavar="DOMAIN")
        command.add_argument("--site", default="", help="one own site (default: all)")
        _add_reason(command, until=command is mute)
    mute.add_argument("--link", type=int, metavar="LINK_ID", help="one link of the domain alone")
    mute.set_defaults(run=_run_mute_rule)
    unmute.set_defaults(run=_run_unmute)
    verbs.add_parser("mutes", help="what is muted, until when and why").set_defaults(run=_run_mutes)


def _add_reason(command: argparse.ArgumentParser, *, until: bool = False) -> None:
    command.add_argument("--why", required=True, metavar="TEXT", help="the reason, for whoever reads it in a year")
    command.add_argument("--by", default="", metavar="NAME", help="who decides (default: your login name)")
    if until:
        command.add_argument("--until", type=_day, help="end of the mute, YYYY-MM-DD (default: after review.mute_days)")


def _run_review(parsed: argparse.Namespace) -> int:
    from linkwatch.cli import use_example_without_config
    from linkwatch.cli.review_screen import show_list
    from linkwatch.cli.review_walk import walk
    from linkwatch.settings import load_settings
    from linkwatch.steps.reviewing import open_cases

    use_example_without_config()
    limit = None if parsed.all else parsed.limit or load_settings().review.batch
    cases = open_cases()
    if sys.stdin.isatty() and sys.stdout.isatty():
        walk(cases[:limit], ask=input, by=who(parsed.by, "review"), clock=_now)
    else:
        show_list(cases[:limit], len(cases))
    return 0


def _run_decide(parsed: argparse.Namespace) -> int:
    from linkwatch.cli import use_example_without_config
    from linkwatch.cli.review_screen import show_decided
    from linkwatch.steps.reviewing import decide, find_case, letter_for

    use_example_without_config()
    case, verb = find_case(parsed.case), parsed.verb
    until = parsed.until if verb is Decision.MUTE else None
    decided = decide(case, verb, by=who(parsed.by, "review"), at=_now(), why=parsed.why, via="terminal", until=until)
    show_decided(case, verb, decided, letter_for(case) if verb is Decision.ASK else "")
    return 0 if decided else 1


def _run_reopen(parsed: argparse.Namespace) -> int:
    from linkwatch.cli import use_example_without_config
    from linkwatch.cli.screen import counted, say
    from linkwatch.steps.reviewing import reopen

    use_example_without_config()
    again = reopen(parsed.domain, by=who(parsed.by, "review"), at=_now(), why=parsed.why)
    say(f"{parsed.domain}: {counted(again, 'finding')} open again")
    return 0


def _run_mute_rule(parsed: argparse.Namespace) -> int:
    from linkwatch.cli import use_example_without_config
    from linkwatch.cli.screen import counted, say
    from linkwatch.steps.reviewing import mute_rule

    use_example_without_config()
    given = {"by": who(parsed.by, "review"), "at": _now(), "why": parsed.why, "until": parsed.until}
    muted = mute_rule(parsed.rule, parsed.domain, site=parsed.site, link_id=parsed.link, **given)
    say(f"{parsed.rule} is muted for {parsed.domain}: {counted(muted, 'open finding')} muted by it")
    return 0


def _run_unmute(parsed: argparse.Namespace) -> int:
    from linkwatch.cli import use_example_without_config
    from linkwatch.cli.screen import counted, say
    from linkwatch.steps.reviewing import unmute

    use_example_without_config()
    again = unmute(parsed.rule, parsed.domain, by=who(parsed.by, "review"), at=_now(), why=parsed.why, site=parsed.site)
    say(f"{parsed.rule} is not muted for {parsed.domain} any more: {counted(again, 'finding')} open again")
    return 0


def _run_log(parsed: argparse.Namespace) -> int:
    from linkwatch.cli import use_example_without_config
    from linkwatch.cli.review_screen import show_log
    from linkwatch.steps.reviewing import last_acts

    use_example_without_config()
    show_log(last_acts(parsed.limit))
    return 0


def _run_mutes(parsed: argparse.Namespace) -> int:
    from linkwatch.cli import use_example_without_config
    from linkwatch.cli.review_screen import show_mutes
    from linkwatch.steps.reviewing import all_mutes

    del parsed
    use_example_without_config()
    show_mutes(all_mutes(), _now().date())
    return 0


def _now() -> datetime:
    return datetime.now(UTC)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no date; expected YYYY-MM-DD") from None


def _number(text: str) -> int:
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is no number; expected 1 or more")
    return int(text)
