"""Registers linkwatch's pages with Airflow; nothing else.

Every Airflow process loads its plugins, and only the API server shows pages: the pages are imported with the first request.
"""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, ClassVar

from airflow.plugins_manager import AirflowPlugin


async def console(
    scope: MutableMapping[str, Any],
    receive: Callable[[], Awaitable[MutableMapping[str, Any]]],
    send: Callable[[MutableMapping[str, Any]], Awaitable[None]],
) -> None:
    """The ASGI application of `linkwatch.console`."""
    from linkwatch.console import app

    await app(scope, receive, send)


class LinkwatchPlugin(AirflowPlugin):
    """The console under /linkwatch, and its entry in the navigation."""

    name = "linkwatch"
    fastapi_apps: ClassVar[list[dict[str, Any]]] = [{"name": "linkwatch", "app": console, "url_prefix": "/linkwatch"}]
    external_views: ClassVar[list[dict[str, Any]]] = [
        {"name": "Backlinks", "href": "linkwatch/", "destination": "nav", "url_route": "linkwatch"}
    ]
