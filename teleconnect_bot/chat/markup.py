"""The bot's messages are written in Markdown once; plain text and HTML are made of it."""

from __future__ import annotations

import re

import markdown
import nh3

from teleconnect_bot.services.ports import Text

_TAGS = {"p", "strong", "em", "code", "ul", "ol", "li", "br", "a"}
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>()#+!|&~:-])")


def escaped(value: str) -> str:
    """What somebody wrote, so that it stays text in Markdown; line breaks become spaces."""
    return _SPECIAL.sub(r"\\\1", " ".join(value.split()))


def text(source: str) -> Text:
    """`plain` stands alone: mark-up removed, links written out."""
    html = nh3.clean(markdown.markdown(source), tags=_TAGS, attributes={"a": {"href"}}, url_schemes={"https", "http"}, link_rel=None)
    return Text(_plain(source), html)


def _plain(source: str) -> str:
    plain = re.sub(r"(?<!\\)\[([^\]]*)\]\(([^)]*)\)", r"\1: \2", source)
    plain = re.sub(r"(?<!\\)(\*\*|`)", "", plain)
    return re.sub(r"\\(.)", r"\1", plain)
