"""Sources that cannot be read, or say less than yesterday: the night goes on with the others, says so, and loses nothing."""

import pytest

from linkwatch.cli.screen import show_night
from linkwatch.steps.upkeep import night_view
from night_home import OWN, NightHome, name_of, page
from servers.page_proxy import page_proxy

WATCHED, CLAIMED = "http://watched.example/", "http://claimed.example/"
UTF_16, LATIN_1 = "http://utf16.example/", "http://latin1.example/caf%C3%A9"
HEADER = "Page,Links to\n"
EXPORT = f"{HEADER}{CLAIMED},{OWN}\n"

BAD = {
    "gone": ("links_csv", None, "not read: source gone: no file"),
    "no_bytes": ("links_csv", b"", "no_bytes.txt is empty (0 bytes); export it again"),
    "no_rows": ("links_csv", HEADER.encode(), "no_rows: 0 claims"),
    "a_zip": ("links_csv", b"PK\x03\x04 and so on", "is a ZIP archive or an Excel workbook that cannot be unpacked"),
    "no_header": ("links_csv", b"\n\n\n", "has no header line"),
    "other_columns": ("links_csv", b"Who,Whom\na,b\n", "not read: source other_columns: "),
    "utf_16": ("pages", "http://utf16.example/\n".encode("utf-16-le"), "utf_16: 1 claim"),
    "latin_1": ("pages", "# Café\nhttp://latin1.example/caf\xe9\n".encode("latin-1"), "latin_1: 1 claim"),
    "rubbish": ("pages", bytes(range(256)) * 20, "set aside in rejects/rubbish.csv"),
    "a_folder": ("pages", "folder", "a_folder.txt is a folder; expected a file or a pattern"),
}


def configure(home: NightHome, export: str | None) -> None:
    """All bad sources, the good list of pages, and a vendor's export (None: it is not there)."""
    tables = ""
    for name, (kind, content, _) in BAD.items():
        path = home.folder / f"{name}.txt"
        if content == "folder":
            path.mkdir(exist_ok=True)
        elif content is not None:
            path.write_bytes(content)
        columns = 'columns = { source = "Page", target = "Links to" }\n' if kind == "links_csv" else ""
        tables += f'[[source]]\nkind = "{kind}"\nname = "{name}"\npath = "{name}.txt"\n{columns}'
    vendor = home.folder / "vendor.csv"
    vendor.unlink(missing_ok=True)
    if export is not None:
        vendor.write_text(export)
    columns = 'columns = { source = "Page", target = "Links to" }\n'
    tables += f'[[source]]\nkind = "links_csv"\nname = "vendor"\npath = "vendor.csv"\n{columns}'
    home.configure([WATCHED], tables)


@pytest.fixture(scope="module")
def home(airflow_home, tmp_path_factory):
    """Four nights: the vendor's export is whole on the first, then gone, then empty, then cut short."""
    del airflow_home
    with page_proxy() as proxy:
        home = NightHome(tmp_path_factory.mktemp("sources"), proxy.address, [WATCHED])
        for url in (WATCHED, CLAIMED, UTF_16, LATIN_1):
            proxy.put(url, page(OWN))
        for number, export in enumerate([EXPORT, None, "", EXPORT[:-20]], 1):
            configure(home, export)
            assert home.run(number), number
        return home


def shown(home: NightHome, number: int, capsys: pytest.CaptureFixture[str]) -> str:
    """What the terminal shows of a night, as one line."""
    with home.used():
        show_night(night_view(name_of(number)))
    return " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize("source", BAD)
def test_a_source_that_cannot_be_read_is_named_with_the_reason(home, capsys, source):
    """What is wrong, which file, and what to do; an export without rows shows that it has none."""
    _, _, said = BAD[source]
    assert said in shown(home, 1, capsys)


@pytest.mark.parametrize(("number", "said"), [(1, "vendor: 1 claim"), (2, "no file"), (3, "is empty"), (4, "vendor: 0 claims")])
def test_the_vendors_bad_nights_are_shown(home, capsys, number, said):
    """The night says what became of the export."""
    assert said in shown(home, number, capsys)


def test_the_pages_of_bad_encodings_are_looked_at_all_the_same(home):
    """UTF-16 without a byte order mark and windows-1252 are found out."""
    assert home.states() == dict.fromkeys((WATCHED, CLAIMED, UTF_16, LATIN_1), "live")


def test_a_vendors_silence_is_no_evidence(home):
    """A link that the export no longer lists is looked at, is still there, and nothing is told."""
    assert [home.told(number) for number in (2, 3, 4)] == [set()] * 3
    assert home.column("SELECT DISTINCT claimed_by FROM link WHERE source_url = :url", url=CLAIMED) == ["vendor"]


def test_a_night_without_any_source_is_held(airflow_home, tmp_path):
    """With nothing to look at, the audit says so and nothing is published."""
    del airflow_home
    home = NightHome(tmp_path / "home", "http://127.0.0.1:9", [])
    (home.folder / "pages.txt").unlink()
    assert not home.run(1)
    with home.used():
        why, *_ = [result for result in night_view(name_of(1)).audit.results if result.holds]
    assert (why.name, why.remedy) == ("pages_planned", "check that the sources can be read and are not empty")
