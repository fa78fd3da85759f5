"""`linkwatch rules`: every rule, what it could say last night, and what people made of its findings."""

import argparse
import inspect
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

_COLUMNS = ("rule", "family", "", "links\nevaluated", "links not\nevaluated", "findings", "reviewed", "worth it")
_LEGEND = "worth it: disavowed, or the publisher was asked, of all that were reviewed. `linkwatch rules RULE`: its manual"


def add_rules(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `rules` to the command line."""
    rules = commands.add_parser("rules", help="the rules of suspicion: what each could say last night, and how it was reviewed")
    rules.add_argument("rule", nargs="?", default="", metavar="RULE", help="the manual of one rule")
    rules.set_defaults(run=_run_rules)


def _run_rules(parsed: argparse.Namespace) -> int:
    from linkwatch.cli import use_example_without_config
    from linkwatch.settings import load_settings
    from linkwatch.steps.telling import warehouse_of
    from linkwatch.warehouse import last_rulings, reviews_by_rule

    if parsed.rule:
        return _show_manual(parsed.rule)
    use_example_without_config()
    settings = load_settings()
    engine = warehouse_of(settings)
    return _show_rules(last_rulings(engine), reviews_by_rule(engine), settings.suspicion.shadow)


def _show_manual(name: str) -> int:
    from linkwatch.cli.screen import say
    from linkwatch.steps.reviewing import known_rule
    from linkwatch.suspicion import RULES
    from linkwatch.suspicion_settings import FAMILIES

    manuals = {rule.__name__: inspect.getdoc(rule) or "" for rule in RULES}
    say(f"{known_rule(name)} ({FAMILIES[name]})\n\n{manuals[name]}")
    return 0


def _show_rules(rulings: Iterable[Mapping[str, Any]], reviews: Mapping[tuple[str, str], int], shadow: tuple[str, ...]) -> int:
    """A row a rule, of all sites together; `rulings` are rows of `rule_night` of one night."""
    from rich.table import Table
    from rich.text import Text

    from linkwatch.cli.screen import console, say
    from linkwatch.suspicion import RULES
    from linkwatch.suspicion_settings import FAMILIES

    counts: dict[str, Counter[str]] = defaultdict(Counter)
    reasons: dict[str, Counter[str]] = defaultdict(Counter)
    night = ""
    for row in rulings:
        night = row["night"]
        counts[row["rule"]].update({name: row[name] for name in ("evaluated", "not_evaluated", "findings")})
        reasons[row["rule"]].update(row["reasons"])
    table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
    for place, name in enumerate(_COLUMNS):
        table.add_column(name, justify="left" if place < 3 else "right", no_wrap=True)
    for name in (rule.__name__ for rule in RULES):
        told = Text("shadow", "yellow") if name in shadow else Text("told")
        numbers = [f"{counts[name][column]:,}" if name in counts else "" for column in ("evaluated", "not_evaluated", "findings")]
        table.add_row(name, FAMILIES[name], told, *numbers, *_reviewed(reviews, name))
    say(f"as of night {night}, all sites" if night else "no night was judged by these rules yet")
    console.print(table)
    for rule, becauses in sorted(reasons.items()):
        for because, links in becauses.most_common():
            console.print(Text(f"not evaluated by {rule}, {links:,} links: {because}", "dim"))
    say(_LEGEND)
    return 0


def _reviewed(reviews: Mapping[tuple[str, str], int], rule: str) -> tuple[str, str]:
    """How many findings of a rule people reviewed, and the share of them that was worth it; mutes count as neither."""
    kept, worth = reviews.get((rule, "kept"), 0), sum(reviews.get((rule, said), 0) for said in ("disavowed", "asked"))
    reviewed = kept + worth
    return (f"{reviewed:,}", f"{worth / reviewed:.0%}") if reviewed else ("", "")
