"""What is made of a vendor's answer."""

import pytest

from linkwatch.errors import SourceError
from linkwatch.sources.apis.session import Answer

READABLE = {
    "as it should be": (b'{"a": "\xc3\xa9"}', "é"),
    "an emoji": (rb'{"a": "\ud83d\ude00"}', "😀"),
    "half an emoji": (rb'{"a": "x\ud83d"}', "x�"),
    "the other half": (rb'{"a": "\ude00x"}', "�x"),
    "both halves, wrong way round": (rb'{"a": "\ude00\ud83d"}', "��"),
    "no UTF-8": (b'{"a": "caf\xe9"}', "caf�"),
}
NO_JSON = {
    "cut off": b'{"a": [1, 2',
    "an error page": b"<html>oops</html>",
    "empty": b"",
    "deep": b"[" * 100_000,
    "two documents": b"{}{}",
}


@pytest.mark.parametrize(("body", "text"), READABLE.values(), ids=READABLE)
def test_one_broken_anchor_does_not_cost_a_page_of_rows(body, text):
    """Half characters and bytes that are no UTF-8 are replaced; texts can be stored as UTF-8 afterwards."""
    assert Answer(200, {}, body).json() == {"a": text}
    assert text.encode()


@pytest.mark.parametrize("body", NO_JSON.values(), ids=NO_JSON)
def test_what_is_no_json_says_whose_answer_it_was(body):
    """The error gives size and type, and nothing of the body, which is a stranger's."""
    with pytest.raises(SourceError) as error:
        Answer(200, {"content-type": "text/html; charset=utf-8"}, body, "moz_api (v2/links)").json()
    assert str(error.value).startswith(f"answer of moz_api (v2/links) is no JSON: got {len(body):,} bytes of text/html, cut off")


def test_text_has_no_byte_order_mark():
    """A mark would otherwise be part of the first column's name."""
    assert Answer(200, {}, b"\xef\xbb\xbfsource_url;x\xff").text() == "source_url;x�"
