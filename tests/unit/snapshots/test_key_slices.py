"""A fold is written slice by slice of the keys: no key is left out, none is written twice, and the file is sorted."""

import itertools

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from linkwatch.snapshots.engine import ROWS_PER_SLICE, connect, key_slices, stream_to


@pytest.mark.parametrize("rows", [0, 1, ROWS_PER_SLICE, ROWS_PER_SLICE + 1, 3 * ROWS_PER_SLICE, 10_000_000])
def test_slices_cover_every_key_once(rows):
    """From the lowest int64 to the highest, each slice begins where the one before ended."""
    slices = key_slices(rows)
    assert slices[0]["low"] == -(2**63)
    assert slices[-1]["high"] == 2**63 - 1
    assert all(after["low"] == before["high"] + 1 for before, after in itertools.pairwise(slices))
    assert len(slices) == max(1, -(-rows // ROWS_PER_SLICE))


def test_a_file_of_slices_is_the_file_of_the_whole(tmp_path):
    """Sorted slices in order are the sorted whole, with keys at both ends of the range."""
    keys = [-(2**63), -(2**62) - 1, -(2**62), -1, 0, 1, 2**53 + 1, 2**62 - 1, 2**62, 2**63 - 1]
    schema = pa.schema([pa.field("link_id", pa.int64(), nullable=False)])
    path = str(tmp_path / "out.parquet")
    with connect(path) as connection:
        connection.register("links", pa.table({"link_id": keys[::-1]}))
        query = "SELECT link_id FROM links WHERE link_id BETWEEN $low AND $high ORDER BY link_id"
        assert stream_to(connection, query, key_slices(4 * ROWS_PER_SLICE), schema, path) == len(keys)
    assert pq.read_table(path)["link_id"].to_pylist() == keys
