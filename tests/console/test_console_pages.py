"""The console's pages by themselves; that Airflow's real login stands before them is in integration/test_live_airflow.py."""

from datetime import UTC, datetime

import pytest
from fastapi.testclient import TestClient

from linkwatch.model import Audit, NightSummary
from linkwatch.quality import AuditResult, ExpectationResult
from linkwatch.snapshots import NightStore
from linkwatch.warehouse import migrate, open_warehouse, record_held

HOSTILE = "<script>alert(1)</script>"
NIGHT = "2026-01-05"
SETTINGS = '[[site]]\nsite = "own.example"\nrole = "own"\n[[source]]\nkind = "pages"\npath = "pages.txt"\n'
REPORT = "week-2026-01-05.html"


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A home with settings and nothing else."""
    (tmp_path / "settings.toml").write_text(SETTINGS)
    monkeypatch.setenv("LINKWATCH_HOME", str(tmp_path))
    monkeypatch.setenv("LINKWATCH_CONFIG", str(tmp_path / "settings.toml"))
    monkeypatch.delenv("LINKWATCH_WAREHOUSE", raising=False)
    return tmp_path


@pytest.fixture
def stranger(home, airflow_home):
    """Somebody who is not logged in."""
    del home, airflow_home
    from linkwatch.console import app

    return TestClient(app)


@pytest.fixture
def reader(stranger):
    """Somebody whom Airflow lets read the nightly DAG."""
    from linkwatch.console import app, may_read

    app.dependency_overrides[may_read] = lambda: None
    yield stranger
    app.dependency_overrides.clear()


def hold_night(home, *, site="own.example", observed="0.4"):
    """A night that the audit holds, on disk and in the warehouse."""
    store = NightStore(home)
    as_of = datetime(2026, 1, 5, 3, tzinfo=UTC)
    store.begin(NIGHT, as_of)
    verdict = ExpectationResult("live_share", "live volume", "holds", False, observed, "at least 0.7", "look", ())
    store.write_facts(NIGHT, "audit", AuditResult(NIGHT, False, (verdict,)).to_dict())
    engine = open_warehouse(f"sqlite:///{home / 'linkwatch.sqlite'}")
    migrate(engine)
    record_held(engine, [NightSummary(NIGHT, site, Audit.HELD, 9, 8, 1, 1234, 56, 0, 0, 0, 0, 0, as_of, as_of)])


def write_report(home, name=REPORT):
    """A report with this name."""
    (home / "reports").mkdir(exist_ok=True)
    (home / "reports" / name).write_text("<!doctype html><title>the week</title>")


def test_every_route_asks_for_a_login(stranger):
    """Airflow asks for none on a plugin's routes, so a route that forgets to would be open to everybody."""
    from linkwatch.console import app

    paths = [route.path.replace("{name}", REPORT) for route in app.routes]
    assert [stranger.get(path).status_code for path in paths] == [401] * len(paths)
    assert len(paths) == 2


def test_a_fresh_home_says_what_comes_first(reader):
    """No night and no report is no error."""
    page = reader.get("/")
    assert page.status_code == 200
    assert page.text.count("None yet.") == 2


def test_a_held_night_says_why_and_what_to_do(reader, home):
    """The failed expectation, both commands, and the counts of each site."""
    hold_night(home)
    page = reader.get("/").text
    for text in ("live volume: 0.4 (expected at least 0.7)", f"linkwatch release {NIGHT}", f"linkwatch drop {NIGHT}", "1,234"):
        assert text in page, text


def test_nothing_from_outside_is_markup(reader, home):
    """The name of a site and what the audit observed (text from pages) are shown as they are."""
    hold_night(home, site=HOSTILE, observed=HOSTILE)
    page = reader.get("/").text
    assert HOSTILE not in page
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt;") == 2


def test_only_files_that_are_reports_are_listed(reader, home):
    """A file that somebody else put there is neither listed nor shown."""
    stray = 'week-"><img src=x>.html'
    write_report(home)
    write_report(home, stray)
    page = reader.get("/").text
    assert f'href="reports/{REPORT}"' in page
    assert "<img" not in page
    assert reader.get(f"/reports/{stray}").status_code == 404


def test_a_report_is_shown_as_it_was_written(reader, home):
    """With a policy that lets it load nothing and lets nobody but Airflow frame it."""
    write_report(home)
    answer = reader.get(f"/reports/{REPORT}")
    assert answer.text == "<!doctype html><title>the week</title>"
    assert answer.headers["content-type"].startswith("text/html")
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "frame-ancestors 'self'" in answer.headers["content-security-policy"]
    assert answer.headers["x-frame-options"] == "SAMEORIGIN"


@pytest.mark.parametrize(
    "name",
    ["week-2026-01-12.html", "..%2Fsettings.toml", "%2E%2E%2Fsettings.toml", "..%2Flinkwatch.sqlite", "%2Fetc%2Fpasswd", "."],
)
def test_what_is_no_report_is_not_found(reader, home, name):
    """An unknown week, and every way out of the folder."""
    write_report(home)
    answer = reader.get(f"/reports/{name}")
    assert answer.status_code == 404
    assert "own.example" not in answer.text


def test_what_a_person_can_mend_is_said_on_the_page(reader, home, monkeypatch):
    """Settings that cannot be read are named, with markup in their path shown as text."""
    monkeypatch.setenv("LINKWATCH_CONFIG", str(home / "<b>missing.toml"))
    page = reader.get("/")
    assert page.status_code == 503
    assert "cannot read" in page.text
    assert "&lt;b&gt;missing.toml" in page.text
