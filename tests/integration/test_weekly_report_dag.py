"""The weekly DAG over a week with a gain, a loss and a held night: marts, one HTML file, one message."""

import contextlib
import html
import io
import re
from datetime import UTC, datetime

import pytest

from linkwatch.cli.night_run import run_dag
from night_home import OWN, NightHome, page
from servers.page_proxy import page_proxy

MONDAY_AFTER = datetime(2026, 3, 9, 6, tzinfo=UTC)
STAYS, GOES, COMES = "http://stays.example/", "http://goes.example/a", "http://comes.example/"


@pytest.fixture(scope="module")
def week(airflow_home, tmp_path_factory):
    """A home after three nights (Monday 2 March on), and what the weekly DAG printed when it ran, and ran again."""
    del airflow_home
    home_folder = tmp_path_factory.mktemp("week")
    with page_proxy() as proxy:
        home = NightHome(home_folder, proxy.address, [STAYS, GOES, COMES])
        for url in (STAYS, GOES):
            proxy.put(url, page(OWN, anchor="<b>5 < 6</b>"))
        proxy.put(COMES, page())
        assert home.run(1)
        proxy.put(GOES, page())
        proxy.put(COMES, page(OWN))
        assert home.run(2)
        assert home.run(3)
        printed = io.StringIO()
        with home.used(), contextlib.redirect_stdout(printed):
            for _ in range(2):
                assert run_dag("weekly_report", MONDAY_AFTER) == []
        return home, printed.getvalue()


def test_the_marts_count_links_and_referring_domains(week):
    """One row a site for the week, one a referring domain, and a second run replaces and does not add."""
    home, _ = week
    [site] = home.rows("SELECT * FROM weekly_site")
    assert site["week_start"] == "2026-03-02"
    names = ("links_live", "referring_domains_live", "links_gained", "links_lost", "nights_passed", "nights_held")
    assert [site[name] for name in names] == [2, 2, 1, 1, 3, 0]
    domains = home.rows("SELECT source_domain, links_live, links_gained, links_lost FROM weekly_referring_domain ORDER BY 1")
    assert [tuple(row.values()) for row in domains] == [
        ("comes.example", 1, 1, 0),
        ("goes.example", 0, 0, 1),
        ("stays.example", 1, 0, 0),
    ]


def test_the_report_is_one_file_that_says_what_was_lost_and_why(week):
    """The lost link, its reason and its page are in the HTML; text from pages is escaped; nothing is loaded from elsewhere."""
    home, _ = week
    text = (home.folder / "reports" / "week-2026-03-02.html").read_text(encoding="utf-8")
    plain = html.unescape(re.sub(r"<[^>]+>", " ", text))
    assert "goes.example" in plain
    assert "link removed" in plain
    assert "<b>5 < 6</b>" not in text
    assert not re.search(r"""(src|href)\s*=\s*["']?(https?:)?//[^"']*\.(js|css|png|svg|woff)""", text)


def test_the_week_is_told_once(week):
    """One message with the numbers, printed as there is no Slack connection, and not again on the second run."""
    home, printed = week
    assert home.column("SELECT status FROM alert WHERE kind = 'weekly'") == ["printed"]
    assert printed.count("the week up to 2026-03-08") == 1
    assert "own.example: 2 links live from 2 referring domains; 1 link gained, 1 link lost" in printed
