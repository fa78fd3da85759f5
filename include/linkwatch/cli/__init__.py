"""The command line: `linkwatch nightly | check | explain | nights | release | drop | report | review | rules | disavow | up`.

    __init__.py     arguments, and errors as people read them
    night_run.py    the real DAG in this process, and what it found as tables
    single_look.py  `check`: one page, looked at right now
    link_story.py   `explain`: everything that is known of one link
    verdicts.py     which rule applies to a link, in words
    review.py       `review`: cases before a person; with review_walk.py and review_screen.py
    rules.py        `rules`: every rule, what it found, and what people made of it
    disavow.py      `disavow`: the file, of decisions alone
    web.py          `up`: Airflow with its web interface, started and stopped as one
    screen.py       what the terminal shows of nights, and what all commands show things with

Exit status: 0 done (for `nightly`: published), 1 failed, 2 wrong arguments, 3 held by the audit.
"""

import argparse
import os
import re
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime, time

from linkwatch.errors import LinkwatchError, NightError
from linkwatch.urls import BadUrlError

EXIT_FAILED, EXIT_HELD = 1, 3

_STEERING = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point of the `linkwatch` command; returns its exit status."""
    parsed = _parser().parse_args(arguments)
    try:
        status = int(parsed.run(parsed))
        sys.stdout.flush()
        return status
    except BrokenPipeError:  # whoever read it has seen enough (`linkwatch explain … | head`)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python would fail again when it ends
        return EXIT_FAILED
    except (LinkwatchError, BadUrlError) as error:
        print(f"linkwatch: {harmless(str(error))}", file=sys.stderr)
        return EXIT_FAILED
    except KeyboardInterrupt:
        print("linkwatch: stopped; run the same command again to go on where it stopped", file=sys.stderr)
        return EXIT_FAILED


def harmless(text: str) -> str:
    """Text from a page or a file, fit for a terminal: control characters and turns of the writing direction become �."""
    return _STEERING.sub("�", text)


def _parser() -> argparse.ArgumentParser:
    from linkwatch.cli.disavow import add_disavow
    from linkwatch.cli.review import add_review
    from linkwatch.cli.rules import add_rules

    parser = argparse.ArgumentParser(prog="linkwatch", description="Watches backlinks and says what is true of them.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    nightly = commands.add_parser("nightly", help="run the nightly DAG here and show what was found")
    nightly.add_argument("--date", type=_night, help="the night to run, YYYY-MM-DD, UTC (default: tonight)")
    nightly.set_defaults(run=_run_nightly)

    check = commands.add_parser("check", help="look at one page for links to one target and explain the answer")
    check.add_argument("page", help="URL of the source page")
    check.add_argument("target", help="URL of the target, or a domain to find every link to it")
    check.set_defaults(run=_run_check)

    explain = commands.add_parser("explain", help="the whole story of one link: what is known, since when, on what evidence")
    explain.add_argument("link", help="its link_id, or its source page")
    explain.add_argument("target", nargs="?", default="", help="its target; not needed where the page has one known link")
    explain.add_argument("--page", metavar="FILE", help="write the page as it was kept, with the link, to this file")
    explain.add_argument("--json", action="store_true", help="the same as JSON")
    explain.set_defaults(run=_run_explain)

    nights = commands.add_parser("nights", help="the last nights, and which are held")
    nights.add_argument("--limit", type=_count, default=14, help="how many (default: 14)")
    nights.set_defaults(run=_run_nights)

    for verb, text in (("release", "publish a held night all the same"), ("drop", "throw a held night away")):
        command = commands.add_parser(verb, help=text)
        command.add_argument("night", type=_night, metavar="NIGHT", help="YYYY-MM-DD")
        command.set_defaults(run=_run_release if verb == "release" else _run_drop)

    report = commands.add_parser("report", help="write the weekly report and say where it is")
    report.add_argument("--week", type=_night, help="any day of the week (default: the week of the last night)")
    report.set_defaults(run=_run_report)

    _add_sources(commands)
    gap = commands.add_parser("gap", help="domains that link to competitors and not to you, the best first")
    gap.add_argument("--mentions", action="store_true", help="only those with a page that names you without a link")
    gap.set_defaults(run=_run_gap)
    reclaim = commands.add_parser(
        "reclaim", help="own pages that are gone while backlinks point at them, with a redirect for each"
    )
    reclaim.set_defaults(run=_run_reclaim)
    for command in (gap, reclaim):
        command.add_argument("--site", default="", help="one own site (default: all)")
        command.add_argument("--limit", type=_count, default=20, help="how many (default: 20)")
        command.add_argument("--csv", metavar="FILE", help="write all of them to this file instead")

    add_review(commands)
    add_rules(commands)
    add_disavow(commands)
    up = commands.add_parser("up", help="Airflow with its web interface; Ctrl-C stops all of it")
    up.set_defaults(run=_run_up)
    return parser


def _add_sources(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    sources = commands.add_parser("sources", help="what a file is and would say; what tonight's calls would cost")
    verbs = sources.add_subparsers(required=True, metavar="VERB")
    sniff = verbs.add_parser("sniff", help="what a file is, how it is read, how many rows it has, and five claims of it")
    sniff.add_argument("file", help="path or object-store URL")
    sniff.set_defaults(run=_run_sniff)
    plan = verbs.add_parser("plan", help="what each source would be asked tonight and what it would cost; asks nobody")
    plan.set_defaults(run=_run_sources_plan)


def _night(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no date; expected YYYY-MM-DD") from None


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of nights; expected 1 or more")
    return int(text)


def _run_nightly(parsed: argparse.Namespace) -> int:
    from linkwatch.cli.night_run import run_example_nights, run_night

    if os.environ.get("LINKWATCH_CONFIG"):
        now = datetime.now(UTC).replace(microsecond=0)
        if parsed.date and parsed.date > now.date():
            raise NightError(
                f"night {parsed.date} lies in the future (it is {now:%Y-%m-%d %H:%M} UTC); expected tonight or an earlier night. "
                "Once it were published, no night before it could be run"
            )
        # A past night stands for the hour of its schedule; tonight stands for the moment that it is run.
        as_of = datetime.combine(parsed.date, time(3), UTC) if parsed.date and parsed.date != now.date() else now
        return run_night(as_of)
    return run_example_nights(parsed.date)


def _run_check(parsed: argparse.Namespace) -> int:
    from linkwatch.cli.single_look import show_explanation
    from linkwatch.steps.single import explain_link

    explanation = explain_link(parsed.page, parsed.target)
    show_explanation(explanation)
    return 0


def _run_explain(parsed: argparse.Namespace) -> int:
    from linkwatch.cli.link_story import explain

    use_example_without_config()
    return 0 if explain(parsed.link, parsed.target, page_to=parsed.page or "", as_json=parsed.json) else EXIT_FAILED


def _run_nights(parsed: argparse.Namespace) -> int:
    from linkwatch.cli.screen import show_nights
    from linkwatch.steps.upkeep import list_nights

    use_example_without_config()
    show_nights(list_nights(parsed.limit))
    return 0


def _run_release(parsed: argparse.Namespace) -> int:
    from linkwatch.airflow_home import prepare_airflow
    from linkwatch.cli.screen import say
    from linkwatch.settings import load_settings
    from linkwatch.steps.upkeep import release

    use_example_without_config()
    prepare_airflow(load_settings().home)  # the Slack connection is Airflow's
    night = parsed.night.isoformat()
    release(night)
    say(f"night {night} is released and published")
    return 0


def _run_drop(parsed: argparse.Namespace) -> int:
    from linkwatch.cli.screen import say
    from linkwatch.steps.upkeep import drop

    use_example_without_config()
    night = parsed.night.isoformat()
    drop(night)
    say(f"night {night} is dropped; `linkwatch nightly --date {night}` runs it anew")
    return 0


def _run_report(parsed: argparse.Namespace) -> int:
    from linkwatch.cli.screen import say
    from linkwatch.steps.week import begin_week, report_week

    use_example_without_config()
    week = begin_week(parsed.week)
    say(f"weekly report of the week from {week}: {report_week(week)['path']}")
    return 0


def _run_sniff(parsed: argparse.Namespace) -> int:
    from linkwatch.cli.source_files import show_sniffed

    return show_sniffed(parsed.file)


def _run_sources_plan(parsed: argparse.Namespace) -> int:
    from linkwatch.cli.source_costs import show_plan

    del parsed
    use_example_without_config()
    return show_plan()


def _run_gap(parsed: argparse.Namespace) -> int:
    from linkwatch.cli.gap import show_gap

    use_example_without_config()
    return show_gap(parsed.site, parsed.limit, mentions=parsed.mentions, csv_path=parsed.csv)


def _run_reclaim(parsed: argparse.Namespace) -> int:
    from linkwatch.cli.reclaim import show_reclaim

    use_example_without_config()
    return show_reclaim(parsed.site, parsed.limit, csv_path=parsed.csv)


def _run_up(parsed: argparse.Namespace) -> int:
    from linkwatch.cli.web import run_until_interrupted

    del parsed
    return run_until_interrupted()


def use_example_without_config() -> None:
    """Without a settings file every command speaks of the example world, in a home of its own beside the user's.

    Raises NightError where that has not been run either.
    """
    if not os.environ.get("LINKWATCH_CONFIG"):
        from linkwatch.cli.night_run import example_environment

        environment = example_environment()
        if not os.path.exists(environment["LINKWATCH_CONFIG"]):
            raise NightError(
                "no night yet: $LINKWATCH_CONFIG names no settings file, and the example world was never run in "
                f"{environment['LINKWATCH_HOME']}. Set $LINKWATCH_CONFIG, or run `linkwatch nightly` for the example world"
            )
        os.environ.update(environment)
