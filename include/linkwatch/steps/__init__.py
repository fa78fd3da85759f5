"""The verbs that tasks and the command line call: the only place where stages meet.

    collecting.py  parts, pull, collect: what the sources say, a part a task, then all of it put together
    night.py     begin, plan, check, fold, audit, publish, detect, alert: one night, a verb a task
    looking.py   what a look is: ask, follow, render, doubt, keep; with planned.py (what to look at) and probing.py (siblings)
    recheck.py   doubtful_shards, recheck_at, look_again: important pages that lack a link, a second time in the same night
    telling.py   what a published night means: rows for the warehouse, messages for people; with evidence.py
    pulled.py    what became of each source in a night
    story.py     a link's whole story
    analysing.py closer looks at pages with links; suspecting.py: every rule on a published night
    reviewing.py findings before people; with cases.py, case_words.py, and asking.py for the DAG
    disavowing.py  the disavow file, of decisions alone
    upkeep.py    held nights (release, drop) and the list of nights
    week.py      the weekly report
    single.py    one page and one target, looked at right now

Every verb is idempotent: what is finished stays as it is, what is not is done. Settings come from the environment.
"""

from linkwatch.steps.collecting import collect, parts, pull
from linkwatch.steps.night import alert, audit, begin, check, detect, fold, plan, publish
from linkwatch.steps.recheck import doubtful_shards, look_again, recheck_at
from linkwatch.steps.single import explain_link
from linkwatch.steps.upkeep import drop, list_nights, release
from linkwatch.steps.week import begin_week, begin_week_before, report_week, tell_week

__all__ = [
    "alert",
    "audit",
    "begin",
    "begin_week",
    "begin_week_before",
    "check",
    "collect",
    "detect",
    "doubtful_shards",
    "drop",
    "explain_link",
    "fold",
    "list_nights",
    "look_again",
    "parts",
    "plan",
    "publish",
    "pull",
    "recheck_at",
    "release",
    "report_week",
    "tell_week",
]
