"""Where a text says that it was paid for, and where it merely speaks of such things.

"Sponsored content" stands over an advertisement and in an article about advertisements. A cue counts where it labels: in a short
text, by itself, at the head of a line or a sentence, in brackets; and a cue of four words or more, which nobody says in passing.
"""

import re

from linkwatch.lexicon import disclosure_in

LABEL_WORDS = 25
"""Of a text that is short enough to be a label."""

_TELLING_WORDS = 4
_PARTS = re.compile(r"\s*[|:–—·»>•()\[\]\n]\s*|\s+[-/]\s+|(?<=[.!?…])\s+")
_HEAD = re.compile(
    r"(?:(?:this|the) (?:post|article|story|page|review|video|content) (?:is|was|has been|contains|may contain) (?:an? )?)?\Z"
)
_TAIL = re.compile(r"(?:\s+(?:by|from|with|in|von|mit|par|por|da)\b.*)?[\s.!…]*\Z", re.DOTALL)


def cue_in(text: str) -> str:
    """A sponsorship cue in the words around a link, as it is listed; "" when there is none."""
    cue = disclosure_in(text) if len(text.split()) <= LABEL_WORDS else ""
    return cue if " " in cue else label_in(text)


def label_in(text: str) -> str:
    """A sponsorship cue that labels what follows; "" when there is none."""
    for part in _PARTS.split(text.casefold()):
        cue = disclosure_in(part)
        if cue and (len(cue.split()) >= _TELLING_WORDS or _labels(part, cue)):
            return cue
    return ""


def _labels(part: str, cue: str) -> bool:
    before, _, after = part.strip().partition(cue)
    return _HEAD.match(before) is not None and (cue.endswith(" by") or _TAIL.match(after) is not None)
