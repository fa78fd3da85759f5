"""The weekly report in a real browser, without a network."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from linkwatch.reports import build_report, render
from unit.reports.sample_week import CHANGES, DOMAINS, HISTORY, MONDAY, SITES, SUSPICION, sample_nights

FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking")
FLAGS += ("--disable-component-update", "--disable-sync", "--hide-scrollbars", "--window-size=1100,1600")


@pytest.fixture(scope="module")
def chromium() -> str:
    """Path of a Chromium; where root may install Debian's, it is installed, else the test is skipped with the reason."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if path := shutil.which(name):
            return path
    if os.geteuid() == 0 and shutil.which("apt-get"):
        installed = subprocess.run(
            ["apt-get", "install", "-y", "--no-install-recommends", "chromium"], capture_output=True, text=True, check=False
        )
        if path := shutil.which("chromium"):
            return path
        pytest.skip(f"chromium could not be installed: {installed.stderr[-300:]}")
    pytest.skip("there is no chromium, and only root can install it")


def asked_for(chromium: str, page: str, folder: Path) -> set[str]:
    """Web addresses that a browser without a network wants to load for a page. Leaves `shown.png` in the folder."""
    folder.mkdir()
    (folder / "page.html").write_text(page, encoding="utf-8")
    subprocess.run(
        [
            chromium,
            *FLAGS,
            f"--user-data-dir={folder / 'profile'}",
            "--host-resolver-rules=MAP * ~NOTFOUND",
            f"--log-net-log={folder / 'net.json'}",
            f"--screenshot={folder / 'shown.png'}",
            (folder / "page.html").as_uri(),
        ],
        check=True,
        capture_output=True,
        timeout=120,
    )
    told = (folder / "net.json").read_text().split('"')
    return {address for address in told if address.startswith(("http://", "https://")) and ".example" in address}


def test_chromium_shows_the_report_offline(chromium: str, tmp_path: Path):
    """The page renders with its charts and the browser asks no host for anything; a picture put into it would be seen."""
    report = build_report(
        MONDAY, sites=SITES, domains=DOMAINS, nights=sample_nights(), changes=CHANGES, suspicion=SUSPICION, history=HISTORY
    )
    page = render(report)
    assert asked_for(chromium, page, tmp_path / "report") == set()
    assert (tmp_path / "report" / "shown.png").stat().st_size > 50_000
    spoilt = page.replace("Content-Security-Policy", "x").replace("<main>", '<main><img src="http://cdn.example/a.png">')
    assert "http://cdn.example/a.png" in asked_for(chromium, spoilt, tmp_path / "spoilt")
