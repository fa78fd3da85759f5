"""Source `ahrefs_csv`: the CSV file that Ahrefs' "Backlinks" report exports. Columns are found by name.

Standing of what is built on here: the column names, UTF-16 with tabs, `true`/`false` and the form of dates were seen in
independent importers, not in a document of the vendor; newer exports in UTF-8 with commas were reported. That "Drop
reason" is upkeep of the vendor's index and no loss follows from the values that its API documents. The values of "Type"
are those of the API; that the file uses the same is not verified. "Domain rating" is the vendor's rating of the referring
domain, 0 to 100 on a logarithmic scale. An export depends on the filters of the page it was
made on and on a row cap: it is never complete, and a link that it does not list is no evidence.
"""

from collections.abc import Callable, Iterator
from functools import lru_cache

import pyarrow as pa

from linkwatch.source_settings import SourceSettings
from linkwatch.sources.claims import ClaimRows
from linkwatch.sources.files.links_csv import authority_of, missing_column
from linkwatch.sources.files.text import Table, open_text
from linkwatch.sources.pull import Pull

REQUIRED = ("Referring page URL", "Target URL")
NO_HYPERLINKS = frozenset({"redirect", "frame", "form", "canonical", "alternate", "rss"})
"""Types of backlink that no <a> on the page would ever confirm."""

_YES = frozenset({"true", "1", "yes"})


def read_ahrefs_csv(pull: Pull) -> Iterator[pa.RecordBatch]:
    """Batches of CLAIMS, one row per sound row of the export. Raises SourceError."""
    source, rejects = pull.source, pull.rejects
    claims = ClaimRows(source.name, pull.scopes, pull.notes.claimed_at or pull.as_of)
    with open_text(source) as text:
        table = Table(source, text, rejects)
        claim = _claimer(source, claims, table.columns)
        for number, fields in table.rows():
            if refusal := claim(fields):
                rejects.add(number, refusal, table.text_of(fields))
            elif claims.full:
                yield claims.take()
    if len(claims):
        yield claims.take()


def _claimer(source: SourceSettings, claims: ClaimRows, columns: tuple[str, ...]) -> Callable[[list[str]], str]:
    """A function that takes one row's fields as a claim; the places of the columns are looked up once, not per row."""
    places = {column.lower(): place for place, column in reversed(list(enumerate(columns)))}
    for header in REQUIRED:
        if header.lower() not in places:
            raise missing_column(source, header, columns)
    page, target = (places[header.lower()] for header in REQUIRED)
    nowhere = len(columns)  # a column that the file does not have reads as empty

    def place(header: str) -> int:
        return places.get(header.lower(), nowhere)

    anchor, kind, first_seen, last_seen = place("Anchor"), place("Type"), place("First seen"), place("Last seen")
    lost_status, lost, drop_reason = place("Lost status"), place("Lost"), place("Drop reason")
    nofollow, sponsored, ugc = place("Nofollow"), place("Sponsored"), place("UGC")
    rating = place("Domain rating")
    tells_rel = min(nofollow, sponsored, ugc) < nowhere

    def claim(fields: list[str]) -> str:
        fields.append("")
        if fields[kind].strip().lower() in NO_HYPERLINKS:
            return f"not a hyperlink: type {fields[kind]}"
        return claims.link(
            fields[page],
            fields[target],
            anchor=fields[anchor] if anchor != nowhere else None,
            rel=_rel(fields[nofollow], fields[sponsored], fields[ugc]) if tells_rel else None,
            first_seen=fields[first_seen],
            last_seen=fields[last_seen],
            says_lost=bool((fields[lost_status] or fields[lost]) and not fields[drop_reason]),
            authority=authority_of(fields[rating]),
        )

    return claim


@lru_cache(maxsize=1024)
def _rel(*said: str) -> str:
    tokens = ("nofollow", "sponsored", "ugc")
    return " ".join(token for token, text in zip(tokens, said, strict=True) if text.strip().lower() in _YES)
