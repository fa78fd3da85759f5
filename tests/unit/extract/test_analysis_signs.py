"""What a page says of itself between the lines: build, accounts, kinds, dates, disclosures, an owner."""

from datetime import UTC, datetime

import pytest

from analysed import analysed
from linkwatch.extract.analysis import Analysis
from linkwatch.extract.analysis.disclosures import cue_in, label_in

LINK = '<a href="https://own.example/">own</a>'
JSON_LD = '<script type="application/ld+json">{}</script>'
PROSE = "Words that somebody wrote about a thing that they know and that others want to read. " * 4


def page(head: str = "", body: str = "") -> Analysis:
    """The analysis of a page with this in its head, and this in its body."""
    return analysed(f"<html><head>{head}</head><body>{body}{LINK}</body></html>")[0]


def test_generator_and_build() -> None:
    """The generator is lower case and short; theme, plugins and their like are read off the addresses of scripts and sheets."""
    said = page(
        '<meta name="Generator" content="WordPress 6.5"><meta name=generator content=Elementor>'
        '<link rel=stylesheet href="https://blog.example/wp-content/themes/Astra/style.css?ver=4">'
        '<script src="/wp-content/plugins/elementor/a.js"></script><script src="/wp-content/plugins/elementor/b.js"></script>'
        '<script src="/media/templates/site/cassiopeia/js/t.js"></script><link href="/themes/contrib/olivero/x.css">',
        "<p>We like /wp-content/plugins/akismet/ too.</p>",
    )
    assert said.generator == "wordpress 6.5"
    assert said.build == "plugin:elementor theme:astra theme:cassiopeia theme:olivero"
    assert len(page(f'<meta name=generator content="{"x" * 500}">').generator) == 100


@pytest.mark.parametrize(
    ("markup", "ids"),
    [
        ('<script src="https://www.googletagmanager.com/gtag/js?id=G-AB12CD34EF"></script>', "G-AB12CD34EF"),
        ("<script>gtag('config', 'G-AB12CD34EF'); ga('create', 'UA-123456-7')</script>", "G-AB12CD34EF UA-123456-7"),
        ('<noscript><iframe src="https://www.googletagmanager.com/ns.html?id=GTM-AB12CD"></iframe></noscript>', "GTM-AB12CD"),
        ('<ins class="adsbygoogle" data-ad-client="ca-pub-0123456789012345"></ins>', "ca-pub-0123456789012345"),
        ('<meta name="google-adsense-account" content="ca-pub-0123456789012345">', "ca-pub-0123456789012345"),
        ("<script>fbq('init', '123456789012345');</script>", "pixel-123456789012345"),
        ("<p>Our id was UA-123456-7, now it is G-AB12CD34EF.</p><code>GTM-AB12CD ca-pub-0123456789012345</code>", ""),
        ("<script>id='G-XXXXXXXXXX'; x='UA-00000-1'; y=LONG-ABCDEF12; z=a.G-ABCDEFGH</script>", ""),
    ],
)
def test_accounts_stand_where_a_browser_uses_them(markup: str, ids: str) -> None:
    """Ids are read from scripts, addresses and attributes; an article that names one carries none, nor does a placeholder."""
    assert page(body=markup).ids == ids


@pytest.mark.parametrize(
    ("markup", "types"),
    [
        (JSON_LD.format('{"@type": "NewsArticle", "author": {"@type": "Person"}}'), "newsarticle"),
        (JSON_LD.format('{"@graph": [{"@type": ["Article", "https://schema.org/Report"]}]}'), "article report"),
        (JSON_LD.format('[{"@type": "WebSite"}, {"@type": "BreadcrumbList"}]'), "website"),
        (JSON_LD.format('[{"@type": "DiscussionForumPosting"}]'), "discussionforumposting"),
        (JSON_LD.format('{"@type": "Recipe", broken'), "recipe"),
        (JSON_LD.format("[" * 100_000), ""),
        (JSON_LD.format('{"@type": 7, "x": null}'), ""),
        ('<div itemscope itemtype="http://schema.org/Product"><b itemprop=brand itemtype="http://schema.org/Brand">', "product"),
        ('<meta property="og:type" content="Video.Other">', "video.other"),
    ],
)
def test_kinds_of_page(markup: str, types: str) -> None:
    """Kinds come from JSON-LD, microdata and og:type, of the page's items and not their parts; broken JSON is read as it goes."""
    assert page(body=markup).page_types == types


@pytest.mark.parametrize(
    ("markup", "moment"),
    [
        ('<meta property="article:published_time" content="2026-11-20T10:00+02:00">', datetime(2026, 11, 20, 8, tzinfo=UTC)),
        (JSON_LD.format('{"@type": "Article", "datePublished": "2026-11-20"}'), datetime(2026, 11, 20, tzinfo=UTC)),
        (JSON_LD.format('{"datePublished": "2026-11-20T10:00:00Z", oops'), datetime(2026, 11, 20, 10, tzinfo=UTC)),
        ('<time itemprop="datePublished" datetime="2026-11-20">', datetime(2026, 11, 20, tzinfo=UTC)),
        ('<meta property="article:published_time" content="0001-01-01T00:00:00+14:00">', None),
        ('<meta property="article:published_time" content="yesterday">', None),
    ],
)
def test_when_a_page_was_published(markup: str, moment: datetime | None) -> None:
    """A moment in ISO 8601 is told in UTC; what is no moment, or of a year without pages, is not known."""
    assert page(body=markup).published_at == moment


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ('<a href="/contact/">Write to us</a>', True),
        ('<a href="https://www.blog.example/de/impressum.html">x</a>', True),
        ('<a href="about-us">x</a>', True),
        ('<a href="https://elsewhere.example/contact/">x</a>', False),
        ('<a href="/about-time-travel/">x</a>', False),
        ('<a href="/contact-lenses/">x</a>', False),
    ],
)
def test_a_page_that_names_its_owner_links_to_them(body: str, *, named: bool) -> None:
    """A link within the site to a contact, about or imprint page names the owner."""
    assert page(body=body).names_itself is named


@pytest.mark.parametrize(
    ("text", "near", "label"),
    [
        ("Sponsored post", "sponsored post", "sponsored post"),
        ("Travel | Sponsored content", "sponsored content", "sponsored content"),
        ("Sponsored by Acme", "sponsored by", "sponsored by"),
        ("This is a sponsored post about boats.", "this is a sponsored", "this is a sponsored"),
        (f"{PROSE} Buy it here (affiliate link). {PROSE}", "affiliate link", "affiliate link"),
        (f"{PROSE} This article is sponsored by Acme. {PROSE}", "sponsored by", "sponsored by"),
        ("Why sponsored content is dying", "sponsored content", ""),
        (f"{PROSE} Editors fear that sponsored content will eat their trade. {PROSE}", "", ""),
        ("Anzeige", "anzeige", "anzeige"),
        ("Nach dem Streit: Sie erstattete Anzeige gegen ihn", "", ""),
        ("In partnership with the city, the museum opens", "", ""),
    ],
)
def test_a_disclosure_labels_and_a_mention_does_not(text: str, near: str, label: str) -> None:
    """Around a link a short text is a label, a long one has it in brackets or at a sentence's head; titles are held to more."""
    assert (cue_in(text), label_in(text)) == (near, label)


@pytest.mark.parametrize(
    ("head", "body", "cue"),
    [
        ("<title>Advertorial: ten boats</title>", "", "advertorial"),
        ("", f"<article><div class=meta>Sponsored post</div><h1>Ten boats</h1><p>{PROSE * 3}</p></article>", "sponsored post"),
        ("", f"<div class='breadcrumbs'>Home > Paid content</div><h1>Ten boats</h1><p>{PROSE * 3}</p>", "paid content"),
        ('<meta property="article:section" content="Sponsored Content">', "", "sponsored content"),
        ("", f"<h1>Ten boats</h1><p>{PROSE * 3}</p><div class=related><b>Sponsored post</b> Buy this</div>", ""),
    ],
    ids=["title", "category above the heading", "breadcrumbs", "section", "a teaser for another page"],
)
def test_a_disclosure_of_the_whole_page(head: str, body: str, cue: str) -> None:
    """Title, section, breadcrumbs and the lines around the heading speak for the page; a teaser at its end does not."""
    assert page(head, body).disclosure == cue


@pytest.mark.parametrize(
    ("markup", "cue"),
    [
        ("<p>Ten boats at {} (affiliate link).</p>", "affiliate link"),
        ("<div><h3>Sponsored content</h3><ul><li>{}</li></ul></div>", "sponsored content"),
        ("<div><p>Advertorial</p><p>Boats at {} are good.</p></div>", "advertorial"),
        ("<div><p>Boats at {} are good.</p></div>", ""),
    ],
)
def test_a_disclosure_near_the_link(markup: str, cue: str) -> None:
    """The link's block, the label beside it and the heading above it are read."""
    _, (place,) = analysed(markup.format(LINK))
    assert place.disclosure == cue
