"""Extract: a fetched page becomes the links on it that lead to watched sites, and the facts of the page. No I/O.

    bombs.py      pages that must not reach the parser
    charset.py    bytes → text, as a browser decodes them
    links.py      every <a> and <area>: where it leads, its words and the words around it
    all_links.py  every address that a page links to, for a crawl of an own site
    zones.py      which part of the page a link stands in, and which text is the page's own
    hiding.py     what hides a link from readers
    facts.py      title, language, robots, canonical: what the page says of itself
    mentions.py   own sites that a page names and does not link to
    signature.py  the page's own text as a short string that two looks can be compared by
    signals/      by what signs an answer is known to be no page
    verdicts.py   and what it is instead: challenge, log-in, server's trouble, error page, parked domain
    stubs.py      pages that are empty before scripts run, or only send the browser on
    observe.py    the whole, as one call
    doubt.py      error pages without a sign: compared with their former selves and with a sibling

It reads what it is given. Nothing is rendered here: no script runs, and style sheets of other files are not known.
"""

from linkwatch.extract.all_links import PageLink, all_links
from linkwatch.extract.doubt import is_doubtful, settle
from linkwatch.extract.mentions import Names, without_linked
from linkwatch.extract.observe import Look, Observation, Sighting, looks_table, observe, sightings_table
from linkwatch.extract.signature import is_comparable, similarity

__all__ = [
    "Look",
    "Names",
    "Observation",
    "PageLink",
    "Sighting",
    "all_links",
    "is_comparable",
    "is_doubtful",
    "looks_table",
    "observe",
    "settle",
    "sightings_table",
    "similarity",
    "without_linked",
]
