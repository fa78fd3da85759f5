"""Suspicion: reasons to look at a link, with evidence. Never a verdict, never a score, never a file for a disavow tool.

Human judges agree on web spam with a kappa of 0.42 (WEBSPAM-UK2006), and no public ground truth of bad links exists. So a
rule says what it saw and against which threshold, and a person decides. A rule that lacks an input says
`NotEvaluated` of those links; nothing found does not mean clean.

    evidence.py  what rules look at, and what they say besides findings
    rules/       the rules, in families
    signs/       what several rules share
    finding.py   all rules on one night: `find`
    kinds.py     what kind of link each is, declared and inferred
    tallies.py   live links counted by kind and by anchor, for the weekly report
"""

from linkwatch.suspicion.evidence import COLUMNS, Arrivals, NightEvidence, NotEvaluated
from linkwatch.suspicion.finding import Found, Ruling, find
from linkwatch.suspicion.kinds import assess
from linkwatch.suspicion.rules import RULES
from linkwatch.suspicion.signs.arrivals import arrivals_tonight
from linkwatch.suspicion.tallies import anchor_tally, kind_tally

__all__ = [
    "COLUMNS",
    "RULES",
    "Arrivals",
    "Found",
    "NightEvidence",
    "NotEvaluated",
    "Ruling",
    "anchor_tally",
    "arrivals_tonight",
    "assess",
    "find",
    "kind_tally",
]
