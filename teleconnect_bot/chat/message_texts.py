"""The exact texts that people receive, as the summary and the card show them (PRODUCT §3, §6)."""

from __future__ import annotations

import json
from collections.abc import Sequence

from teleconnect_bot.domain.session import Channel
from teleconnect_bot.services.ports import Preview

from .contacts import CHANNEL_NAMES
from .language_names import called_to_reader
from .markup import escaped
from .voice import say

ROOM_FOR_TEXTS = 7000
"""Bytes of JSON. An edit of the card holds each text four times, in base64, beside the rest of the card, and an event has 65,536
(Matrix specification, "Size limits"). The longest text of the catalogues fits.
"""


def texts(previews: Sequence[Preview]) -> list[str]:
    """Lines of Markdown: each text once, however many people receive it, for as long as there is room."""
    lines: list[str] = []
    left_out: list[str] = []
    room = ROOM_FOR_TEXTS
    for preview in dict.fromkeys(previews):
        room -= len(json.dumps(preview.text))
        if room < 0:
            left_out.append(escaped(called_to_reader(preview.language)))
            continue
        lines += [_by_what(preview), ""]
        lines += [f"> {line}".rstrip() for line in _body(preview)]
        lines += ["", *([say("No native speaker has reviewed the texts in this language yet."), ""] if not preview.reviewed else [])]
    if left_out:
        lines += [say("There is no room to show the texts in {languages}; they say the same.", languages=", ".join(left_out)), ""]
    return lines


def _body(preview: Preview) -> list[str]:
    if not preview.markdown:
        return [escaped(line) for line in preview.text.splitlines()]
    return [f"**{escaped(preview.subject)}**", "", *preview.text.splitlines()]


def _by_what(preview: Preview) -> str:
    channel, language = _channel(preview), escaped(called_to_reader(preview.language))
    if not preview.then:
        return say("{channel}, in {language}:", channel=channel, language=language)
    others = ", ".join(say(CHANNEL_NAMES[each]) for each in preview.then)
    return say("{channel}, in {language}; should it not arrive, by {others}:", channel=channel, language=language, others=others)


def _channel(preview: Preview) -> str:
    if preview.channel is not Channel.SMS or preview.segments is None:
        return say("By {channel}", channel=say(CHANNEL_NAMES[preview.channel]))
    return say("By SMS (1 segment)") if preview.segments == 1 else say("By SMS ({count} segments)", count=preview.segments)
