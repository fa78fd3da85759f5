"""All file sources together, three of them broken in different ways for two nights: the rest is published, and the trouble told.

On the second night one export collapses, one lacks a column and one is the old file under a new name; on the third they lie
there unchanged; on the fourth all is well again.
"""

import json

import pytest

from linkwatch.cli import main
from linkwatch.cli.screen import show_night
from linkwatch.steps.upkeep import night_view
from night_home import OWN, NightHome, name_of, page
from servers.page_proxy import page_proxy

WATCHED, SAMPLED = "http://watched.example/", "http://sampled.example/"
BY_AHREFS = [f"http://ahrefs{number}.example/" for number in range(25)]
BY = {name: f"http://{name}.example/" for name in ("partners", "semrush", "majestic", "moz")}
FRESH = {name: f"http://fresh-{name}.example/" for name in ("ahrefs", "moz")}  # first claimed on the second night
HEADERS = {
    "partners": "Source,Target,First seen",
    "ahrefs": "Referring page URL,Target URL,Anchor,First seen,Domain rating",
    "semrush": "Source url,Target url,Last seen,Anchor",
    "majestic": "Target URL,Source URL,Anchor Text,Source First Found Date",
    "moz": "URL,Anchor Text,Domain Authority,Last seen,Target URL",
    "search_console": "Linking page,Last crawled",
}
SOURCES = """
[[source]]
kind = "links_csv"
name = "partners"
path = "exports/partners.csv"
complete = true
""" + "".join(
    f'[[source]]\nkind = "{name}_csv"\nname = "{name}"\npath = "exports/{name}-*.csv"\n'
    for name in ("ahrefs", "semrush", "majestic", "moz", "search_console")
)


def export(home: NightHome, source: str, number: int, rows: list[str], header: str = "") -> None:
    """A source's file, as it is delivered before a night."""
    name = "partners.csv" if source == "partners" else f"{source}-{name_of(number)}.csv"
    path = home.folder / "exports" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("\n".join([header or HEADERS[source], *rows]) + "\n")


def deliver(home: NightHome, number: int, *, ahrefs: list[str], anchors: bool = True) -> None:
    """What all sources say before a night; Majestic alone has to be delivered on its own."""
    export(home, "partners", number, [f"{BY['partners']},{OWN},2025-01-02"])
    export(home, "ahrefs", number, [f"{url},{OWN},a good shop,2025-01-02,70" for url in ahrefs])
    row = f"{BY['semrush']},{OWN},{name_of(number)}"
    if anchors:
        export(home, "semrush", number, [f"{row},a good shop"])
    else:
        export(home, "semrush", number, [row], "Source url,Target url,Last seen")
    moz = [BY["moz"]] if number == 1 else [BY["moz"], FRESH["moz"]]
    export(home, "moz", number, [f"{url},a good shop,40,{name_of(number)},{OWN}" for url in moz])
    export(home, "search_console", number, [f"{SAMPLED},{name_of(number)}"])


def majestic(home: NightHome, number: int, first_found: str) -> None:
    """Majestic's export; with the same date in its row it is the same file."""
    export(home, "majestic", number, [f"{OWN},{BY['majestic']},a good shop,{first_found}"])


@pytest.fixture(scope="module")
def home(airflow_home, tmp_path_factory):
    """Four nights; their second and third with broken sources."""
    del airflow_home
    with page_proxy() as proxy:
        home = NightHome(tmp_path_factory.mktemp("held"), proxy.address, [WATCHED], SOURCES)
        for url in (WATCHED, SAMPLED, *BY_AHREFS, *BY.values(), *FRESH.values()):
            proxy.put(url, page(OWN))
        deliver(home, 1, ahrefs=BY_AHREFS)
        majestic(home, 1, "2025-03-04")
        assert home.run(1)
        deliver(home, 2, ahrefs=[*BY_AHREFS[:2], FRESH["ahrefs"]], anchors=False)
        majestic(home, 2, "2025-03-04")
        assert home.run(2)
        assert home.run(3)
        deliver(home, 4, ahrefs=[*BY_AHREFS, FRESH["ahrefs"]])
        majestic(home, 4, "2025-03-05")
        assert home.run(4)
        yield home


def sources_of(home: NightHome, number: int) -> dict[str, tuple[str, str]]:
    """Status and reason of each source, as the table `night` has them."""
    [kept] = home.column("SELECT sources FROM night WHERE night = :night", night=name_of(number))
    return {row["source"]: (row["status"], row["why"]) for row in json.loads(kept)}


WHY = {
    "ahrefs": "collapse: it has 3 claims; expected at least 13, as 25 claims are usual. Get it again",
    "semrush": "schema: columns are gone: 'Anchor'; expected those of the pulls before.",
    "majestic": f"-{name_of(2)}.csv is byte-identical to ",
}


@pytest.mark.parametrize("number", [2, 3])
def test_the_table_says_what_was_held_and_why(home, number):
    """Each broken source with its reason, on both nights; the others are what they are."""
    found = sources_of(home, number)
    assert {name: status for name, (status, _) in found.items()} == {
        "pages": "complete",
        "partners": "complete",
        "ahrefs": "held",
        "semrush": "held",
        "majestic": "held",
        "moz": "partial",
        "search_console": "partial",
    }
    assert [name for name, why in WHY.items() if why not in found[name][1]] == []
    assert f"first read on {name_of(1)}" in found["majestic"][1]


def test_all_is_well_on_the_other_nights(home):
    """Before the trouble and after it nothing is held."""
    for number in (1, 4):
        assert {status for status, _ in sources_of(home, number).values()} == {"complete", "partial"}


def test_operations_is_told_once(home):
    """One message in two nights: who, and why."""
    told = home.rows("SELECT night, payload FROM alert WHERE kind = 'sources'")
    assert [row["night"] for row in told] == [name_of(2)]
    payload = json.loads(told[0]["payload"])
    assert payload["text"] == f"Night of {name_of(2)}: 3 sources held"
    shown = json.dumps(payload["blocks"])
    assert [name for name, why in WHY.items() if f"*{name}* is held: `" not in shown or why not in shown] == []


def test_the_screen_shows_it(home, capsys):
    """Each source with its claims and what became of it."""
    with home.used():
        show_night(night_view(name_of(2)))
    shown = " ".join(capsys.readouterr().out.split())
    assert f"source ahrefs: 3 claims held: {WHY['ahrefs']}" in shown
    assert "source semrush: 1 claim held: schema: columns are gone: 'Anchor'" in shown
    assert "source partners: 1 claim source" in shown
    assert "source moz: 2 claims partial source" in shown


def test_the_rest_is_published(home):
    """The night counts, and what sound sources said of it, too; nothing is lost for the silence of the broken ones."""
    assert home.column("SELECT audit FROM night ORDER BY night") == ["passed"] * 4
    assert [{kind for kind, _, _ in home.told(number)} for number in (1, 2, 3, 4)] == [
        {"discovered"},
        {"discovered"},
        set(),
        set(),
    ]
    assert set(home.states().values()) == {"live"}


def test_held_claims_wait_and_their_pages_are_looked_at(home):
    """A link on a page that a held export names is found there; the claim counts from the night on that it is believed."""
    assert {url for kind, url, _ in home.told(2) if kind == "discovered"} == set(FRESH.values())
    [link] = home.rows("SELECT first_seen_at, claimed_by FROM link WHERE source_url = :url", url=FRESH["ahrefs"])
    assert (link["first_seen_at"][:10], link["claimed_by"]) == (name_of(2), "ahrefs")
    claimed = claims_of(home, FRESH["ahrefs"])
    assert claimed == [("ahrefs", name_of(4), name_of(4), name_of(4))]


def claims_of(home: NightHome, url: str) -> list[tuple[str, ...]]:
    """Who claims the link on a page: source, first and last claim, and the night that told the warehouse."""
    query = (
        "SELECT c.claimed_by, first_claimed_at, last_claimed_at, c.updated_night FROM link_claim c JOIN link USING (link_id) "
        "WHERE source_url = :url"
    )
    return [tuple(value[:10] if "T" in value else value for value in row.values()) for row in home.rows(query, url=url)]


def test_first_and_last_claims_have_the_exports_dates(home):
    """A believed export moves the last claim, a held one does not, and one that lies there is read again without a trace."""
    assert claims_of(home, BY["moz"]) == [("moz", name_of(1), name_of(4), name_of(4))]
    assert claims_of(home, FRESH["moz"]) == [("moz", name_of(2), name_of(4), name_of(4))]
    assert claims_of(home, BY["semrush"]) == [("semrush", name_of(1), name_of(4), name_of(4))]


def test_explain_names_who_claims_the_link(home, capsys):
    """Since when, until when, and with which dates of their own."""
    with home.used():
        assert main(["explain", BY_AHREFS[0]]) == 0
        told = " ".join(capsys.readouterr().out.split())
        assert f"claimed by ahrefs since {name_of(1)}, last on {name_of(4)} (first seen 2025-01-02, authority 70)" in told
        assert main(["explain", BY_AHREFS[0], "--json"]) == 0
        known = json.loads(capsys.readouterr().out)["claims"]["known"]
        assert [(row["claimed_by"], row["last_claimed_at"][:10]) for row in known] == [("ahrefs", name_of(4))]
