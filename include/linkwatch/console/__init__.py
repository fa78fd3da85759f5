"""Pages inside Airflow's web interface: the nights, and the weekly reports. Read-only, and only for who is logged in.

Airflow does not ask for a login on a plugin's routes (measured), so every route here depends on its user.
"""

import html
import re
from typing import Annotated, Any

from airflow.api_fastapi.core_api.security import get_user
from fastapi import Depends, FastAPI, HTTPException
from fastapi.responses import FileResponse, HTMLResponse

from linkwatch.settings import load_settings
from linkwatch.steps.upkeep import NightView, list_nights
from linkwatch.steps.week import reports_folder

app = FastAPI(title="linkwatch", docs_url=None, redoc_url=None, openapi_url=None)

_REPORT = re.compile(r"week-\d{4}-\d{2}-\d{2}\.html")
_STYLE = (
    "body{font:15px/1.5 system-ui,sans-serif;margin:2rem;max-width:70rem}table{border-collapse:collapse}"
    "td,th{padding:.3rem .9rem .3rem 0;text-align:left;border-bottom:1px solid #8884}td.n{text-align:right}"
)
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:",
    "X-Frame-Options": "SAMEORIGIN",
}

User = Annotated[Any, Depends(get_user)]


@app.get("/", response_class=HTMLResponse)
def overview(user: User) -> HTMLResponse:
    """The last nights and where the reports are."""
    del user
    nights = "".join(_row(view, number, row) for view in list_nights(30) for number, row in enumerate(view.rows))
    folder = reports_folder(load_settings())
    reports = sorted((path.name for path in folder.glob("week-*.html")), reverse=True)
    items = "".join(f'<li><a href="reports/{html.escape(name)}">{html.escape(name)}</a></li>' for name in reports)
    heads = "".join(f"<th>{name}</th>" for name in ("night", "status", "site", *(label for label, _ in _COUNTS)))
    head = f"<!doctype html><meta charset=utf-8><title>linkwatch</title><style>{_STYLE}</style>"
    body = f"<h1>linkwatch</h1><h2>Weekly reports</h2><ul>{items or '<li>none yet</li>'}</ul>"
    body += f"<h2>Nights</h2><table><tr>{heads}</tr>{nights}</table>"
    return HTMLResponse(head + body, headers=_HEADERS)


@app.get("/reports/{name}", response_class=FileResponse)
def report(name: str, user: User) -> FileResponse:
    """One weekly report, as it was written."""
    del user
    path = reports_folder(load_settings()) / name
    if not _REPORT.fullmatch(name) or not path.is_file():
        raise HTTPException(404, "no such report")
    return FileResponse(path, media_type="text/html", headers=_HEADERS)


_COUNTS = (
    ("links live", "links_live"),
    ("referring domains live", "referring_domains_live"),
    ("links gained", "gained"),
    ("links lost", "lost"),
    ("links recovered", "recovered"),
    ("links changed", "changed"),
    ("to look at", "findings"),
)


def _row(view: NightView, number: int, row: Any) -> str:
    first = [view.night, view.status] if number == 0 else ["", ""]
    cells = "".join(f"<td>{html.escape(text)}</td>" for text in [*first, row.site])
    return f"<tr>{cells}{''.join(f'<td class=n>{getattr(row, name):,}</td>' for _, name in _COUNTS)}</tr>"
