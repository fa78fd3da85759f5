"""Pages inside Airflow's web interface: the nights, and the weekly reports. They read and change nothing.

Airflow does not ask for a login on a plugin's routes (measured), so every route here asks for what Airflow asks for its own
page of the nightly DAG: who may read `nightly_links` may read what it found. Where Airflow lets everybody in (the embedded
one on loopback), so does this.
"""

import re
from typing import Annotated, Any

from airflow.api_fastapi.core_api.security import requires_access_dag
from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.responses import FileResponse, HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

from linkwatch.errors import LinkwatchError
from linkwatch.settings import load_settings
from linkwatch.steps.upkeep import list_nights
from linkwatch.steps.week import reports_folder

NIGHTS = 30
"""How many are shown, newest first."""

COUNTS = (
    ("Links live", "links_live"),
    ("Referring domains live", "referring_domains_live"),
    ("Links gained", "gained"),
    ("Links lost", "lost"),
    ("Links recovered", "recovered"),
    ("Links changed", "changed"),
    ("New to look at", "findings"),
)
"""Columns of the list of nights: heading, and column of the table `night`."""

app = FastAPI(title="linkwatch", docs_url=None, redoc_url=None, openapi_url=None)

_REPORT = re.compile(r"week-(\d{4}-\d{2}-\d{2})\.html")
_HEADERS = {
    # Airflow shows the pages in a frame of its own; nobody else may.
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'",
    "X-Frame-Options": "SAMEORIGIN",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "private, no-cache",
}
_TEMPLATES = Environment(
    loader=PackageLoader("linkwatch"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)

may_read = requires_access_dag("GET", param_dag_id="nightly_links")
"""Airflow's own check: 401 for who is not logged in, 403 for who may not read the nightly DAG."""

Reader = Annotated[None, Depends(may_read)]


@app.get("/", response_class=HTMLResponse)
def overview(_: Reader) -> HTMLResponse:
    """The last nights and where the reports are."""
    found = ((_REPORT.fullmatch(path.name), path.name) for path in reports_folder(load_settings()).glob("week-*.html"))
    reports = sorted(((name, match[1]) for match, name in found if match), reverse=True)
    return _page(200, views=list_nights(NIGHTS), reports=reports, problem="")


@app.get("/reports/{name}", response_class=FileResponse)
def report(name: str, _: Reader) -> FileResponse:
    """One weekly report, as it was written."""
    path = reports_folder(load_settings()) / name
    if not _REPORT.fullmatch(name) or not path.is_file():
        raise HTTPException(404, "no such report")
    return FileResponse(path, media_type="text/html", headers=_HEADERS)


@app.exception_handler(LinkwatchError)
def _say_problem(request: Request, error: Exception) -> HTMLResponse:
    """What a person can mend (settings, the warehouse) is said on the page; the rest stays an internal error."""
    del request
    return _page(503, problem=str(error), views=(), reports=())


def _page(status: int, **content: Any) -> HTMLResponse:
    text = _TEMPLATES.get_template("console.html").render(title="Backlinks", counts=COUNTS, **content)
    return HTMLResponse(text, status, headers=_HEADERS)
