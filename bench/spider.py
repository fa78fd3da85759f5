"""Scrapy as one writes it, as a program: {"urls", "watched"} on standard input, pairs of page path and target on output."""

import json
import sys
from collections.abc import AsyncIterator, Iterator
from typing import Any
from urllib.parse import urlsplit

import scrapy
from scrapy.crawler import CrawlerProcess
from scrapy.linkextractors import LinkExtractor

TASK = json.load(sys.stdin)
FOUND: list[tuple[str, str]] = []


class Links(scrapy.Spider):
    """Reads every page and keeps its links to the watched site."""

    name = "links"
    extractor = LinkExtractor(allow_domains=[TASK["watched"]], unique=True)

    async def start(self) -> AsyncIterator[Any]:
        """A request a page."""
        for url in TASK["urls"]:
            yield scrapy.Request(url, dont_filter=True)

    def parse(self, response: Any) -> Iterator[Any]:
        """Keep the links of one page."""
        FOUND.extend((urlsplit(response.url).path, link.url) for link in self.extractor.extract_links(response))
        yield from ()


if __name__ == "__main__":
    settings = {
        "LOG_ENABLED": False,
        "TELNETCONSOLE_ENABLED": False,
        "CONCURRENT_REQUESTS": 16,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 16,
        "DOWNLOAD_DELAY": 0,
        "ROBOTSTXT_OBEY": False,
        "RETRY_ENABLED": False,
    }
    process = CrawlerProcess(settings)
    process.crawl(Links)
    process.start()
    json.dump(FOUND, sys.stdout)
