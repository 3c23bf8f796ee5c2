"""Markdown of our own catalogues, with values of strangers in it, as HTML and as plain text (PRODUCT §6)."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import markdown
import nh3

from teleconnect_bot.adapters.plain_text import one_line

_TAGS = {"p", "br", "strong", "em", "a", "ul", "ol", "li", "h1", "h2", "h3"}
_ATTRIBUTES = {"a": {"href"}}
_SCHEMES = {"https", "http", "tel", "mailto"}


def escape_value(value: str) -> str:
    """The value as text that no Markdown rule and no HTML rule applies to: every sign of ASCII as a reference."""
    return "".join(char if not char.isascii() or char.isalnum() or char == " " else f"&#{ord(char)};" for char in one_line(value))


def to_html(source: str) -> str:
    """Markdown as HTML that holds paragraphs, emphasis, lists, headings and links, and nothing else: no picture, no style."""
    rendered = markdown.markdown(source, output_format="html")
    return nh3.clean(rendered, tags=_TAGS, attributes=_ATTRIBUTES, url_schemes=_SCHEMES, link_rel="noopener noreferrer")


def to_plain(html: str) -> str:
    """What `to_html` made, as plain text: blocks are parted by an empty line, a link is its words, then its address below."""
    reader = _PlainText()
    reader.feed(html)
    reader.close()
    return reader.text()


class _PlainText(HTMLParser):
    _BLOCKS = frozenset({"p", "h1", "h2", "h3", "ul", "ol"})

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._parts: list[str] = []
        self._href: str | None = None
        self._words = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self._href, self._words = dict(attrs).get("href"), ""
        elif tag == "br":
            self._parts.append("\n")
        elif tag == "li":
            self._parts.append("\n- ")

    def handle_endtag(self, tag: str) -> None:
        if tag in self._BLOCKS:
            self._parts.append("\n\n")
        elif tag == "a":
            if self._href is not None and self._href != self._words:
                self._parts.append(f"\n{self._href}")
            self._href = None

    def handle_data(self, data: str) -> None:
        text = data.replace("\n", " ")
        self._words += text
        self._parts.append(text)

    def text(self) -> str:
        lines = "\n".join(line.strip() for line in "".join(self._parts).splitlines())
        return re.sub(r"\n{3,}", "\n\n", lines).strip() + "\n"
