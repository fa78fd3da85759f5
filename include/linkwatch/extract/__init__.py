"""Extract: a fetched page becomes the links on it that lead to watched sites, and the facts of the page. No I/O.

    bombs.py      pages that must not reach the parser
    charset.py    bytes → text, as a browser decodes them
    links.py      every <a> and <area>: where it leads, its words and the words around it
    zones.py      which part of the page a link stands in, and how many words the page itself has
    hiding.py     what hides a link from readers
    facts.py      title, language, robots, canonical: what the page says of itself
    signals.py    by what signs a page that answers 200 is known to be none
    verdicts.py   and what it is instead: challenge, log-in, error page, parked domain, empty shell
    observe.py    the whole, as one call

It reads what the server sent. Nothing is rendered: no script runs, and style sheets of other files are not known.
"""

from linkwatch.extract.observe import Look, Observation, Sighting, looks_table, observe, sightings_table

__all__ = ["Look", "Observation", "Sighting", "looks_table", "observe", "sightings_table"]
