"""The places of the example web's play: the watched sites, the addresses that links lead to, hosts with manners of their own."""

from linkwatch.model import Role, Scope, Site
from linkwatch.world.scenes import NOT_FOUND, Host, Page, Scene

OWN = Site("fernwood.example", Role.OWN, Scope.DOMAIN, brand=("Fernwood", "Fernwood Garden"))
COMPETITORS = (
    Site("oakline.example", Role.COMPETITOR, Scope.DOMAIN, brand=("Oakline",)),
    Site("pinecrest.example", Role.COMPETITOR, Scope.DOMAIN, brand=("Pinecrest",)),
)

HOME = "http://fernwood.example/"
SHEDS = "http://fernwood.example/garden-sheds/"
BENCHES = "http://fernwood.example/benches/teak-bench/"
TOOLS = "http://fernwood.example/tools/"
WINTER = "http://fernwood.example/guides/winter-garden/"
PONDS = "http://fernwood.example/guides/small-ponds/"
PONDS_2026 = "http://fernwood.example/guides/garden-ponds-2026/"
SOIL = "http://fernwood.example/guides/soil-care/"
CATALOGUE = "http://fernwood.example/catalogue-2024/"  # breaks on night 3, is mended on night 6
OFFERS = "http://shop.fernwood.example/offers/"
OAK = "http://oakline.example/"
OAK_TABLES = "http://oakline.example/tables/"
OAK_SHEDS = "http://oakline.example/summer-houses/"
PINE = "http://pinecrest.example/"
PINE_DECKS = "http://pinecrest.example/decking/"

SLUGS = ("beds", "bulbs", "cuttings", "drains", "edging", "ferns", "glass", "herbs", "irises", "jars", "kale", "lawns", "moss")
GUIDES = tuple(f"http://fernwood.example/guides/{slug}/" for slug in SLUGS)
OWN_PAGES = tuple(
    Page(url, scenes={3: NOT_FOUND, 6: Scene()} if url == CATALOGUE else {}, source="sitemap")
    for url in (HOME, SHEDS, BENCHES, TOOLS, WINTER, PONDS, PONDS_2026, SOIL, CATALOGUE, *GUIDES)
)
OTHER_TARGETS = tuple(Page(url) for url in (OFFERS, OAK, OAK_TABLES, OAK_SHEDS, PINE, PINE_DECKS))

_KEEP_OUT = "User-agent: *\nDisallow: /\n"
HOSTS = (
    Host(
        "fernwood.example",
        "gzip",
        robots={1: "User-agent: *\nDisallow: /basket/\n\nSitemap: http://fernwood.example/sitemap.xml\n"},
    ),
    Host("alpine-notes.example", "gzip", robots={1: "User-agent: *\nDisallow: /wp-admin/\nCrawl-delay: 0.1\n"}),
    Host("www.trail-gear.example", "br", validators=True),
    Host("slow-archive.example", validators=True),
    Host("paper-trail.example", "gzip", validators=True),
    Host("plot-planner.example", "br"),
    Host("frost-calendar.example", "zstd", validators=True),
    Host("keep-out.example", robots={2: _KEEP_OUT}),
    Host("sad-i-dom.example", "gzip", charset="windows-1251", language="ru"),
    Host("ogorod.example", charset="windows-1251", charset_in="meta", language="ru"),
)
"""Hosts with manners of their own; all others speak plain UTF-8."""
