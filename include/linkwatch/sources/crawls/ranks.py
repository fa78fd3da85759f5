"""Source `commoncrawl_ranks`: how central each domain is in the web graph that Common Crawl publishes. It yields no claims.

Standing of the format (a text file, tab-separated, gzip, about 2.5 GB packed for 133 million domains):

    documented (Common Crawl)   the header `#harmonicc_pos #harmonicc_val #pr_pos #pr_val #host_rev #n_hosts`; rows sorted by
                                harmonic centrality, the most central first; names reversed: "com.example"
    unverified                  that names are lower case and punycode in every release

Its domains are what one can register by ICANN's part of the public suffix list: `alice.github.io` has no rank of its own, and
none is made up for it. A file of hosts has the same columns without `#n_hosts` and is refused.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from linkwatch.errors import SourceError
from linkwatch.schemas import RANKS
from linkwatch.source_settings import SourceSettings
from linkwatch.sources.crawls.streams import BREAKS, open_stream, shown, why_of

COLUMNS = {"#harmonicc_pos": pa.int64(), "#pr_pos": pa.int64(), "#host_rev": pa.string(), "#n_hosts": pa.int64()}
DOMAINS = 133_000_000
"""Domains of a whole file (July to September 2026, documented); the file itself says its number only at its end."""

_BLOCK = 8 << 20
_HEAD = 4096


def read_ranks(source: SourceSettings) -> Iterator[pa.RecordBatch]:
    """Batches of RANKS, one row per domain, the most central first: the first `max_domains` rows of the file.

    Raises SourceError when it cannot be read, ends in the middle, or has another layout; half a table is no table.
    """
    left = source.max_domains
    last = 0
    with _said_of(source), open_stream(source.path) as file:
        _check_header(file, source.path)
        for batch in _reader(file):
            rows = _ranked(batch.slice(0, left))
            left -= min(left, batch.num_rows)
            places = np.concatenate(([last], rows["harmonic_pos"].to_numpy()))
            if (np.diff(places) < 0).any():
                raise SourceError(f"{shown(source.path)} is not sorted by #harmonicc_pos; expected the file as it was published")
            last = places[-1]
            if rows.num_rows:
                yield rows
            if not left:
                return


def authority_of(positions: pa.Int64Array) -> pa.DoubleArray:
    """A rating from 0 to 100 for ranks from 1: 100 × (1 − ln rank / ln DOMAINS), so 100 for the first and 0 for the last.

    Vendors' ratings (Ahrefs' DR, Moz's DA) are logarithmic too: each step up is as many times harder as the one before. So this
    is on their scale in shape and ends; it is not calibrated against them (rank 1,000 has 63, rank a million 26), which is
    why it counts only where no vendor rates a domain. It depends on the rank alone: a rating changes when the rank does.
    """
    logs = pc.divide(pc.ln(pc.cast(positions, pa.float64())), float(np.log(DOMAINS)))
    return pc.max_element_wise(pc.multiply(pc.subtract(1.0, logs), 100.0), 0.0)


def _ranked(batch: pa.RecordBatch) -> pa.RecordBatch:
    names = batch["#host_rev"]
    sound = pc.and_(pc.greater(pc.binary_length(names), 0), pc.greater(batch["#harmonicc_pos"], 0))
    batch = batch.filter(pc.fill_null(sound, False))
    positions = batch["#harmonicc_pos"]
    columns = [_unreversed(batch["#host_rev"]), authority_of(positions), positions, batch["#pr_pos"]]
    return pa.record_batch(columns, schema=RANKS)


def _unreversed(names: pa.StringArray) -> pa.StringArray:
    """From "com.example" to "example.com": the labels of all names are taken in the order that is the reverse within each."""
    labels = pc.split_pattern(names, ".")
    offsets = labels.offsets.to_numpy()
    ends = np.repeat(offsets[:-1] + offsets[1:] - 1, np.diff(offsets))
    order = ends - np.arange(offsets[0], offsets[-1])
    return pc.binary_join(pa.ListArray.from_arrays(labels.offsets, labels.values.take(pa.array(order))), ".")


def _reader(file: BinaryIO) -> pyarrow.csv.CSVStreamingReader:
    return pyarrow.csv.open_csv(
        pa.PythonFile(file, "r"),
        read_options=pyarrow.csv.ReadOptions(block_size=_BLOCK),
        parse_options=pyarrow.csv.ParseOptions(delimiter="\t", quote_char=False),
        convert_options=pyarrow.csv.ConvertOptions(include_columns=list(COLUMNS), column_types=COLUMNS),
    )


def _check_header(file: BinaryIO, path: str) -> None:
    header = file.peek(_HEAD)[:_HEAD].partition(b"\n")[0].decode(errors="replace").rstrip("\r").split("\t")  # type: ignore[attr-defined]  # gzip's and buffered readers have it
    missing = [name for name in COLUMNS if name not in header]
    if missing:
        raise SourceError(
            f"{shown(path)} has no column {', '.join(missing)}: its header is {' '.join(header)[:200]!r}; expected the "
            "…-domain-ranks.txt.gz of a web graph (not the one of hosts, vertices or edges)"
        )


@contextmanager
def _said_of(source: SourceSettings) -> Iterator[None]:
    """Errors name the source and the file."""
    try:
        yield
    except SourceError as error:
        raise SourceError(f"source {source.name}: {error}") from error
    except pa.ArrowInvalid as error:
        why = str(error).partition("\n")[0][:300]
        raise SourceError(f"source {source.name}: {shown(source.path)} is damaged: {why}; download it again") from error
    except BREAKS as error:
        raise SourceError(
            f"source {source.name}: cannot read {shown(source.path)}: {why_of(error)}; download it again"
        ) from error
