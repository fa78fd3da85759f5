"""The weekly report: numbers (weekly.py, build.py, suspicion.py), words, pictures, and one HTML file (render.py).

`build_report` takes rows of the warehouse (`as_numbers` for its dataclasses), `render` makes the page.
"""

from linkwatch.reports.build import build_report
from linkwatch.reports.render import render
from linkwatch.reports.suspicion import SuspicionWeek, suspicion_week
from linkwatch.reports.weekly import (
    DomainNumbers,
    Report,
    SiteNumbers,
    WeeklySite,
    as_numbers,
    week_of,
    weekly_domain_rows,
    weekly_site_rows,
)

__all__ = [
    "DomainNumbers",
    "Report",
    "SiteNumbers",
    "SuspicionWeek",
    "WeeklySite",
    "as_numbers",
    "build_report",
    "render",
    "suspicion_week",
    "week_of",
    "weekly_domain_rows",
    "weekly_site_rows",
]
