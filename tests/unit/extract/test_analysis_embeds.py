"""Badges and widgets: one markup that many sites carry has one value, whatever is around it."""

import pytest

from analysed import place_in

BADGE = '<a href="https://own.example/?utm_source={n}"><img src="https://own.example/badge-{n}.png" alt="cheap widgets"></a>'
SCRIPTED = '<a href="https://own.example/">cheap widgets</a><script src="https://own.example/w.js?site={n}"></script>'
FRAMED = '<div class="w{n}"><iframe src="https://own.example/{n}"></iframe><a href="https://own.example/">cheap widgets</a></div>'
NAMED = '<div class="own-badge"><span>Rated {n} stars by</span> <a href="https://own.example/">cheap widgets</a></div>'
PROSE = "Words that somebody wrote about a thing that they know and that others want to read, and more. " * 3


@pytest.mark.parametrize("embed", [BADGE, SCRIPTED, FRAMED, NAMED])
def test_one_embed_on_two_sites_has_one_value(embed: str) -> None:
    """Numbers, queries and the wrappers that a site puts around an embed do not change its value."""
    first = place_in(f"<aside class='sidebar'><div class='textwidget'>{embed.format(n=1)}</div></aside><p>{PROSE}</p>").widget
    second = place_in(f"<p>{PROSE}</p><section><div class='col'><div>{embed.format(n=22)}</div></div></section>").widget
    assert first == second != ""


def test_other_markup_has_another_value() -> None:
    """A badge with other words or another picture is another embed."""
    values = {
        place_in(f"<div>{embed}</div>").widget
        for embed in (
            '<a href="https://own.example/"><img src="https://own.example/a.png"></a>',
            '<a href="https://own.example/"><img src="https://own.example/b.png"></a>',
            '<a href="https://own.example/"><img src="https://own.example/a.png"></a> of the year',
        )
    }
    assert len(values) == 3
    assert "" not in values


@pytest.mark.parametrize(
    "markup",
    [
        f"<p>{PROSE} <a href='https://own.example/'>a site</a></p>",
        "<footer><p>Site by <a href='https://own.example/'>Own</a></p></footer>",
        "<div class='widget widget_text'><a href='https://own.example/'>a site</a></div>",
        "<div><a href='https://own.example/'>a</a> <a href='https://b.example/'>b</a><iframe src='//c.example/'></iframe></div>",
        "<div><a href='https://own.example/'>a site</a><script src='/theme.js'></script></div><p>x</p>",
    ],
    ids=["prose", "credit", "a theme's text widget", "links of several sites", "the page's own script"],
)
def test_what_is_no_embed_has_none(markup: str) -> None:
    """A link in a text, a credit, a list or beside the page's own scripts belongs to no embed."""
    assert place_in(markup).widget == ""
