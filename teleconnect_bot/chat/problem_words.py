"""Why a message has not arrived, in the language of whoever reads it. It is stored in English, with its number, if it has one."""

from __future__ import annotations

import re

from teleconnect_bot.services.provider_words import WITH_CODE
from teleconnect_bot.services.spending import TOO_MANY_OF_YOURS, TOO_MANY_TO_A_NUMBER

from .markup import escaped
from .voice import Sentence, say

WITH_NUMBER: tuple[Sentence, ...] = (TOO_MANY_OF_YOURS, TOO_MANY_TO_A_NUMBER, WITH_CODE)


def problem_in_words(problem: str) -> str:
    """In Markdown; empty for none."""
    for sentence in WITH_NUMBER:
        before, after = map(re.escape, sentence.split("{number}"))
        if found := re.fullmatch(f"{before}(\\d+){after}", problem):
            return escaped(say(sentence, number=found[1]))
    return escaped(say(problem)) if problem else ""
