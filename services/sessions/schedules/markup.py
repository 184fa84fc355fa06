"""HTML out of schedule files as plain text with paragraphs and lists."""

import re
from typing import Final

from lxml import etree, html
from lxml.etree import _Element as Element

from services.sessions.schedules.values import without_control_characters

_TAG: Final = re.compile(
    r"</?(?:p|br|hr|div|span|a|b|i|u|em|strong|small|sub|sup|ul|ol|li|dl|dt|dd|h[1-6]|pre|code|tt|kbd|blockquote|"
    r"q|cite|table|tbody|thead|tr|td|th|img|font|center|script|style|iframe|section|article|figure|del|ins|s)"
    r"(?:\s[^<>]{0,4000})?/?>",
    re.IGNORECASE,
)
_ENTITY: Final = re.compile(
    r"&(?:amp|lt|gt|quot|apos|nbsp|#[0-9]{1,7}|#x[0-9a-fA-F]{1,6}|[a-zA-Z]{2,8}(?=;));"
)
_SILENT: Final = frozenset(
    ("script", "style", "head", "title", "iframe", "object", "template", "noscript", "svg", "math", "select")
)
_PARAGRAPHS: Final = frozenset(
    (
        "p",
        "div",
        "ul",
        "ol",
        "dl",
        "pre",
        "blockquote",
        "table",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "center",
        "section",
        "article",
        "figure",
        "body",
    )
)
_LINES: Final = frozenset(("tr", "dt", "dd", "figcaption"))
_PARAGRAPH, _LINE, _GAP = "\x01", "\x02", "\x03"


def to_plain(text: str) -> str:
    """The text of an HTML fragment: blank lines between paragraphs, `- ` before list entries, links after their words.

    A text without any HTML comes back as it is, trimmed. The result is plain text that may hold `<` and `&`:
    a page must escape it like any other.
    """
    clean = without_control_characters(text).replace("\r\n", "\n").replace("\r", "\n")
    if not _TAG.search(clean) and not _ENTITY.search(clean):
        return _tidy(clean)
    try:
        root = html.document_fromstring(f"<html><body>{_keep_breaks(clean)}</body></html>")
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return _tidy(_TAG.sub(" ", clean))
    return _tidy(_laid_out("".join(_pieces(root)))) or _tidy(_TAG.sub(" ", clean))


def _keep_breaks(clean: str) -> str:
    """Texts with entities but no tags were written as plain text: their line breaks are meant."""
    return clean if _TAG.search(clean) else clean.replace("\n", "<br>")


def _pieces(root: Element) -> list[str]:
    """The texts in document order, with marks where paragraphs and lines begin; no recursion, so depth is no matter."""
    pieces: list[str] = []
    silent = 0
    preformatted = 0
    for action, element in etree.iterwalk(root, events=("start", "end", "comment", "pi")):
        if action in ("comment", "pi"):
            pieces.append("" if silent else _words(element.tail, preformatted))
            continue
        name = str(element.tag)
        step = 1 if action == "start" else -1
        silent += step * (name in _SILENT)
        preformatted += step * (name == "pre")
        if action == "start":
            pieces.append("" if silent else _opening(element, name) + _words(element.text, preformatted))
        else:
            pieces.append("" if silent else _closing(element, name) + _words(element.tail, preformatted))
    return pieces


def _words(text: str | None, preformatted: int) -> str:
    if not text:
        return ""
    clean = without_control_characters(text)
    if preformatted:
        return clean.replace("\n", _LINE)
    return re.sub(r"[ \t\n]*\n[ \t\n]*", _GAP, clean) if "\n" in clean else clean


def _opening(element: Element, name: str) -> str:
    if name == "br":
        return _LINE
    if name == "li":
        return f"{_LINE}{_bullet(element)} "
    if name in _LINES:
        return _LINE
    if name in ("td", "th"):
        return " " if element.getprevious() is not None else ""
    if name == "img" and element.get("alt"):
        return f"[{_words(element.get('alt'), 0)}]"
    return _PARAGRAPH if name in _PARAGRAPHS and not _inside_list(element, name) else ""


def _closing(element: Element, name: str) -> str:
    if name == "a":
        return _address_after(element)
    if name == "li":
        return _LINE
    return _PARAGRAPH if name in _PARAGRAPHS and not _inside_list(element, name) else ""


def _inside_list(element: Element, name: str) -> bool:
    parent = element.getparent()
    return name in ("p", "div", "ul", "ol") and parent is not None and parent.tag == "li"


def _bullet(element: Element) -> str:
    parent = element.getparent()
    if parent is None or parent.tag != "ol":
        return "-"
    position = parent.get("data-position", "0")
    number = int(position) + 1
    parent.set("data-position", str(number))
    return f"{number}."


def _address_after(element: Element) -> str:
    """The address behind a link's words, unless the words are the address."""
    address = (element.get("href") or "").strip()
    words = "".join(str(part) for part in element.itertext(with_tail=False)).strip()
    if (
        not address.startswith(("https://", "http://"))
        or address in words
        or address.partition("//")[2] == words
    ):
        return ""
    return f" ({_words(address, 0)})"


def _laid_out(marked: str) -> str:
    text = re.sub("[\x01\x02\x03 ]*\x01[\x01\x02\x03 ]*", "\n\n", marked)
    text = re.sub("[\x02\x03 ]*\x02\x03*", "\n", text)
    return text.replace(_GAP, " ")


def _tidy(text: str) -> str:
    lines = (re.sub(r"[ \t\u00a0]+$", "", line) for line in text.replace("\u00a0", " ").split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
