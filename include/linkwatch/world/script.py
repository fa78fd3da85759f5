"""The script: who plays which part in the example web, and on which nights. Data only; a row is a page.

A row reads: address, link, scenes by night, what a right linkwatch tells and when. Nights count from 1; a scene plays until the
next one; without a scene for night 1 the page shows its links. The tells are written by hand from the design's evidence table:
first sight is `discovered` unless an earlier look could tell; a loss is told at the second look in a row that can tell and does
not show the link; a page that fails (DNS, refused, 5xx) is lost six days after its first failure; nothing else moves a link.
"""

from linkwatch.model import Outcome, Zone
from linkwatch.world.places import (
    BENCHES,
    CATALOGUE,
    HOME,
    OAK,
    OAK_SHEDS,
    OAK_TABLES,
    OFFERS,
    PINE,
    PINE_DECKS,
    PONDS,
    PONDS_2026,
    SHEDS,
    SOIL,
    TOOLS,
    WINTER,
)
from linkwatch.world.scenes import (
    APP_SHELL,
    BUSY,
    CHALLENGE,
    CLOSED,
    DNS_FAIL,
    DOWN,
    DRIP,
    EMPTY,
    FORBIDDEN,
    GONE,
    HANG,
    LARGE,
    LEGAL,
    LIVE,
    NIGHTS,
    NOT_FOUND,
    PARKED,
    PDF,
    REFUSED,
    RESET,
    ROBOTS_DENIED,
    SOFT_404,
    TRUNCATED,
    WITHOUT,
    Link,
    Scene,
    edited,
    moved,
    page,
    redirect,
    showing,
)

SPIKE_ANCHOR = "cheap garden sheds"
SPIKE_NIGHT = 3
SPIKE_HOSTS = tuple(
    f"{name}.example"
    for name in (
        "bargain-barn",
        "deal-digest",
        "save-a-lot-mag",
        "thrift-post",
        "price-pilot",
        "offer-owl",
        "coupon-cove",
        "spend-less",
    )
)
WIDGET_ANCHOR = "garden tools shop"
WIDGETS = (("plot-planner.example", 14, "removed"), ("frost-calendar.example", 12, ""), ("rain-gauge.example", 12, "late"))
NETWORK = ("timber-talk.example", "deck-daily.example", "plank-press.example", "joist-journal.example")
ADVERTISER = "ca-pub-4711004711004711"
_LOST = "1 discovered, 3 lost "
_DOWN_ODD: dict[int, Scene] = {night: DOWN if night % 2 else showing(0) for night in range(1, NIGHTS + 1)}
_DOWN_EVEN: dict[int, Scene] = {night: showing(0) if night % 2 else DOWN for night in range(1, NIGHTS + 1)}

LOSSES = (
    page("alpine-notes.example/2025/winter-huts/", Link(WINTER, "winter garden guide"), {2: WITHOUT}, _LOST + "link_removed"),
    # Night 3 answers 304: the page still lacks the link, so it counts.
    page(
        "www.trail-gear.example/reviews/benches/", Link(BENCHES, "teak bench"), {2: WITHOUT}, _LOST + "link_removed", "links_csv"
    ),
    page("homestead-diary.example/what-we-use/", Link(TOOLS, "Fernwood", "nofollow"), {2: WITHOUT}, _LOST + "link_removed"),
    page("kitchen-plots.example/long-tables/", Link(OAK_TABLES, "oak tables"), {2: WITHOUT}, _LOST + "link_removed"),
    page("pine-cabin.example/decks/", Link(PINE_DECKS, "decking boards"), {2: WITHOUT}, _LOST + "link_removed"),
    # The publisher swaps us for a competitor, and edits a target: one link ends and another begins.
    page(
        "quiet-acre.example/partners/",
        (Link(SHEDS, "garden sheds"), Link(OAK_SHEDS, "garden sheds")),
        {1: showing(0), 2: showing(1)},
        (_LOST + "link_removed", "2 gained"),
    ),
    page(
        "daily-loam.example/best-ponds/",
        (Link(PONDS, "small ponds"), Link(PONDS_2026, "small ponds")),
        {1: showing(0), 2: showing(1)},
        (_LOST + "link_removed", "2 gained"),
    ),
    page("lantern-yard.example/spring-list/", Link(HOME, "Fernwood Garden"), {2: NOT_FOUND}, _LOST + "page_not_found"),
    page("lantern-yard.example/autumn-list/", Link(SOIL, "soil care"), {2: NOT_FOUND}, _LOST + "page_not_found", "links_csv"),
    page("former-press.example/2019/pergola/", Link(BENCHES, "benches"), {2: GONE}, _LOST + "page_gone"),
    page("former-press.example/2019/tables/", Link(OAK_TABLES, "Oakline tables"), {2: GONE}, _LOST + "page_gone"),
    page("merged-mag.example/columns/ponds/", Link(PONDS, "pond guide"), {2: redirect("/news/")}, _LOST + "page_redirected"),
    page(
        "vale-voice.example/garden/",
        Link(TOOLS, "tools"),
        {2: redirect("http://merged-mag.example/news/")},
        _LOST + "page_redirected",
    ),
    page("glasshouse-forum.example/topic/4411", Link(WINTER, "this guide", "nofollow ugc"), {2: SOFT_404}, _LOST + "soft_404"),
    page("fern-faq.example/answers/17", Link(SOIL, "how to care for soil"), {2: SOFT_404}, _LOST + "soft_404"),
    page("old-orchard.example/", Link(HOME, "Fernwood"), {2: PARKED}, _LOST + "domain_parked", "ahrefs_csv"),
    page("old-orchard.example/apples/", Link(TOOLS, "pruning tools"), {2: PARKED}, _LOST + "domain_parked", "ahrefs_csv"),
    page("old-orchard.example/cider/", Link(OAK, "Oakline"), {2: PARKED}, _LOST + "domain_parked"),
    page("sunken-lane.example/walks/", Link(WINTER, "winter walks"), {2: DNS_FAIL}, "1 discovered, 8 lost dns_error"),
    page("sunken-lane.example/lambs/", Link(PINE, "Pinecrest"), {2: DNS_FAIL}, "1 discovered, 8 lost dns_error"),
    page("rusty-gate.example/hinges/", Link(TOOLS, "good tools"), {2: DOWN}, "1 discovered, 8 lost server_error"),
    page("rusty-gate.example/latches/", Link(SHEDS, "shed doors"), {2: DOWN}, "1 discovered, 8 lost server_error"),
    # A night that cannot tell counts neither way.
    page("fog-bank.example/log/", Link(SOIL, "soil"), {2: WITHOUT, 3: DOWN, 4: WITHOUT}, "1 discovered, 4 lost link_removed"),
    page("brook-bulletin.example/may/", Link(PONDS, "ponds"), {3: WITHOUT}, "1 discovered, 4 lost link_removed"),
    page("brook-bulletin.example/june/", Link(OAK, "Oakline"), {5: GONE}, "1 discovered, 6 lost page_gone"),
)

RECOVERIES = (
    page(
        "returning-swift.example/bench-test/",
        Link(BENCHES, "bench test"),
        {2: WITHOUT, 4: showing(0)},
        _LOST + "link_removed, 4 recovered",
    ),
    # Validators of the last readable look (night 1) fit again on night 5: who sends them gets 304, and the link is back.
    page(
        "slow-archive.example/issue-12/",
        Link(WINTER, "winter issue"),
        {2: NOT_FOUND, 5: showing(0)},
        _LOST + "page_not_found, 5 recovered",
    ),
    page(
        "on-and-off.example/hints/",
        Link(TOOLS, "hand tools"),
        {2: WITHOUT, 4: showing(0), 6: WITHOUT},
        _LOST + "link_removed, 4 recovered, 7 lost link_removed",
    ),
    page(
        "tin-roof.example/rain/",
        Link(SHEDS, "tin roofs"),
        {2: REFUSED, 10: showing(0)},
        "1 discovered, 8 lost connection_refused, 10 recovered",
    ),
)

GAINS = (
    page("fresh-furrow.example/spades/", Link(TOOLS, "garden spades"), {1: WITHOUT, 2: showing(0)}, "2 gained"),
    page("fresh-furrow.example/mulch/", Link(SOIL, "mulch and soil", "nofollow"), {1: WITHOUT, 2: showing(0)}, "2 gained"),
    page("seed-swap.example/friends/", Link(HOME, "Fernwood", image=True), {1: WITHOUT, 2: showing(0)}, "2 gained"),
    page("seed-swap.example/new-year/", Link(WINTER, "winter plan"), {1: NOT_FOUND, 2: showing(0)}, "2 gained"),  # a new page
    page("table-talk.example/oak/", Link(OAK_TABLES, "solid oak"), {1: WITHOUT, 2: showing(0)}, "2 gained"),
    # Claimed from the start, not there at two looks, and then it is.
    page("early-bird.example/wish-list/", Link(BENCHES, "garden bench"), {1: WITHOUT, 3: showing(0)}, "3 gained", "ahrefs_csv"),
    page("table-talk.example/pine/", Link(PINE, "Pinecrest pine"), {1: WITHOUT, 3: showing(0)}, "3 gained"),
    page("late-riser.example/evenings/", Link(OFFERS, "evening offers"), {1: WITHOUT, 5: showing(0)}, "5 gained"),
    *(
        page(f"{host}/sheds/", Link(SHEDS, SPIKE_ANCHOR), {1: WITHOUT, SPIKE_NIGHT: showing(0)}, f"{SPIKE_NIGHT} gained")
        for host in SPIKE_HOSTS
    ),
)

_FOLLOW = "followed rel nofollow_by"
_ALMANAC = Link(WINTER, "winter almanac")
CHANGES = (
    page("rel-review.example/a/", Link(BENCHES, "teak"), {2: edited(rel="nofollow")}, f"1 discovered, 2 changed {_FOLLOW}"),
    page("rel-review.example/b/", Link(TOOLS, "rakes", "nofollow"), {2: edited(rel="")}, f"1 discovered, 2 changed {_FOLLOW}"),
    page(
        "rel-review.example/c/", Link(SHEDS, "sheds"), {3: edited(rel="nofollow sponsored")}, f"1 discovered, 3 changed {_FOLLOW}"
    ),
    page(
        "rel-review.example/d/",
        Link(SOIL, "loam", "nofollow"),
        {4: edited(rel="nofollow sponsored")},
        "1 discovered, 4 changed rel",
    ),
    page("meta-meadow.example/a/", _ALMANAC, {3: showing(0, robots="nofollow")}, "1 discovered, 3 changed followed nofollow_by"),
    page(
        "meta-meadow.example/b/", _ALMANAC, {2: showing(0, x_robots="nofollow")}, "1 discovered, 2 changed followed nofollow_by"
    ),
    page("meta-meadow.example/c/", _ALMANAC, {2: showing(0, robots="noindex, follow")}, "1 discovered, 2 changed page_noindex"),
    page("meta-meadow.example/d/", _ALMANAC, {4: showing(0, x_robots="noindex")}, "1 discovered, 4 changed page_noindex"),
    page(
        "meta-meadow.example/e/",
        _ALMANAC,
        {3: showing(0, canonical="http://meta-meadow.example/almanac/")},
        "1 discovered, 3 changed page_canonical",
    ),
    page(
        "word-smith.example/a/",
        Link(PONDS, "pond guide"),
        {2: edited(anchor="garden pond guide")},
        "1 discovered, 2 changed anchor",
    ),
    page("word-smith.example/b/", Link(OAK, "Oakline"), {3: edited(anchor="oak furniture")}, "1 discovered, 3 changed anchor"),
    page("word-smith.example/c/", Link(BENCHES, "bench"), {3: edited(zone=Zone.FOOTER)}, "1 discovered, 3 changed zone"),
    page("word-smith.example/d/", Link(TOOLS, "tools we like"), {3: edited(hidden=True)}, "1 discovered, 3 changed hidden_by"),
    *(
        page(
            f"paper-trail.example/{name}/",
            Link(CATALOGUE, f"{name} catalogue"),
            told="1 discovered, 3 changed target_broken, 6 changed target_broken",
        )
        for name in ("spring", "summer", "autumn")
    ),
)

STEADY = (  # whatever happens to these pages, nothing is told after the first sight
    page("barn-owl.example/old-shed/", Link(SHEDS, "old sheds"), {2: moved("/sheds/old-shed/")}),
    page(
        "trail-gear.example/reviews/spades/", Link(TOOLS, "spades"), {1: moved("http://www.trail-gear.example/reviews/spades/")}
    ),
    page("hedge-school.example/blank-day/", Link(WINTER, "winter hedges"), {2: WITHOUT, 3: showing(0)}),
    page("hedge-school.example/offline-day/", Link(SOIL, "hedge soil"), {2: NOT_FOUND, 3: showing(0)}),
    page("bot-wall.example/", Link(HOME, "Fernwood"), {2: FORBIDDEN}),
    page("cloud-check.example/picks/", Link(BENCHES, "our pick"), {2: CHALLENGE}),
    page("slow-down.example/list/", Link(TOOLS, "list of tools"), {2: BUSY}),
    page("border-post.example/garden/", Link(SOIL, "soils"), {2: LEGAL}),
    page("keep-out.example/yard/", Link(SHEDS, "yard sheds"), {2: ROBOTS_DENIED}),
    page("deep-well.example/water/", Link(PONDS, "water"), {2: HANG}),
    page("long-nap.example/hammock/", Link(BENCHES, "hammock or bench"), {3: HANG}),
    page("dripping-tap.example/hose/", Link(TOOLS, "hoses"), {2: DRIP}),
    page("cut-line.example/phone/", Link(OAK, "Oakline"), {2: RESET}),
    page("shut-door.example/door/", Link(SHEDS, "doors"), {2: CLOSED}),
    page("half-page.example/half/", Link(WINTER, "half a winter"), {2: TRUNCATED}),
    page("blank-sheet.example/sheet/", Link(SOIL, "clean soil"), {2: EMPTY}),
    page("paper-copy.example/flyer/", Link(OFFERS, "flyer"), {2: PDF}),
    page("big-album.example/album/", Link(PONDS, "pond pictures"), {2: LARGE}),
    page("new-app.example/app/", Link(TOOLS, "tool app"), {2: APP_SHELL}),
    page("round-robin.example/go/", Link(PINE, "pines"), {2: redirect("/go/?again=1", Outcome.TOO_MANY_REDIRECTS)}),
    page(
        "odd-turn.example/inside/",
        Link(HOME, "Fernwood"),
        {2: redirect("http://169.254.169.254/latest/meta-data/", Outcome.ADDRESS_REFUSED)},
    ),
    page("storm-damage.example/fence/", Link(SHEDS, "fences"), {4: DOWN, 7: showing(0)}),
    page("other-blink.example/lamp/", Link(BENCHES, "lamp bench"), _DOWN_EVEN),
    page("blinking-light.example/lamp/", Link(TOOLS, "lamp tools"), _DOWN_ODD, "2 discovered"),
    page("blinking-light.example/wick/", Link(WINTER, "wicks"), _DOWN_ODD, "2 discovered", "ahrefs_csv"),
    page("sad-i-dom.example/skameyki/", Link(BENCHES, "садовые скамейки")),
    page("ogorod.example/pochva/", Link(SOIL, "уход за почвой"), by="links_csv"),
    page("oakline.example/compare/", Link(HOME, "Fernwood"), by="pages"),  # a competitor's page that links to us
)

UNVERIFIED = (  # claimed, and no look ever confirms it
    page("rumour-mill.example/heard/", Link(BENCHES, "teak benches"), {1: WITHOUT}, "", "ahrefs_csv"),
    page("rumour-mill.example/told/", Link(SHEDS, "best sheds"), {1: WITHOUT}, "", "ahrefs_csv"),
    page("rumour-mill.example/gone/", Link(TOOLS, "old tools"), {1: NOT_FOUND}, "", "ahrefs_csv"),
    page("locked-shed.example/keys/", Link(SHEDS, "shed keys"), {1: FORBIDDEN}, "", "ahrefs_csv"),
    page("never-was.example/page/", Link(HOME, "Fernwood"), {1: DNS_FAIL}, "", "ahrefs_csv"),
    page("paid-post.example/june/", Link(OFFERS, "summer offers"), {1: WITHOUT}, "", "links_csv"),
)

THIN = page("stub-page.example/", Link(SHEDS, "sheds"), words=18)
DOMINATED = page("link-farm.example/directory/", Link(HOME, "Fernwood garden shop"), fillers=130)
PAID = page("yard-style.example/summer/", Link(BENCHES, "the finest benches"), byline="Sponsored post")
SUSPECTS = (
    THIN,
    DOMINATED,
    PAID,
    page("footer-factory.example/links/", Link(TOOLS, "discount garden tools", hidden=True)),
    *(
        page(f"{host}/{slug}/", Link(PINE_DECKS, "best pine furniture"), template=f"network-{slug}", advertiser=ADVERTISER)
        for host in NETWORK
        for slug in ("about-pine", "why-decks", "care-tips")
    ),
)

_WIDGET = Link(HOME, WIDGET_ANCHOR, zone=Zone.FOOTER)
_WIDGET_NIGHTS: dict[str, tuple[dict[int, Scene], str]] = {
    "": ({}, LIVE),
    "late": ({1: WITHOUT, 2: showing(0)}, "2 gained"),
    "removed": ({6: WITHOUT}, "1 discovered, 7 lost link_removed"),
}
SITEWIDE = tuple(
    page(f"{host}/{number}/", _WIDGET, *_WIDGET_NIGHTS[nights])
    for host, count, nights in WIDGETS
    for number in range(1, count + 1)
)

CAST = LOSSES + RECOVERIES + GAINS + CHANGES + STEADY + UNVERIFIED + SUSPECTS + SITEWIDE
