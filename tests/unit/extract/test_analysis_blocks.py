"""The block that a link stands in: what it groups, what it holds, and what it is not."""

import json

import pytest

from analysed import analysed, links_to, place_in

OWN = '<a href="https://own.example/x">blue widgets</a>'
OTHERS = ("one.example", "two.example", "best-casino.example")
PROSE = "Words that somebody wrote about a thing that they know and that others want to read."


@pytest.mark.parametrize(
    ("markup", "links", "words"),
    [
        (f"<p>{PROSE} {OWN}</p><p>{links_to(*OTHERS)}</p>", 1, 18),
        (f"<ul><li>{OWN}</li><li>{links_to('one.example')}</li></ul><p>{PROSE}</p>", 2, 4),
        (f"<div><h4>Friends</h4><p>{OWN}</p><p>{links_to('one.example')}</p></div><p>{PROSE}</p>", 2, 5),
        (f"<div>{PROSE}<p>{OWN}</p>{PROSE}</div>", 1, 2),
        (f"<div style='display:none'>{OWN} {links_to(*OTHERS)}</div>", 4, 8),
        (f"<ol><li>{PROSE * 8}<p>{PROSE} {OWN}</p></li><li>{links_to('one.example')}</li></ol>", 1, 18),
        (f"<div class='comment-body' id='comments'><p>{PROSE}</p><p>{OWN}</p><p>{links_to('one.example')}</p></div>", 2, 20),
    ],
    ids=["paragraph", "list of an item", "column of bare paragraphs", "bare link amid prose", "div", "post in a list", "comment"],
)
def test_a_block_is_what_groups_links(markup: str, links: int, words: int) -> None:
    """A paragraph of prose is its own block; an item's is its list, a bare link's what it stands in, a comment's the comment."""
    place = place_in(markup)
    assert (place.block_links, place.block_words) == (links, words)


@pytest.mark.parametrize(
    ("markup", "in_prose"),
    [
        (f"<p>{PROSE} {OWN}</p>", True),
        (f"<p>See {OWN}</p>", False),
        (f"<p>{OWN} {links_to(*OTHERS)} and some more words here</p>", False),
        (f"<ul><li>{PROSE} {OWN}</li></ul>", True),
    ],
    ids=["prose", "a label", "more links than words", "an item of prose"],
)
def test_prose_has_words_of_its_own(markup: str, *, in_prose: bool) -> None:
    """Eight words and fewer than half of them in links are prose."""
    assert place_in(markup).in_prose is in_prose


def test_a_block_tells_domains_and_their_topics() -> None:
    """Domains are counted once each; a host or an anchor that names a topic poisons its domain."""
    others = links_to("one.example", "www.one.example", "best-casino.example")
    place = place_in(f"<p>{OWN} {others} {links_to('x.example', words='viagra')}</p>")
    assert (place.block_links, place.block_domains, place.block_poisoned, place.block_topics) == (5, 4, 2, "casino pharma")


@pytest.mark.parametrize(
    ("around", "hidden"),
    [
        ("<div style='display:none'>{}</div>", 4),
        ("<div style='position:absolute;left:-9999px'>{}</div>", 4),
        ("<div>{}</div>", 0),
        ("<div class='accordion-panel' style='display:none'>{}</div>", 0),
        ("<div role='tabpanel' hidden>{}</div>", 0),
        ("<div class='sr-only' style='position:absolute;left:-9999px'>{}</div>", 0),
        ("<nav><div style='display:none'>{}</div></nav>", 0),
        ("<div class='site-navigation'><div style='display:none'>{}</div></div>", 0),
    ],
)
def test_hidden_links_of_a_block_and_of_the_page(around: str, hidden: int) -> None:
    """Links that no reader sees are counted, watched or not; what is hidden for a reason is not."""
    analysis, (place,) = analysed(around.format(f"{OWN} {links_to(*OTHERS)}"))
    assert (place.block_hidden, analysis.hidden_links) == (hidden, hidden)


def test_one_template_has_one_value() -> None:
    """The way to a block is the same on two pages of one template whatever their numbers, and another in another column."""
    footer = "<div id='page-{n}'><footer class='foot v{n}'><div class='{column}'>{own}</div></footer></div>"
    page = f"<body class='{{body}}'>{footer}</body>"
    _, (first,) = analysed(page.format(body="postid-1", n=1, column="left", own=f"by {OWN}"))
    _, (second,) = analysed(page.format(body="postid-22 blog", n=22, column="left", own=f"another text altogether {OWN}"))
    _, (other,) = analysed(page.format(body="postid-1", n=1, column="right", own=f"by {OWN}"))
    assert first.block == second.block != other.block


def test_anchors_are_told_by_site_block_and_main_part() -> None:
    """Each list has the different anchors to the link's own site: of its block, and of all outside of the template."""
    markup = (
        "<p>Buy <a href='https://own.example/1'>red shoes</a> or <a href='https://own.example/2'>blue shoes</a> "
        "or <a href='https://rival.example/'>a hat</a></p><p><a href='https://own.example/3'>green shoes</a></p>"
        "<footer><a href='https://own.example/4'>Own</a></footer>"
    )
    _, places = analysed(markup)
    assert [json.loads(place.block_anchors) for place in places] == [
        ["blue shoes", "red shoes"],
        ["blue shoes", "red shoes"],
        ["a hat"],
        ["green shoes"],
        ["Own"],
    ]
    assert json.loads(places[0].page_anchors) == ["blue shoes", "green shoes", "red shoes"]
    assert json.loads(places[2].page_anchors) == ["a hat"]


@pytest.mark.parametrize(
    ("item", "count", "listed", "described"),
    [
        ("<li>{}</li>", 5, True, 0),
        ("<li>{}</li>", 4, False, 0),
        ("<li>{} a shop for all who like things</li>", 5, True, 7),
        ("<div class='card n1'><h3>{}</h3><p>Sells things to people</p></div>", 5, True, 4),
        ("<p>{} sells things to people</p>", 5, True, 4),
        ("<p>We like what {} does for people</p>", 5, False, 6),
        ("<li>{} <a href='https://also.example/'>and</a></li>", 5, False, 0),
    ],
    ids=["bare items", "too few", "described items", "cards", "paragraphs led by links", "prose", "items of two domains"],
)
def test_a_list_is_five_alike_siblings_with_a_link_each(item: str, count: int, described: int, *, listed: bool) -> None:
    """A link is listed where its block is one of five alike with one link each; its description are the words beside it."""
    others = "".join(item.format(links_to(f"n{number}.example")) for number in range(count - 1))
    place = place_in(f"<div>{item.format(OWN)}{others}</div>")
    assert (place.listed, place.described) == (listed, described)


def test_a_row_of_a_table_describes_its_link() -> None:
    """Words in the next cell stand beside a link that is alone in its own."""
    assert place_in(f"<table><tr><td>{OWN}</td><td>Sells many things to people</td></tr></table>").described == 5


@pytest.mark.parametrize(
    ("markup", "astray"),
    [
        ("<html><body><p>x</p></body></html><div>{}</div>", True),
        ("<html><body><p>x</p></body></html> {}", True),
        ("<div>{}</div><!doctype html><html><body><p>x</p></body></html>", True),
        ("<!doctype html><html><body><p>{}</p></body></html>", False),
        ("<p>{}</p>", False),
        ("<html><body><p>x</p></body></html><html><body><p>{}</p></body></html>", False),
        ("<html><body><script>document.write('</html>')</script><p>{}</p></body>", False),
        ("<html><body><p>{}</p></body></html><!-- <a href='https://own.example/x'>x</a> -->", False),
    ],
    ids=["behind", "behind, bare", "before", "inside", "no <html>", "two documents", "named in a script", "a comment behind"],
)
def test_links_outside_of_the_document_are_astray(markup: str, *, astray: bool) -> None:
    """A link behind </html> or before <html> is astray; what only looks so is not."""
    _, (place,) = analysed(markup.format(OWN))
    assert place.astray is astray
