"""What one sign is. The signs themselves stand in the tables beside this file; what follows from them, in `verdicts.py`."""

from typing import NamedTuple


class Signal(NamedTuple):
    """One sign. It decides alone, or supports a verdict that needs a second sign from another place.

    Patterns are lower case, as is what they are matched with. A phrase in a title or heading counts only as a whole part of
    it: "404 Not Found" does, "How to mend a 404 Not Found" does not.

        title     the title, and each part of it between separators; the whole part
        h1        each <h1>, as a whole
        headline  both of these as one place, where a second sign has to be of another kind
        text      the visible text
        html      the markup, scripts included
        body      the classes of <body>
        header    the answer's headers, one "name: value" a line
        host      of the page that answered
        path      path and query of the page that answered, where it is not the one that was asked for
        asked     host, path and query of a page of another domain that answered; the domain asked for reads "{asked}" in it
        few       no pattern: the page has few words
    """

    where: str
    decides: bool
    name: str  # for people
    source: str  # where the pattern comes from
    pattern: str = ""
