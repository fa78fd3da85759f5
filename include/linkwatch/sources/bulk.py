"""Claims in bulk: columns of what a source says in, rows of CLAIMS and reasons for refusals out. Knows no file format.

The same rules as `claims.ClaimRows`, without a Python object per row: an address is looked at once however often it stands
in a batch, most are not even parsed, and the columns are put together in Arrow.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from linkwatch.schemas import CLAIMS, F64, I64, UTC_US, S
from linkwatch.sources.claims import MAX_ANCHOR_LENGTH, folded_anchor, folded_rel
from linkwatch.sources.ends import Ends, canonical_or_refusal, internal
from linkwatch.urls import MAX_URL_LENGTH, PLAIN_URL, Scopes, identities, page_key

_PLAIN = f"^(?:{PLAIN_URL})$"
_FOLDED = r"^(?:[!-~\pL]+(?: [!-~\pL]+)*)?$"
"""Most anchors: words with single spaces between them."""


class Said(NamedTuple):
    """What a batch of rows says, column-wise; all arrays of one length. None: the source says nothing of that kind."""

    source: pa.StringArray
    target: pa.StringArray | None = None  # None: no target column; the rows are pages worth a look
    anchor: pa.StringArray | None = None
    rel: pa.StringArray | None = None
    first_seen: pa.TimestampArray | None = None  # UTC_US
    last_seen: pa.TimestampArray | None = None
    says_lost: pa.BooleanArray | None = None
    authority: pa.DoubleArray | None = None
    refused: pa.StringArray | None = None  # why a row is not used; null where it is


class BulkClaims:
    """Rows of CLAIMS of one source, a batch at a time; hosts and targets are remembered from batch to batch."""

    def __init__(self, claimed_by: str, scopes: Scopes) -> None:
        self._claimed_by = claimed_by
        self._ends = Ends(scopes)

    def claims(self, said: Said, claimed_at: datetime) -> tuple[pa.RecordBatch, list[tuple[int, str]]]:
        """The rows that can be used, in their order, and (row, reason) of those that cannot."""
        if said.target is None:
            columns, refusals = self._pages(said)
        else:
            columns, refusals = self._links(said, said.target)
        rows = len(said.source)
        columns |= {
            "claimed_by": pa.repeat(self._claimed_by, rows),
            "claimed_at": pa.repeat(pa.scalar(claimed_at, UTC_US), rows),
            "says_lost": _blank(said.says_lost, rows, pa.bool_()).fill_null(False),
        }
        batch = pa.record_batch([_blank(columns.get(field.name), rows, field.type) for field in CLAIMS], CLAIMS)
        if refusals is None:
            return batch, []
        refused = pc.is_valid(refusals)
        numbers = np.flatnonzero(refused.to_numpy(zero_copy_only=False))
        return batch.filter(pc.invert(refused)), list(zip(numbers.tolist(), refusals.drop_null().to_pylist(), strict=True))

    def _pages(self, said: Said) -> tuple[dict[str, pa.Array], pa.StringArray | None]:
        page = self._look_at_pages("page", said.source)
        return {"source_url": page["url"], "source_domain": page["domain"]}, _first(said.refused, page["refusal"])

    def _links(self, said: Said, targets: pa.StringArray) -> tuple[dict[str, pa.Array], pa.StringArray | None]:
        page, target = self._look_at_pages("source page", said.source), self._look_at_targets(targets)
        same = pc.fill_null(pc.equal(page["site"], target["site"]), False)
        internals = pc.if_else(same, _each(target["site"], internal), None) if same.true_count else None
        columns = {
            "source_url": page["url"],
            "source_domain": page["domain"],
            "target_url": target["url"],
            "site": target["site"],
            "link_id": _identities(page["key"], target["key"]),
            "anchor": None if said.anchor is None else _folded(said.anchor),
            "rel": None if said.rel is None else _each(said.rel, folded_rel),
            "first_seen": said.first_seen,
            "last_seen": said.last_seen,
            "authority": None if said.authority is None else said.authority.cast(F64),
        }
        return columns, _first(said.refused, target["refusal"], page["refusal"], internals)

    def _look_at_pages(self, what: str, urls: pa.StringArray) -> "_Columns":
        """Every distinct address once; one that is canonical beyond doubt is not parsed."""
        encoded = urls.fill_null("").dictionary_encode()
        distinct, refusals = encoded.dictionary, pa.nulls(len(encoded.dictionary), S)
        pages = pc.replace_substring_regex(distinct, r"(?s)#.*", "")  # no fragment makes another page
        unclear = pc.invert(
            pc.and_(pc.match_substring_regex(pages, _PLAIN), pc.less_equal(pc.binary_length(distinct), MAX_URL_LENGTH))
        )
        if unclear.true_count:
            looked = [canonical_or_refusal(what, url) for url in distinct.filter(unclear).to_pylist()]
            refusals = pc.replace_with_mask(refusals, unclear, pa.array([refusal for _, refusal in looked], S))
            pages = pc.replace_with_mask(pages, unclear, pa.array([page for page, _ in looked], S))
        domains, sites = self._owners(pages)
        found = {"url": pages, "domain": domains, "site": sites, "key": _page_keys(pages, domains), "refusal": refusals}
        return {name: column.take(encoded.indices) for name, column in found.items()}

    def _owners(self, pages: pa.StringArray) -> tuple[pa.StringArray, pa.StringArray]:
        """Registrable domains of canonical URLs, and the watched sites that they are on."""
        origins = pc.replace_substring_regex(pages, r"^(https?://[^/]+/).*", r"\1").dictionary_encode()
        found = [self._ends.origin(origin) for origin in origins.dictionary.to_pylist()]
        domains = pa.array([domain for domain, _ in found], S).take(origins.indices)
        sites = pa.nulls(len(pages), S)
        watched = pa.array([watched for _, watched in found], pa.bool_()).take(origins.indices)
        if watched.true_count:
            there = [self._ends.site_of(page) for page in pages.filter(watched).to_pylist()]
            sites = pc.replace_with_mask(sites, watched, pa.array(there, S))
        return domains, sites

    def _look_at_targets(self, urls: pa.StringArray) -> "_Columns":
        encoded = urls.fill_null("").dictionary_encode()
        found = [self._ends.target(url) for url in encoded.dictionary.to_pylist()]
        columns = {name: pa.array([target[place] for target in found], S) for place, name in enumerate(_TARGET)}
        return {name: column.take(encoded.indices) for name, column in columns.items()}


_Columns = Mapping[str, pa.StringArray]
_TARGET = ("url", "site", "key", "refusal")  # what `Ends.target` gives


def _page_keys(pages: pa.StringArray, domains: pa.StringArray) -> pa.StringArray:
    """`urls.page_key` of each page: of the column at once, but for queries and names that were registered with a "www."."""
    addresses = pc.replace_substring_regex(pages, r"^https?://(?:www\.)?", "")
    keys = pc.ascii_lower(pc.ascii_rtrim(addresses, "/"))
    others = pc.or_(pc.match_substring(pages, "?"), pc.starts_with(domains, "www."))
    if not others.true_count:
        return keys
    return pc.replace_with_mask(keys, others, pa.array(map(page_key, pages.filter(others).to_pylist()), S))


def _identities(sources: pa.StringArray, targets: pa.StringArray) -> pa.Int64Array:
    pairs = pc.binary_join_element_wise(sources, targets, "\n").cast(pa.binary()).to_pylist()
    return pa.array(np.frombuffer(identities(pairs), ">i8").astype(np.int64), I64)


def _folded(anchors: pa.StringArray) -> pa.StringArray:
    """`claims.folded_anchor` of each."""
    done = pc.and_(pc.match_substring_regex(anchors, _FOLDED), pc.less_equal(pc.utf8_length(anchors), MAX_ANCHOR_LENGTH))
    left = pc.invert(pc.fill_null(done, True))
    return pc.replace_with_mask(anchors, left, _each(anchors.filter(left), folded_anchor)) if left.true_count else anchors


def _each(texts: pa.StringArray, change: Callable[[str], str]) -> pa.StringArray:
    """Every distinct text changed once."""
    encoded = texts.dictionary_encode()
    return pa.array([change(text) for text in encoded.dictionary.to_pylist()], S).take(encoded.indices)


def _first(*several: pa.StringArray | None) -> pa.StringArray | None:
    """The first text that is there, row by row; None where there is none at all."""
    given = [one for one in several if one is not None and one.null_count < len(one)]
    return pc.coalesce(*given) if given else None


def _blank(column: pa.Array | None, rows: int, kind: pa.DataType) -> pa.Array:
    return pa.nulls(rows, kind) if column is None else column
