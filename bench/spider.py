"""Scrapy as one writes it: a spider, its LinkExtractor, sixteen requests at a time, no pause, no robots.txt."""

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit

from bench.extracting import Answer, told
from bench.pages import WATCHED


def links(urls: Sequence[str]) -> Callable[[], Answer]:
    """Read every page and keep its links to the watched site."""
    import scrapy
    from scrapy.crawler import CrawlerProcess
    from scrapy.linkextractors import LinkExtractor

    found: list[tuple[str, str]] = []

    class Links(scrapy.Spider):
        name = "links"
        extractor = LinkExtractor(allow_domains=[WATCHED])

        async def start(self) -> AsyncIterator[Any]:
            for url in urls:
                yield scrapy.Request(url, dont_filter=True)

        def parse(self, response: Any) -> Iterator[Any]:
            found.extend((urlsplit(response.url).path, link.url) for link in self.extractor.extract_links(response))
            yield from ()

    settings = {
        "LOG_ENABLED": False,
        "TELNETCONSOLE_ENABLED": False,
        "CONCURRENT_REQUESTS": 16,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 16,
        "DOWNLOAD_DELAY": 0,
        "ROBOTSTXT_OBEY": False,
    }
    process = CrawlerProcess(settings)
    process.crawl(Links)

    def work() -> Answer:
        process.start()
        return told(found)

    return work
