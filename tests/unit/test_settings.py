"""The settings: the example file agrees with the dataclasses, and every mistake gets one clear message."""

import dataclasses
import re
import tomllib
from pathlib import Path

import pytest

from linkwatch import settings
from linkwatch.errors import SettingsError
from linkwatch.model import Role, Scope, Site
from linkwatch.settings import Settings, load_settings, parse_settings
from linkwatch.source_settings import SOURCE_KINDS, SourceSettings
from linkwatch.sources import OTHER_KINDS, SOURCES
from linkwatch.toml_tables import build

EXAMPLE = Path(__file__).parents[2] / "include" / "linkwatch.example.toml"
SECTIONS = {entry.name: type(entry.default) for entry in dataclasses.fields(Settings) if dataclasses.is_dataclass(entry.default)}
SITE = {"site": "example.com", "role": "own"}
SOURCE = {"kind": "pages", "path": "pages.txt"}
MINIMAL = {"site": [SITE], "source": [SOURCE]}


def parse(document: dict) -> Settings:
    """Settings of a document that comes from no file."""
    return parse_settings(document, home=Path("/home/u/.linkwatch"))


def uncommented() -> str:
    """The example file with its examples switched on."""
    return re.sub(r"^#(?=[a-z\[])", "", EXAMPLE.read_text(), flags=re.MULTILINE)


def test_example_loads_as_it_is():
    """The example file is a valid settings file."""
    loaded = load_settings(EXAMPLE, environ={"LINKWATCH_HOME": "/srv/linkwatch"})
    assert [site.site for site in loaded.sites] == ["example.com", "rival.example"]
    assert loaded.sources[0].path == str(EXAMPLE.parent / "watched-pages.txt")
    assert loaded.warehouse_url == "sqlite:////srv/linkwatch/linkwatch.sqlite"


@pytest.mark.parametrize("section", SECTIONS)
def test_example_has_every_key_with_its_default(section):
    """A section of the example has every key of its dataclass, with the default as its value and a comment beside it."""
    document = tomllib.loads(EXAMPLE.read_text())
    assert set(document[section]) == {field.name for field in dataclasses.fields(SECTIONS[section])}
    assert build(SECTIONS[section], document[section], section) == SECTIONS[section]()
    for key in document[section]:
        assert re.search(rf"^{key} = .+# \w", EXAMPLE.read_text(), re.MULTILINE), f"{key} has no comment"


def test_example_shows_every_kind_and_key_of_site_and_source():
    """With its examples switched on, the file is valid and shows every kind of source and every key."""
    document = tomllib.loads(uncommented())
    loaded = parse(document)
    assert {source.kind for source in loaded.sources} == set(SOURCE_KINDS)
    assert {site.scope for site in loaded.sites} == set(Scope)
    for table, kind in (("site", Site), ("source", SourceSettings)):
        assert {key for entry in document[table] for key in entry} == {entry.name for entry in dataclasses.fields(kind)}
    assert build(SourceSettings, next(entry for entry in document["source"] if entry["kind"] == "sitemap"), "").max_pages == 5000


def test_every_kind_has_its_reader():
    """The kinds that settings allow are those that the sources know."""
    assert set(SOURCE_KINDS) == {*SOURCES, *OTHER_KINDS}


def test_defaults():
    """Two tables are all that is needed."""
    loaded = parse(MINIMAL)
    assert loaded.sites == (Site("example.com", Role.OWN, Scope.DOMAIN),)
    assert loaded.sources == (SourceSettings("pages", name="pages", path=str(Path.cwd() / "pages.txt")),)
    assert [getattr(loaded, name) for name in SECTIONS] == [kind() for kind in SECTIONS.values()]


def test_sources_are_numbered_by_kind():
    """Sources without a name are told apart by a number."""
    loaded = parse({**MINIMAL, "source": [SOURCE, {**SOURCE, "name": "mine"}, SOURCE, SOURCE]})
    assert [source.name for source in loaded.sources] == ["pages", "mine", "pages_2", "pages_3"]


def test_warehouse_comes_from_the_environment(tmp_path):
    """The warehouse's address, which holds a password, is a variable and not a key."""
    file = tmp_path / "linkwatch.toml"
    file.write_text('\ufeff[[site]]\nsite = "example.com"\nrole = "own"\n[[source]]\nkind = "pages"\npath = "p.txt"\n')
    loaded = load_settings(environ={"LINKWATCH_CONFIG": str(file), "LINKWATCH_WAREHOUSE": "postgresql+psycopg://u@db/links"})
    assert loaded.warehouse_url == "postgresql+psycopg://u@db/links"
    assert loaded.sources[0].path == str(tmp_path / "p.txt")


def with_site(**more) -> dict:
    """A document whose site has further keys."""
    return {**MINIMAL, "site": [{**SITE, **more}]}


def with_source(**source) -> dict:
    """A document with another source."""
    return {**MINIMAL, "source": [source]}


def with_section(name: str, **keys) -> dict:
    """A document with one section."""
    return {**MINIMAL, name: keys}


MISTAKES = [
    ({}, "no [[site]] is given; expected at least one"),
    ({"site": [SITE]}, "no [[source]] is given; expected at least one"),
    ({**MINIMAL, "fetsch": {}}, "unknown key fetsch; did you mean fetch?"),
    ({**MINIMAL, "zzz": {}}, "unknown key zzz; known keys: audit, confirm, evidence, fetch"),
    (with_section("fetch", time_out_s=1.0), "unknown key fetch.time_out_s; did you mean fetch.read_timeout_s?"),
    (with_section("slack", token="xoxb-1"), "unknown key slack.token"),
    (with_site(rolle="own"), "unknown key site[1].rolle; did you mean site[1].role?"),
    ({**MINIMAL, "site": [{"site": "example.com"}]}, "site[1].role is missing"),
    (with_site(role="mine"), "site[1].role is 'mine'; expected one of 'own', 'competitor'"),
    (with_site(scope="page"), "site[1].scope is 'page'; expected one of 'domain', 'host', 'prefix'"),
    (with_site(site="not a domain"), "site[1].site is 'not a domain'; expected a domain such as example.com"),
    (with_site(site="example.com/shop/"), "site[1].site is 'example.com/shop/', which has a path; add scope = \"prefix\""),
    (with_site(brand=["Example", "X-1"]), "site[1].brand has 'X-1'; expected 3 letters or digits at least"),
    ({**MINIMAL, "site": [SITE, SITE]}, "two [[site]] are named 'example.com'"),
    ({**MINIMAL, "site": SITE}, "site is dict; expected tables, each headed [[site]]"),
    ({**MINIMAL, "fetch": [1]}, "fetch is list; expected a table headed [fetch]"),
    (with_source(kind="page", path="x"), "source[1].kind is 'page'; did you mean 'pages'?"),
    (with_source(kind="zzz", path="x"), "source[1].kind is 'zzz'; expected one of pages, links_csv, ahrefs_csv, semrush_csv"),
    (with_source(kind="pages"), "source[1].path is missing; expected the file that source pages reads"),
    (with_source(kind="sitemap", site="rival.example"), "source[1].site is 'rival.example'; expected an own site: example.com"),
    (with_source(kind="pages", path="x", name="a,b"), "source.name is 'a,b'; expected a name without comma or slash"),
    ({**MINIMAL, "source": [{**SOURCE, "name": "a"}] * 2}, "two [[source]] are named 'a'"),
    (with_section("fetch", delay_s="1"), "fetch.delay_s is '1'; expected float"),
    (with_section("fetch", shards=True), "fetch.shards is True; expected int"),
    (with_section("fetch", shards=0), "fetch.shards is 0; expected more than 0"),
    (with_section("confirm", spacing_h=-1), "confirm.spacing_h is -1.0; expected more than 0"),
    (with_section("evidence", warc="all"), 'evidence.warc is \'all\'; expected one of "own", "off"'),
    (with_section("confirm", important="x.example"), "confirm.important is 'x.example'; expected tuple"),
    (with_section("audit", min_live_share=70), "audit.min_live_share is 70.0; expected a share between 0 and 1"),
    (with_section("fetch", proxy="127.0.0.1:8899"), "fetch.proxy is '127.0.0.1:8899'; expected e.g. \"http://127.0.0.1:8899\""),
]


@pytest.mark.parametrize(("document", "words"), [pytest.param(*case, id=case[1][:50]) for case in MISTAKES])
def test_mistakes(document, words):
    """A mistake is told with the key, what was got, and what was expected or meant."""
    with pytest.raises(SettingsError) as raised:
        parse(document)
    assert str(raised.value).startswith(f"settings: {words}")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "cannot read"),
        (b"[[site]\n", "is not TOML"),
        ("site = 'caf\xe9'".encode("latin-1"), "is not UTF-8 (byte 11); save it as UTF-8"),
    ],
)
def test_files_that_are_no_settings(content, words, tmp_path):
    """A file that is missing or damaged is named."""
    file = tmp_path / "linkwatch.toml"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(SettingsError) as raised:
        load_settings(file)
    assert words in str(raised.value)
    assert str(file) in str(raised.value)


def test_no_settings_file_is_named():
    """Without a settings file the message says how to get one."""
    with pytest.raises(SettingsError, match=r"LINKWATCH_CONFIG is not set"):
        load_settings(environ={})


def test_zero_is_allowed_where_it_means_something():
    """No delay, no spacing, no redirects and no days are settings; tests and fast proxies use them."""
    loaded = parse({**MINIMAL, "fetch": {"delay_s": 0, "max_redirects": 0}, "confirm": {"spacing_h": 0, "vanished_days": 0}})
    assert (loaded.fetch.delay_s, loaded.fetch.max_redirects, loaded.confirm.spacing_h) == (0.0, 0, 0.0)
    assert settings.home_of({"LINKWATCH_HOME": "/srv/x"}) == Path("/srv/x")
