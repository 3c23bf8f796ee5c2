"""The bot's messages are written in Markdown once; plain text and HTML are made of it."""

from __future__ import annotations

import re
from html import unescape

import markdown
import nh3

from teleconnect_bot.services.ports import Text

_TAGS = {"p", "strong", "em", "code", "ul", "ol", "li", "br", "a", "blockquote"}
_SPECIAL = re.compile(r"([\\`*_{}\[\]()#+!.>-])")
"""What Python-Markdown knows to be escaped; a backslash before anything else would be shown."""
_ENTITIES = {"&": "&amp;", "<": "&lt;"}
_INVISIBLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufff9-\ufffb]")
"""Control characters, and those that turn the direction of what follows (Unicode Annex 9, explicit formatting)."""
_MARK_UP = re.compile(
    r"\\(?P<escaped>.)|`(?P<code>[^`]*)`|\[(?P<label>(?:\\.|[^\]\\])*)\]\((?P<address>[^)]*)\)|&(?P<entity>\w+|#\d+);|\*{1,2}", re.DOTALL
)


def escaped(value: str) -> str:
    """What somebody wrote, so that it stays text in Markdown: line breaks become spaces, invisible control characters go."""
    visible = _INVISIBLE.sub("", " ".join(value.split()))
    return _SPECIAL.sub(r"\\\1", re.sub("[&<]", lambda found: _ENTITIES[found[0]], visible))


def text(source: str) -> Text:
    """`plain` stands alone: mark-up removed, links written out."""
    html = nh3.clean(markdown.markdown(source), tags=_TAGS, attributes={"a": {"href"}}, url_schemes={"https", "http"}, link_rel=None)
    return Text(_plain(source), html)


def _plain(source: str) -> str:
    return _MARK_UP.sub(_without_mark_up, source)


def _without_mark_up(found: re.Match[str]) -> str:
    match found.lastgroup:
        case "escaped" | "code":
            return str(found[found.lastgroup])
        case "address":
            return f"{_plain(found['label'])}: {unescape(found['address'])}"
        case "entity":
            return unescape(found[0])
        case _:
            return ""
