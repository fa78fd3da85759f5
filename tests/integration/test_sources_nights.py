"""Interfaces, crawl archives and ranks of domains, through whole nights: what they lead to, and what is not done twice."""

import gzip
import json

import pytest
from bench.wat_files import page_of, record

from linkwatch import steps
from night_home import NightHome, as_of, name_of, page
from servers.link_vendors import Link, ahrefs
from servers.page_proxy import page_proxy
from servers.vendor_apis import VendorServer

OWN = "http://own.example/"
CRAWLED = "2026-02-20T10:00:00Z"


@pytest.fixture
def proxy():
    """The web of one test."""
    with page_proxy() as running:
        yield running


def home_with(folder, proxy, source: str) -> NightHome:
    """A home that watches own.example, with one source more beside a list of one page."""
    proxy.put("http://known.example/", page(OWN))
    return NightHome(folder / "home", proxy.address, ["http://known.example/"], f"[[source]]\n{source}\n")


def wat(path, links: dict[str, str]) -> None:
    """A WAT file of pages with one link each."""
    records = [record("warcinfo", "", CRAWLED, b"software: test\r\n", "application/warc-fields")]
    for source, target in links.items():
        body = json.dumps(page_of(source, CRAWLED, [{"path": "A@/href", "url": target, "text": "own"}])).encode()
        records.append(record("metadata", source, CRAWLED, body))
    path.write_bytes(b"".join(map(gzip.compress, records)))


def test_an_interface_is_asked_within_its_budget_and_every_call_is_entered(tmp_path, proxy):
    """The key comes from the Airflow connection, links are looked at, and the second night stops where the month's units end."""
    found = [Link(f"http://found{n}.example/", target=OWN) for n in range(5)]
    for link in found:
        proxy.put(link.source, page(OWN))
    source = 'kind = "ahrefs_api"\nconnection = "ahrefs_test"\nbudget_units = 110\nmax_rows = 5'
    home = home_with(tmp_path, proxy, source)
    with VendorServer(ahrefs(found)) as vendor, pytest.MonkeyPatch.context() as environment:
        connection = {"conn_type": "generic", "password": "key-7f3a", "extra": {"base_url": vendor.url}}
        environment.setenv("AIRFLOW_CONN_AHREFS_TEST", json.dumps(connection))
        assert home.run(1)
        assert home.run(2)
        assert {request.headers["authorization"] for request in vendor.requests} == {"Bearer key-7f3a"}
    assert home.states() == {link.source: "live" for link in found} | {"http://known.example/": "live"}
    calls = home.rows("SELECT source, month, status, units, rows FROM source_call ORDER BY call_id")
    assert [tuple(call.values()) for call in calls] == [("ahrefs_api", "2026-03", "200", 60.0, 5)]
    [told] = [
        row
        for row in json.loads(home.column("SELECT sources FROM night WHERE night = :night", night=name_of(2))[0])
        if row["source"] == "ahrefs_api"
    ]
    assert (told["status"], told["claims"]) == ("partial", 0)
    assert "budget" in told["why"]
    assert not [path for path in home.folder.rglob("*") if path.is_file() and b"key-7f3a" in path.read_bytes()]


def test_a_missing_connection_is_told_and_stops_nothing(tmp_path, proxy):
    """A source without its connection is unreadable; the night goes on with the others."""
    home = home_with(tmp_path, proxy, 'kind = "moz_api"\nconnection = "nowhere_to_be_found"\nbudget_units = 10')
    assert home.run(1)
    sources = {row["source"]: row for row in json.loads(home.column("SELECT sources FROM night")[0])}
    assert sources["moz_api"]["status"] == "unreadable"
    assert "nowhere_to_be_found" in sources["moz_api"]["why"]
    assert home.states() == {"http://known.example/": "live"}


def test_an_archive_is_scanned_a_file_a_part_and_never_twice(tmp_path, proxy):
    """Each WAT file is a part; one that cannot be read costs itself alone; on the next night only what is new is read."""
    files = tmp_path / "wat"
    files.mkdir()
    for number in range(2):
        proxy.put(f"http://crawled{number}.example/", page(OWN))
        wat(files / f"{number}.warc.wat.gz", {f"http://crawled{number}.example/": "//own.example/"})
    (files / "2.warc.wat.gz").write_bytes(b"no archive")
    home = home_with(tmp_path, proxy, f'kind = "commoncrawl"\npath = "{files}/*.warc.wat.gz"')
    with home.used():
        night = steps.begin(as_of(1))
        assert steps.parts(night) == ["0000-0000", "0001-0000", "0001-0001", "0001-0002"]
        assert [steps.pull(night, part)["claims"] for part in steps.parts(night)] == [1, 1, 1, 0]
    assert home.run(1)
    wat(files / "2.warc.wat.gz", {"http://crawled2.example/": OWN})
    proxy.put("http://crawled2.example/", page(OWN))
    with home.used():
        night = steps.begin(as_of(2))
        assert [steps.pull(night, part)["claims"] for part in steps.parts(night)] == [1, 0, 0, 1]
    assert home.run(2)
    assert home.states() == dict.fromkeys(
        ["http://known.example/", *(f"http://crawled{number}.example/" for number in range(3))], "live"
    )
    claimed = home.rows("SELECT claimed_by, last_claimed_at FROM link_claim")
    assert {(row["claimed_by"], row["last_claimed_at"]) for row in claimed} == {("commoncrawl", "2026-02-20T10:00:00.000000Z")}


def test_another_watched_site_has_every_archive_scanned_again(tmp_path, proxy):
    """What was scanned for some sites was not searched for another one."""
    wat(tmp_path / "all.warc.wat.gz", {"http://crawled.example/": "http://rival.example/"})
    proxy.put("http://crawled.example/", page("http://rival.example/"))
    source = f'[[source]]\nkind = "commoncrawl"\npath = "{tmp_path}/all.warc.wat.gz"\n'
    home = NightHome(tmp_path / "home", proxy.address, ["http://known.example/"], source)
    proxy.put("http://known.example/", page(OWN))
    assert home.run(1)
    assert "http://crawled.example/" not in home.states()
    home.configure(["http://known.example/"], source, ("own.example", "rival.example"))
    assert home.run(2)
    assert home.states()["http://crawled.example/"] == "live"


def test_ranks_rate_the_domains_that_nobody_else_does(tmp_path, proxy):
    """The table is read once; a known domain's place is the authority of its links, and a vendor's word goes before it."""
    ranks = tmp_path / "x-domain-ranks.txt.gz"
    header = "#harmonicc_pos\t#harmonicc_val\t#pr_pos\t#pr_val\t#host_rev\t#n_hosts\n"
    ranks.write_bytes(gzip.compress(f"{header}1\t9\t1\t1\tnet.first\t1\n1000\t8\t2\t1\texample.known\t1\n".encode()))
    home = home_with(tmp_path, proxy, f'kind = "commoncrawl_ranks"\npath = "{ranks}"')
    assert home.run(1)
    assert home.run(2)
    assert home.column("SELECT authority FROM link") == pytest.approx([63.07], abs=0.01)
    with home.used():
        done = [facts for facts in steps.list_nights(2)[0].sources if facts.kind == "commoncrawl_ranks"]
    assert [facts.read for facts in done] == ["read on an earlier night"]
    assert len(list((home.folder / "ranks").iterdir())) == 1
