"""The main text of a page: what stands in it, what is said of it, and how much of a hostile page is read."""

import random
import struct

import pytest

from analysed import analysed, links_to
from linkwatch.extract.analysis.language import language_of
from linkwatch.extract.analysis.main_text import (
    MAX_MARKUP,
    MAX_PACKED_BYTES,
    compression_of,
    signature_of,
    within_reason,
)

OWN = '<a href="https://own.example/x">blue widgets</a>'
LANGUAGES = {
    "en": "The people of the town were glad that it was over, and they went home with what they had got from the market in",
    "de": "Die Leute in der Stadt waren froh, dass es vorbei war, und sie gingen mit dem nach Hause, was sie auf dem Markt",
    "fr": "Les gens de la ville étaient contents que ce soit fini et ils sont rentrés chez eux avec ce qu'ils ont eu au",
    "es": "La gente del pueblo se alegró de que todo hubiera terminado y se fue a casa con lo que había conseguido en el",
    "it": "La gente della città era contenta che fosse finita e se ne andò a casa con quello che aveva preso al mercato",
    "nl": "De mensen in de stad waren blij dat het voorbij was en ze gingen naar huis met wat ze op de markt hadden",
    "pl": "Ludzie w mieście cieszyli się, że to już koniec, i poszli do domu z tym, co udało się im dostać na targu, bo",
    "id": "Orang di kota itu senang karena semua sudah selesai dan mereka pulang dengan barang yang dapat dibeli dari",
    "ru": "Люди в городе были рады, что всё закончилось, и пошли домой с тем, что им удалось купить на рынке в тот день, и",
    "uk": "Люди в місті були раді, що все скінчилося, і пішли додому з тим, що їм вдалося купити на ринку того дня, і",
    "ja": "町の人々はそれが終わったことを喜び、その日に市場で手に入れたものを持って家に帰りました。それからみんなで夕食を",
    "zh": "城里的人们很高兴一切都结束了，他们带着当天在市场上买到的东西回家了。然后大家一起吃了晚饭，谈论着第二天要做的事",
}


def prose(words: int, seed: int = 1) -> str:
    """A text of so many words, none of which is told by the one before it."""
    rng = random.Random(seed)  # noqa: S311  # data, not secrets
    return " ".join("".join(rng.choices("abcdefghijklmnop", k=rng.randint(3, 9))) for _ in range(words))


def likeness(one: str, other: str) -> float:
    """Share of the values of two texts' signatures that are equal."""
    pairs = zip(struct.unpack("<128I", signature_of(one)), struct.unpack("<128I", signature_of(other)), strict=True)
    return sum(left == right for left, right in pairs) / 128


def test_a_link_is_in_the_main_text_where_it_stands_in_it() -> None:
    """The link in the text is in it, the link of the menu is not, and of a link in both the first sighting counts."""
    menu = f"<nav><ul><li>{OWN}</li><li>{links_to('rival.example', words='menu entry')}</li></ul></nav>"
    text = "".join(f"<p>{prose(40, seed)}.</p>" for seed in range(4))
    analysis, (own, rival) = analysed(f"<body>{menu}<article><h1>A heading</h1>{text}<p>{prose(20)} {OWN} too.</p></article>")
    assert (own.in_main, rival.in_main) == (False, False)
    assert 180 <= analysis.main_words <= 190
    assert analysis.seen_words == analysis.main_words + 4
    _, (own,) = analysed(f"<body><article><h1>A heading</h1>{text}<p>{prose(20)} {OWN} too.</p></article>")
    assert own.in_main


@pytest.mark.parametrize("body", ["", "<", "<html>", "\x00\x01", "<a href='https://own.example/'>", "<p>" * 500, "<!-- " * 50])
def test_any_body_makes_an_analysis(body: str) -> None:
    """A page without a text has blanks for it."""
    analysis, _ = analysed(body)
    assert (analysis.language, analysis.signature, analysis.compression) == ("", b"", None)


def test_words_of_links_among_those_that_readers_see() -> None:
    """Scripts, styles and <noscript> are not seen; a page without words has no share."""
    unseen = "<style>p {}</style><script>var a b</script><noscript>x y</noscript>"
    analysis, _ = analysed(f"<title>three more words</title><p>one two {OWN}</p>{unseen}<img><iframe>")
    assert (analysis.seen_words, analysis.anchor_share, analysis.title_words, analysis.images) == (4, 0.5, 3, 2)
    assert analysed("<img>")[0].anchor_share is None


@pytest.mark.parametrize(("language", "text"), LANGUAGES.items())
def test_language_of_a_text(language: str, text: str) -> None:
    """A text of 70 words is told by its script or its little words."""
    assert language_of(f"{text} " * 4) == language


@pytest.mark.parametrize("text", ["", "The end of it.", prose(200), "1 2 3 " * 100, "x" * 10_000])
def test_no_language_is_guessed(text: str) -> None:
    """Too little text, and text in none of the languages, has none."""
    assert language_of(text) == ""


def test_a_signature_tells_how_much_is_the_same() -> None:
    """Case, punctuation and space do not count; other words leave a part, another text nothing; short texts have none."""
    text = prose(1_000)
    edited = " ".join(word if place % 20 else "other" for place, word in enumerate(text.split()))
    assert len(signature_of(text)) == 512
    assert likeness(text, f"{text.upper().replace(' ', ',  ')}!") == 1.0
    assert 0.45 < likeness(text, edited) < 0.8
    assert likeness(text, prose(1_000, seed=2)) < 0.1
    assert signature_of(prose(49)) == b""
    assert likeness("町の人々はそれが終わったことを喜び、" * 5, "町の人々はそれが終わったことを喜び" * 5) == 1.0


def test_signatures_stay_what_they_are() -> None:
    """A release that signs otherwise compares nothing with what is stored: then the analysis is of another KIND."""
    assert struct.unpack("<128I", signature_of(LANGUAGES["en"] * 3))[:2] == (3308648024, 3258611382)


def test_how_well_a_text_packs() -> None:
    """A short text is not asked; prose packs to half, a text that repeats itself to far less; a long one is read up to a cap."""
    assert compression_of(prose(60)) is None
    assert 1 < (compression_of(prose(500)) or 0) < 2.5
    assert (compression_of("cheap blue widgets " * 100) or 0) > 4
    assert compression_of("x" * 10 * MAX_PACKED_BYTES) == compression_of("x" * MAX_PACKED_BYTES)


@pytest.mark.parametrize(
    ("markup", "kept"),
    [
        ("<p>word</p>" * 1_000, 11_000),
        ("word " * MAX_MARKUP, MAX_MARKUP),
        ("<p>word</p>" * 100_000, 165_000),
        ("<div>w " * 100_000, 8_000),
        ("<br>" * 100_000, 60_000),
        ("<i>w" * 3_000 + "</i>" * 3_000, 3_000),
    ],
    ids=["all of an ordinary page", "long", "many elements", "deep", "void elements do not nest", "deep, closed"],
)
def test_hostile_markup_is_read_up_to_a_measure_of_work(markup: str, kept: int) -> None:
    """What trafilatura gets is limited in length and in elements, and to fewer of these the deeper they nest."""
    assert len(within_reason(markup)) <= kept + 1_000
    assert len(within_reason(markup)) >= min(kept, len(markup)) * 0.5


def test_many_links_get_places_up_to_a_cap() -> None:
    """Of 3,000 links the first 1,000 are told of; their blocks are read within one budget."""
    markup = "".join(f"<div>x <a href='https://own.example/{number}'>word</a>" for number in range(3_000))
    _, places = analysed(markup)
    assert len(places) == 1_000
    assert places[0].block_words > 1_000
    assert places[-1].block_words == 0
