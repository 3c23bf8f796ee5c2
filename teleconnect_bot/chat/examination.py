"""`doctor` in the chat: what is not as it must be around the bot, for administrators (PRODUCT §3, §10)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from .markup import escaped
from .voice import Sentence, say

PATIENCE = 20.0
"""Seconds. Meanwhile nobody else is answered."""


@dataclass(frozen=True, slots=True)
class Found:
    """One check. `words` and `remedy` hold no secret and nothing about a person; `remedy` is empty when all is well."""

    title: str
    words: str
    remedy: str = ""
    good: bool = True


Examine = Callable[[], Awaitable[Sequence[Found]]]
GOOD: Sentence = "All is as it must be: {count} checks."
NOT_GOOD: Sentence = "{count} of {all} checks found something, here in English as on the command line:"
TOO_SLOW: Sentence = "Something around me does not answer in time. On the server, `teleconnect-bot doctor` says what it is."


async def examined(examine: Examine, patience: float = PATIENCE) -> str:
    """The report in Markdown."""
    try:
        async with asyncio.timeout(patience):
            found = await examine()
    except TimeoutError:
        return say(TOO_SLOW)
    bad = [each for each in found if not each.good]
    if not bad:
        return say(GOOD, count=len(found))
    lines = (f"- **{escaped(each.title)}**: {escaped(each.words)} {escaped(each.remedy)}".rstrip() for each in bad)
    return "\n".join([say(NOT_GOOD, count=len(bad), all=len(found)), "", *lines])
