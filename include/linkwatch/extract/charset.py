"""Bytes → text, as a browser decodes them: BOM, then the HTTP header, then the page's own <meta>, then a guess.

A BOM comes first because browsers let it overrule the header (WHATWG Encoding, "decode"); a page that is asked for with
`charset=iso-8859-1` and starts with a UTF-8 BOM is UTF-8. Labels mean what WHATWG says they mean: iso-8859-1 is windows-1252.
"""

import codecs
import re

CONTROL_SHARE = 0.05
LOST_SHARE = 0.4  # of what is not white space; text of two bytes a character that is read as UTF-8 loses half and more

_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_SAMPLE = 8192  # of the markup
_CONTROLS = bytes({*range(0x20), 0x7F} - set(b"\t\n\f\r\x1b"))  # ESC switches alphabets in ISO-2022
_FEW = 20  # lost characters; fewer are a slip
_PRESCAN_BYTES = 4096  # the standard asks for 1024; browsers start over when a later <meta> disagrees

# WHATWG labels whose Python namesake is another encoding, or has none (https://encoding.spec.whatwg.org/#names-and-labels).
_LABELS = {
    **dict.fromkeys(("utf8", "unicode-1-1-utf-8", "unicode11utf8", "unicode20utf8", "x-unicode20utf8"), "utf-8"),
    **dict.fromkeys(("utf-16", "utf-16le", "unicode", "ucs-2", "iso-10646-ucs-2", "csunicode", "unicodefeff"), "utf-16-le"),
    **dict.fromkeys(("utf-16be", "unicodefffe"), "utf-16-be"),
    **dict.fromkeys(("ascii", "us-ascii", "ansi_x3.4-1968", "iso-8859-1", "iso8859-1", "iso88591", "iso_8859-1"), "cp1252"),
    **dict.fromkeys(("latin1", "l1", "cp819", "ibm819", "iso-ir-100", "x-cp1252", "windows-1252", "x-user-defined"), "cp1252"),
    **dict.fromkeys(("iso-8859-9", "iso8859-9", "iso88599", "iso_8859-9", "latin5", "l5", "windows-1254", "x-cp1254"), "cp1254"),
    **dict.fromkeys(("iso-8859-11", "iso8859-11", "tis-620", "windows-874", "dos-874"), "cp874"),
    **dict.fromkeys(("gb2312", "gbk", "gb_2312-80", "csgb2312", "chinese", "x-gbk", "iso-ir-58", "gb18030"), "gb18030"),
    **dict.fromkeys(("big5", "big5-hkscs", "cn-big5", "csbig5", "x-x-big5"), "big5hkscs"),
    **dict.fromkeys(("shift_jis", "shift-jis", "sjis", "x-sjis", "ms_kanji", "ms932", "windows-31j", "csshiftjis"), "cp932"),
    **dict.fromkeys(("euc-kr", "ks_c_5601-1987", "ks_c_5601-1989", "korean", "windows-949", "cseuckr", "ksc5601"), "cp949"),
    **dict.fromkeys(("euc-jp", "x-euc-jp"), "euc_jp"),
    **dict.fromkeys(("koi8-r", "koi", "koi8", "koi8_r", "cskoi8r"), "koi8_r"),
    **dict.fromkeys(("koi8-u", "koi8-ru"), "koi8_u"),
    **dict.fromkeys(("macintosh", "mac", "x-mac-roman", "csmacintosh"), "mac_roman"),
    **dict.fromkeys(("x-mac-cyrillic", "x-mac-ukrainian"), "mac_cyrillic"),
    **dict.fromkeys(("latin2", "l2"), "iso8859-2"),
    "cyrillic": "iso8859-5",
    "iso-8859-8-i": "iso8859-8",
    "iso-2022-jp": "iso2022_jp",
}
_SAME_IN_PYTHON = re.compile(r"utf-8|(?:windows-|x-cp|cp)125\d|iso[-_]?8859-?(?:[2-8]|10|1[3-6])|ibm866|cp866")
_CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([^\s;\"',/>]+)", re.IGNORECASE)
_META = re.compile(rb"<[mM][eE][tT][aA][\s/][^>]*?[cC][hH][aA][rR][sS][eE][tT]\s*=\s*[\"']?\s*([^\s;\"'/>]+)")
_XML = re.compile(rb"\s*<\?xml[^>]*?encoding\s*=\s*[\"']([^\"']+)")
_COMMENT = re.compile(rb"<!--.*?(?:-->|\Z)", re.DOTALL)


def markup_of(body: bytes, content_type: str) -> str | bytes:
    """The page's markup for the parser: UTF-8 bytes, untouched where that is what the body is, or text. No BOM."""
    for bom, codec in _BOMS:
        if body.startswith(bom):
            return body[len(bom) :] if codec == "utf-8" else body[len(bom) :].decode(codec, "replace")
    codec = _declared(body, content_type) or _guessed(body)
    return body if codec == "utf-8" else body.decode(codec, "replace")


def is_garbled(markup: str | bytes, body: bytes, text: str) -> bool:
    """True where `markup`, made of `body`, is no text, or `text`, what readers see of it, is mostly characters that were lost.

    Text has no control characters; a tenth of compressed bytes are, and half of UTF-16 that is read as something else.
    """
    if isinstance(markup, str) and b"<" in body and "<" not in markup:
        return True
    sample = markup[:_SAMPLE] if isinstance(markup, bytes) else markup[:_SAMPLE].encode("utf-8", "replace")
    if len(sample) - len(sample.translate(None, _CONTROLS)) > len(sample) * CONTROL_SHARE:
        return True
    lost = text.count("\ufffd")
    return lost >= _FEW and lost > LOST_SHARE * sum(map(len, text.split()))


def codec_of(label: str) -> str | None:
    """Python's codec for a WHATWG label, or None. Never a codec that is no charset (`utf-7`, `unicode_escape`, `zip`)."""
    label = label.strip().lower()
    if label in _LABELS:
        return _LABELS[label]
    return label.removeprefix("x-") if _SAME_IN_PYTHON.fullmatch(label) else None


def _declared(body: bytes, content_type: str) -> str | None:
    said = _CHARSET.search(content_type)
    codec = codec_of(said[1]) if said else None
    if codec is not None:
        return codec
    start = body[:_PRESCAN_BYTES]
    if b"<!--" in start:
        start = _COMMENT.sub(b"", start)
    inside = _META.search(start) or _XML.match(start)
    codec = codec_of(inside[1].decode("latin-1")) if inside else None
    # A <meta> that could be read as ASCII cannot be telling the truth about UTF-16 (WHATWG HTML, prescan).
    return "utf-8" if codec in ("utf-16-le", "utf-16-be") else codec


def _guessed(body: bytes) -> str:
    try:
        body.decode()
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"
