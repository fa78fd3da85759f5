"""charset.py: in what order a page's bytes are asked for their encoding, and which labels are believed."""

import pytest

from linkwatch.extract.charset import codec_of, is_garbled, markup_of

META = '<meta charset="{}"><p>Grüße</p>'


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ("\ufeff<p>Grüße</p>".encode(), "text/html; charset=windows-1252"),
        ("\ufeff<p>Grüße</p>".encode("utf-16-le"), "text/html; charset=utf-8"),
        ("\ufeff<p>Grüße</p>".encode("utf-16-be"), ""),
        ("<p>Grüße</p>".encode("utf-16-le"), 'text/html; charset="UTF-16"'),
        (META.format("utf-8").encode("cp1252"), "text/html;charset=ISO-8859-1"),
        (META.format("windows-1252").encode("cp1252"), "text/html"),
        (META.format("windows-1252").encode("cp1252"), "text/html; charset=no-such-thing"),
        (META.format("utf-16").encode(), "text/html"),
        ('<META HTTP-EQUIV=Content-Type CONTENT="text/html; CHARSET=latin1"><p>Grüße</p>'.encode("cp1252"), ""),
        ('<!-- <meta charset="koi8-r"> --><meta charset=iso-8859-1><p>Grüße</p>'.encode("cp1252"), ""),
        ('<?xml version="1.0" encoding="iso-8859-15"?><p>Grüße</p>'.encode("iso8859-15"), ""),
        ("<p>Grüße</p>".encode(), ""),
        ("<p>Grüße</p>".encode("cp1252"), ""),
    ],
    ids=[
        *("utf-8 BOM over header", "utf-16 BOM over header", "big-endian BOM", "header utf-16 without BOM", "header over meta"),
        *(
            "meta",
            "meta when the header's label is none",
            "meta utf-16 is utf-8",
            "old meta",
            "not in a comment",
            "XML declaration",
        ),
        *("valid utf-8 by guess", "windows-1252 by guess"),
    ],
)
def test_bytes_become_text(body: bytes, content_type: str) -> None:
    """BOM before header, header before meta, meta before the guess."""
    markup = markup_of(body, content_type)
    text = markup if isinstance(markup, str) else markup.decode()
    assert text.endswith("<p>Grüße</p>")
    assert not text.startswith("\ufeff")


@pytest.mark.parametrize(
    ("label", "codec"),
    [
        ("iso-8859-1", "cp1252"),
        (" US-ASCII ", "cp1252"),
        ("latin5", "cp1254"),
        ("gb2312", "gb18030"),
        ("x-sjis", "cp932"),
        ("ks_c_5601-1987", "cp949"),
        ("tis-620", "cp874"),
        ("windows-1250", "windows-1250"),
        ("x-cp1251", "cp1251"),
        ("iso-8859-15", "iso-8859-15"),
        ("koi8-u", "koi8_u"),
        ("utf-7", None),
        ("unicode_escape", None),
        ("rot13", None),
        ("zip", None),
        ("hex", None),
        ("idna", None),
        ("", None),
    ],
)
def test_labels_mean_what_browsers_take_them_for(label: str, codec: str | None) -> None:
    """WHATWG's labels have WHATWG's meaning; a codec that is no charset of the web is never used."""
    assert codec_of(label) == codec
    if codec is not None:
        assert b"plain".decode(codec) == "plain"


CYRILLIC = "Каждую ночь кто-то читает страницы. "


@pytest.mark.parametrize(
    ("body", "content_type", "text", "garbled"),
    [
        (b"<p>plain</p>" * 9, "", "plain " * 9, False),
        ("<p>é</p>".encode("latin-1") * 99, "charset=utf-8", "caf\ufffd au lait " * 99, False),
        (b"<p>x</p>", "", "\ufffd" * 19, False),
        (CYRILLIC.encode("cp1251"), "charset=utf-8", "\ufffd" * 30 + " of it", True),
        ("<p>日本語</p>".encode("iso2022_jp") * 50, "charset=iso-2022-jp", "日本語" * 50, False),
        ("<p>hello</p>".encode("utf-16-le") * 9, "", "<p>hello</p>", True),
        (b"<p>hello</p>" * 9, "charset=utf-16", "㱰㹨敬汯", True),
        (b"no markup at all, caf\xe9", "", "no markup at all, café", False),
        (bytes(range(256)) * 40, "", "", True),
        (b"\x1b[1mbold\x1b[0m\t\r\n" * 50, "", "bold", False),
        (b"", "", "", False),
    ],
)
def test_what_is_no_text(body: bytes, content_type: str, text: str, garbled: bool) -> None:
    """Control characters in the markup, or a text that is mostly lost, show a charset that is not the page's; a slip does not."""
    assert is_garbled(markup_of(body, content_type), body, text) is garbled
