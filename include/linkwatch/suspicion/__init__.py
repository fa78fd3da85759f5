"""Suspicion: reasons to look at a link, with evidence. Never a verdict, never a score, never a file for a disavow tool.

Human judges agree on web spam with a kappa of 0.42 (WEBSPAM-UK2006), and no public ground truth of bad links exists. So a
rule says what it saw and against which threshold, and a person decides. Rules that lack an input yield nothing for that
page or domain; nothing found does not mean clean.

    evidence.py   what rules look at, and what they hand back
    anchors.py    anchor texts: one spelling, and buckets
    placement.py  where a link stands: site-wide, hidden
    content.py    what kind of page it stands on: thin, dominated by links
    spikes.py     one anchor on many new domains at once
    rules.py      RULES, their families, and `find`
"""

from linkwatch.suspicion.arrivals import arrivals_tonight
from linkwatch.suspicion.evidence import COLUMNS, Arrivals, NightEvidence, NotEvaluated
from linkwatch.suspicion.kinds import assess
from linkwatch.suspicion.rules import RULES, Found, Ruling, find
from linkwatch.suspicion.tallies import anchor_tally, kind_tally
from linkwatch.suspicion_settings import FAMILIES

__all__ = [
    "COLUMNS",
    "FAMILIES",
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
