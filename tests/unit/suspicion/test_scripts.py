"""Scripts of texts, languages and addresses, as tables."""

import pytest

from linkwatch.suspicion.signs.scripts import script_of, scripts_named_by, scripts_of_languages


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("shoes", "latin"),
        ("Über 3ª Größe", "latin"),
        ("обувь", "cyrillic"),
        ("купить iPhone", "cyrillic"),
        ("the Лада website", "latin"),
        ("υποδήματα", "greek"),
        ("靴を買う", "cjk"),
        ("스니커즈", "hangul"),
        ("أحذية", "arabic"),
        ("2026 → №", ""),
        ("", ""),
    ],
)
def test_script_of_a_text(text: str, expected: str):
    """Half of the letters decide, and Latin ones only where there are more of them."""
    assert script_of(text) == expected


@pytest.mark.parametrize(
    ("languages", "expected"),
    [
        (["en-GB"], {"latin"}),
        (["", "tlh"], {"latin"}),
        (["zh_Hant_TW"], {"cjk"}),
        (["sr"], {"cyrillic", "latin"}),
        (["RU", "el"], {"cyrillic", "greek"}),
        ([""], set()),
    ],
)
def test_scripts_of_languages(languages: list[str], expected: set[str]):
    """A language that is not listed is written in Latin letters; one that is not known says nothing."""
    assert scripts_of_languages(languages) == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://own.example/ru/shoes", {"cyrillic"}),
        ("https://ru.own.example/", {"cyrillic"}),
        ("https://own.example/%D0%BE%D0%B1", {"cyrillic"}),
        ("https://own.example/en/shoes", set()),
        ("https://own.example/rural", set()),
    ],
)
def test_scripts_that_an_address_names(url: str, expected: set[str]):
    """A language's code counts where it is a whole part of the host or path."""
    assert scripts_named_by(url) == expected
