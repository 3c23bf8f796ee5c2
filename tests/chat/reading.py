"""How a client reads the bot's HTML, and what people might write to break it."""

from __future__ import annotations

import re
from html.parser import HTMLParser

TURNING = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
ATTACKS = [
    "<script>alert(1)</script>", '<img src=x onerror="alert(1)">', "[click](javascript:alert(1))", "[a](https://evil.example)",
    "![i](mxc://x/y)", "<https://evil.example>", "[x]: https://evil.example", "1. one", "- two", "# head", "> quote", "    code", "```x",
    "**b** _i_ `c`", "a\\", "\\", "`", "&lt;b&gt;", "&#60;b>", "a\n\n<b>", "***", "a  \nb", "---", "===", "@room",
    "\u202eevil\u202c", "\x02klzzwxh:0001\x03", "\x02amp\x03",
]  # fmt: skip


class ReadHtml(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.words = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.words += data


def read_html(html: str | None) -> ReadHtml:
    reader = ReadHtml()
    reader.feed(html or "")
    reader.close()
    return reader


def visible(value: str) -> str:
    """What a reader should see of it: spaces for line breaks, no control characters."""
    return re.sub(rf"[\x00-\x1f\x7f-\x9f{TURNING}\ufff9-\ufffb]", "", " ".join(value.split()))
