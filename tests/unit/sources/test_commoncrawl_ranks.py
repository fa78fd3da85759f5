"""Source commoncrawl_ranks: rows of RANKS from the ranks file of a web graph."""

import gzip

import pyarrow as pa
import pytest

from linkwatch.errors import SourceError
from linkwatch.schemas import RANKS
from linkwatch.source_settings import SourceSettings
from linkwatch.sources.crawls.ranks import DOMAINS, authority_of, read_ranks

HEADER = "#harmonicc_pos\t#harmonicc_val\t#pr_pos\t#pr_val\t#host_rev\t#n_hosts"
ROWS = (
    "1\t3.1e7\t2\t0.01\tcom.facebook\t2000",
    "2\t3.0e7\t1\t0.02\tuk.co.bbc\t40",
    "3\t2.9e7\t9\t0.001\tde.xn--mnchen-3ya\t1",
    '4\t2.8e7\t8\t0.001\tcom."odd\t1',
    "5\t2.7e7\t7\t0.001\tlocalhost\t1",
)


@pytest.fixture
def ranks_of(tmp_path):
    """Rows of a file with these lines."""

    def read(*lines, max_domains=100, name="x-domain-ranks.txt.gz", cut=0):
        path = tmp_path / name
        data = ("\n".join(lines) + "\n").encode()
        data = gzip.compress(data) if name.endswith(".gz") else data
        path.write_bytes(data[: len(data) - cut])
        source = SourceSettings("commoncrawl_ranks", "ranks", path=str(path), max_domains=max_domains)
        return pa.Table.from_batches(read_ranks(source), RANKS).to_pylist()

    return read


@pytest.mark.parametrize("name", ["x-domain-ranks.txt.gz", "x-domain-ranks.txt"])
def test_names_are_turned_round_and_positions_kept(ranks_of, name):
    """Each row is a domain as one writes it, with both positions; packed or not."""
    rows = ranks_of(HEADER, *ROWS, name=name)
    assert [(row["domain"], row["harmonic_pos"], row["pagerank_pos"]) for row in rows] == [
        ("facebook.com", 1, 2),
        ("bbc.co.uk", 2, 1),
        ("xn--mnchen-3ya.de", 3, 9),
        ('"odd.com', 4, 8),
        ("localhost", 5, 7),
    ]


def test_the_rating_falls_with_the_logarithm_of_the_rank():
    """100 for the first, 0 for the last and behind it; each factor of the rank costs the same."""
    found = authority_of(pa.array([1, 1_000, 1_000_000, DOMAINS, 2 * DOMAINS], pa.int64())).to_pylist()
    assert found == pytest.approx([100, 63.07, 26.14, 0, 0], abs=0.01)
    assert found[0] - found[1] == pytest.approx(found[1] - found[2])


def test_no_more_domains_are_read_than_are_asked_for(ranks_of):
    """The file is sorted, so the first rows are the best."""
    assert [row["domain"] for row in ranks_of(HEADER, *ROWS, max_domains=2)] == ["facebook.com", "bbc.co.uk"]


def test_a_file_of_many_blocks_is_read_whole(ranks_of):
    """Rows are the same wherever blocks end."""
    count = 300_000
    rows = ranks_of(HEADER, *(f"{n}\t1\t{n}\t1\tcom.a{n}.b\t1" for n in range(1, count + 1)), max_domains=count - 7)
    assert [row["domain"] for row in rows] == [f"b.a{n}.com" for n in range(1, count - 6)]


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        (["#id\t#host_rev"], "has no column #harmonicc_pos, #pr_pos, #n_hosts: its header is '#id #host_rev'"),
        ([HEADER.replace("\t#n_hosts", "")], "has no column #n_hosts"),
        (["<html>"], "its header is '<html>'"),
        ([HEADER, "one\t1\t1\t1\tcom.a\t1"], "is damaged"),
        ([HEADER, "1\t1\t1"], "is damaged"),
        ([HEADER, "2\t1\t1\t1\tcom.a\t1", *ROWS[:1] * 2], "not sorted"),
    ],
)
def test_another_layout_is_an_error(ranks_of, lines, why):
    """A file that is none, or broken, is said with what it is."""
    with pytest.raises(SourceError, match=why) as caught:
        ranks_of(*lines)
    assert str(caught.value).startswith("source ranks: ")


def test_half_a_file_is_no_table(ranks_of):
    """A download that ended in the middle is an error, not a smaller table."""
    with pytest.raises(SourceError, match="ends in the middle; download it again"):
        ranks_of(HEADER, *ROWS, cut=12)


def test_a_missing_file_is_an_error(tmp_path):
    """No file is said with its path."""
    with pytest.raises(SourceError, match=r"source ranks: no file .*none\.txt\.gz"):
        list(read_ranks(SourceSettings("commoncrawl_ranks", "ranks", path=str(tmp_path / "none.txt.gz"))))
