"""Signatures of texts: what they are alike in, and what does not matter to them."""

import random

import pytest

from linkwatch.extract import observe, similarity
from linkwatch.extract.signature import MAX_WORDS, MIN_WORDS, is_comparable, signature_of
from linkwatch.model import FetchedPage, Outcome, Role, Scope, Site
from linkwatch.urls import Scopes

WORDS = [f"word{number}" for number in range(3000)]
SCOPES = Scopes([Site("target.example", Role.OWN, Scope.DOMAIN)])


def text_of(seed: int, words: int = 300) -> list[str]:
    """Words of a text of its own."""
    return random.Random(seed).choices(WORDS, k=words)  # noqa: S311 - seeded, for data


def shared(left: list[str], right: list[str]) -> float:
    """Jaccard index of two texts' shingles of four words, the slow way."""
    ours, theirs = ({tuple(words[place : place + 4]) for place in range(len(words) - 3)} for words in (left, right))
    return len(ours & theirs) / len(ours | theirs)


@pytest.mark.parametrize("kept", [0, 60, 120, 180, 240, 280, 300])
def test_similarity_is_that_of_the_texts(kept: int) -> None:
    """What two signatures say is alike is what is alike, within three standard errors of 64 permutations."""
    for seed in range(5):
        left = text_of(seed)
        right = left[:kept] + text_of(seed + 100)[kept:]
        true = shared(left, right)
        assert abs(similarity(signature_of(" ".join(left)), signature_of(" ".join(right))) - true) < 3 * 0.0625 + 1e-9
    assert similarity(signature_of(" ".join(left)), signature_of(" ".join(left))) == 1.0


@pytest.mark.parametrize(
    ("text", "same"),
    [
        (" ".join(WORDS[:50]), "\n\t  ".join(WORDS[:50]) + "\n"),
        (" ".join(WORDS[:50]), "\xa0".join(WORDS[:50])),
        ("é ".join(WORDS[:50]), "  \n" + "é \r\n".join(WORDS[:50])),
        (" ".join(WORDS[:MAX_WORDS]), " ".join(WORDS)),
    ],
    ids=["white space", "no-break space", "not ASCII", "the rest of a long text"],
)
def test_what_does_not_matter(text: str, same: str) -> None:
    """White space does not tell two texts apart, nor does what follows the first MAX_WORDS words."""
    assert similarity(signature_of(text), signature_of(same)) == 1.0


def test_long_words_are_told_apart() -> None:
    """Words differ by any of their first sixteen bytes, whatever surrounds them."""
    plain = ["abcdefghijklmnop"] * 10 + WORDS[:30]
    assert signature_of(" ".join(plain)) == signature_of(" ".join([f"{word}x" if len(word) == 16 else word for word in plain]))
    assert signature_of(" ".join(plain)) != signature_of(" ".join([word.replace("p", "q") for word in plain]))
    assert signature_of(" ".join(plain)) != signature_of(" ".join([word.replace("h", "y") for word in plain]))


def test_texts_without_spaces_have_signatures() -> None:
    """Each character of Chinese and Japanese is a word, as these write no spaces."""
    text = "毎晩誰かが私たちについて書かれたページを読み、書き留めています。"
    signature = signature_of(text)
    assert is_comparable(signature)
    assert similarity(signature, signature_of(text[:20] + "別の言葉がここに続いていますので違うものになる。")) < 0.8


@pytest.mark.parametrize("text", ["", "   ", " ".join(WORDS[: MIN_WORDS - 1])])
def test_too_little_text_has_none(text: str) -> None:
    """Fewer than MIN_WORDS words have no signature, and nothing is like nothing."""
    assert signature_of(text) == ""
    assert similarity("", "") == 0.0


def test_signatures_are_short_and_last() -> None:
    """A signature is short ASCII and the same in every process and release of its kind; another kind's is not compared."""
    signature = signature_of(" ".join(WORDS[:100]))
    assert signature == (
        "1.2:qnHFHFujm+op1TMW//LhsDVsVCmidUqzmOtA8qhKx+NsJFuBSNgb8hTa+ucakqwC2SC5PF5akpbUA8b/1D2Um4nFrvC+mBh2"
        "sg1GnW5ziXB/482iPUsi/k915IUlCzX8/jnyTClTjQ81RVcdUujNAR7Pif+T8ICy12TWsn9EIz0="
    )
    assert similarity(signature, f"0.{signature[2:]}") == 0.0
    assert not is_comparable(f"0.{signature[2:]}")


@pytest.mark.parametrize("text", ["\0" * 100, "\ud800 " * 40, "a" * 100_000, "\x01 " * 40, "\U0001f600 " * 40])
def test_any_text_has_a_signature_or_none(text: str) -> None:
    """No text raises."""
    assert len(signature_of(text)) in (0, 176)


def test_a_look_carries_the_signature_of_its_main_text() -> None:
    """Header, menu, sidebar and footer are no part of it; pages that are judged to be none have one too."""

    def look(body: str) -> str:
        page = FetchedPage("https://a.example/", Outcome.READABLE, "https://a.example/", 200, body=body.encode())
        return observe(page, SCOPES).look.signature

    main = f"<p>{' '.join(WORDS[:40])} <a href='https://target.example/'>us</a></p>"
    plain = look(main)
    around = f"<header>{' '.join(WORDS[50:90])}</header>{main}<aside>{' '.join(WORDS[90:130])}</aside><footer>x y z</footer>"
    assert similarity(plain, look(around)) == 1.0
    gone = f"<title>Page not found</title><h1>Page not found</h1><p>{' '.join(WORDS[:40])}</p>"
    assert is_comparable(look(gone))
    assert look("<p>few words</p>") == ""
