"""HTML texts of schedules become plain text that keeps its shape."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.sessions.schedules import to_plain


@pytest.mark.parametrize(
    ("html", "plain"),
    [
        ("", ""),
        ("a < b and c > d, R&D", "a < b and c > d, R&D"),
        ("one\r\ntwo\n\n\n\nthree  ", "one\ntwo\n\nthree"),
        ("1 &lt; 2 &amp; 3\nnext line", "1 < 2 & 3\nnext line"),
        ("\n<p>One\nparagraph</p>\n<p>Two<br>lines</p>  ", "One paragraph\n\nTwo\nlines"),
        (
            "<p>Such as:</p><ul><li>one</li>\n<li><p>two</p></li></ul><p>End</p>",
            "Such as:\n\n- one\n- two\n\nEnd",
        ),
        ("<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>", "- a\n- b\n- c"),
        ("<ol><li>x</li><li>y</li></ol>", "1. x\n2. y"),
        ("<pre>a\n  b</pre>", "a\n  b"),
        ("<h2>Title</h2>text", "Title\n\ntext"),
        ("<p>See <a href='https://a.example/x'>this</a>.</p>", "See this (https://a.example/x)."),
        ("<a href='https://a.example/'>https://a.example/</a>", "https://a.example/"),
        ("<a href='javascript:alert(1)'>click</a>", "click"),
        ("<p>x</p><script>alert(1)</script><style>p{}</style><p>y</p>", "x\n\ny"),
        ("<img src=x onerror=alert(1) alt='A chart'>", "[A chart]"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
        ("&lt;script&gt;", "<script>"),
        ("<p>a\x00b\x01c\ud800&#1;</p>", "abc"),
        ("<p>unclosed <b>bold", "unclosed bold"),
    ],
)
def test_markup_becomes_plain_text(html: str, plain: str) -> None:
    assert to_plain(html) == plain


def test_deep_nesting_loses_no_text() -> None:
    assert to_plain("<div>" * 5000 + "deep") == "deep"


@given(st.text(alphabet="<>/&;#ab pliu\n\x00\x01\x02\x03'\"=", max_size=200))
def test_no_text_is_too_strange(text: str) -> None:
    plain = to_plain(text)
    assert plain == plain.strip()
    assert not set(plain) & set("\x00\x01\x02\x03\r")
