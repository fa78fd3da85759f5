"""Words that trials are made of: the sites that are watched, anchors of every kind, names of domains, themes and other sites."""

from linkwatch.model import Role, Scope, Site

BRANDS = (
    *("Fernway", "Oakmere", "Larkfield", "Tidewell", "Brackton", "Holmwick", "Sandhurstia", "Pinewell"),
    *("Marlowby", "Ashcombe", "Ravensby", "Kestrow", "Willowick", "Dunmoor", "Elmsford", "Hartwell"),
)
SITES = tuple(Site(f"{brand.lower()}.example", Role.OWN, Scope.DOMAIN, brand=(brand,)) for brand in BRANDS)
"""Own sites, all of them shops of shoes and gear: most trials are about the first; those of whole nights have one each."""

MONEY = (
    *("cheap running shoes", "best trail shoes online", "buy hiking boots", "discount walking boots", "running shoes sale"),
    *("waterproof hiking boots uk", "best rucksack deals", "buy tents online", "cheap camping gear", "trail shoe discounts"),
    *("outlet hiking shoes", "best walking poles", "cheap sleeping bags", "camping stoves for sale", "buy climbing shoes"),
    *("women's running shoes", "lightweight tents cheap", "best head torches", "discount rain jackets", "kids hiking boots"),
)
"""What a shop would like to be found for."""

EDITORIAL = (
    *("a survey of long-distance walkers", "how soles wear down", "its annual count of path repairs", "this guide to lacing"),
    *("the history of the climbing boot", "a table of waterproof ratings", "tests of forty head torches", "what walkers carry"),
    *("a study of blisters", "the story behind the mountain huts", "its repair figures", "an interview with a cobbler"),
    *("maps of the coastal path", "how rubber is recycled", "the numbers for last winter", "a chart of tread patterns"),
)
"""What an editor writes: it tells what stands there."""

GENERIC = ("here", "this article", "read more", "source", "website", "more information")

TARGETS = ("/", "/guides/lacing", "/guides/soles", "/shop/trail-shoes", "/shop/boots", "/reports/walkers", "/about")

FIRST = (
    *("maple", "harbour", "copper", "silver", "northern", "river", "granite", "meadow", "juniper", "lantern", "willow", "amber"),
    *("falcon", "cedar", "summit", "orchard", "velvet", "marble", "coral", "autumn", "prairie", "crystal", "saffron", "thistle"),
)
LAST = (
    *(
        "gazette",
        "notes",
        "review",
        "journal",
        "courier",
        "digest",
        "kitchen",
        "garden",
        "workshop",
        "herald",
        "letters",
        "diary",
    ),
    *("studio", "collective", "times", "almanac", "corner", "press", "observer", "weekly", "academy", "lab", "chronicle", "post"),
)

THEMES = (
    "astra",
    "neve",
    "kadence",
    "hestia",
    "sydney",
    "ocean",
    "generous",
    "storefront",
    "blocksy",
    "hueman",
    "zakra",
    "spacious",
)
PLUGINS = (
    *("elementor", "contact-form-7", "jetpack", "yoast", "akismet", "wp-rocket", "woocommerce", "mailpoet", "smush", "polylang"),
    *("wordfence", "tablepress", "redirection", "disqus", "autoptimize", "gutentor"),
)

OTHERS = tuple(
    f"{first}{last}.example" for first in ("blue", "open", "city", "green", "old", "the", "my", "data") for last in LAST
)
"""Domains that everybody may link to."""

SPAM_HOSTS = {
    "casino": (
        "lucky-casino-bonus.example",
        "best-slots-casino.example",
        "royal-poker-room.example",
        "live-betting-tips.example",
    ),
    "pharma": ("cheap-viagra-store.example", "buy-cialis-now.example", "tramadol-direct.example", "xanax-without-rx.example"),
    "adult": ("hot-escorts-city.example", "free-porn-hub.example", "adult-dating-now.example", "xxx-videos-free.example"),
    "loan": (
        "fast-payday-loans.example",
        "payday-loan-today.example",
        "instant-loan-cash.example",
        "no-credit-check-loans.example",
    ),
}
SPAM_ANCHORS = {
    "casino": ("online casino bonus", "play roulette online", "best poker sites", "slot gacor", "sports betting tips"),
    "pharma": ("buy viagra online", "cheap cialis", "tramadol overnight", "canadian pharmacy", "order xanax"),
    "adult": ("london escorts", "free porn videos", "adult dating", "sex cams", "hentai gallery"),
    "loan": ("payday loans", "instant loan approval", "bad credit loans", "no credit check loan", "cash advance online"),
    "fake": ("replica watches", "essay writing service", "fake diploma", "replica handbags", "write my essay"),
}
