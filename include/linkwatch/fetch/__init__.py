"""Read pages: one client with caps, manners and a guard; every attempt ends in one outcome. What a page says is extract's."""

from linkwatch.fetch.answers import HTML_TYPES, XML_TYPES
from linkwatch.fetch.client import Fetcher, user_agent
from linkwatch.fetch.guard import refused_host

__all__ = ["HTML_TYPES", "XML_TYPES", "Fetcher", "refused_host", "user_agent"]
