"""That a transcript holds the start, the written messages in their order, and nothing else."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from .journal import Step
from .transcript_text import is_tagged, text_of

_DAY = r"\w+, \d{1,2} \w+ \d{4}"
_FOOTER = "Room and stored copy are deleted on"


def check_transcript(pdf: bytes, code: str, started: datetime, lines: Sequence[tuple[str, str]], step: Step) -> None:
    """`lines` are (speaker, text) as written. What is installed to read a PDF decides how much is checked; the step says it."""
    step.check(pdf.startswith(b"%PDF-"), "it is a PDF")
    tagged = is_tagged(pdf)
    step.check(tagged is not False, "screen readers can read it" if tagged else "(whether screen readers can read it was not checked)")
    try:
        text, reader = text_of(pdf)
    except LookupError as error:
        step.checked.append(f"(its text was not checked: {error})")
        return
    flat = _flat(text)
    step.check(flat.startswith(f"Transcript of session {code} "), f"its title names the session {code} (read by {reader})")
    start = re.search(rf"Start: ({_DAY}, (\d\d:\d\d) \(UTC\))", flat)
    said, clock = (start[1], start[2]) if start else ("", "")
    step.check(f" {started.year}," in said and clock in _around(started), f"it says when the session started: {said}")
    body = flat[start.end() :].partition(_FOOTER)[0].strip() if start else ""
    spoken = " ".join(rf"(?:{_DAY} )?\d\d:\d\d {re.escape(_flat(who))} {re.escape(_flat(words))}" for who, words in lines)
    step.check(re.fullmatch(spoken, body), f"it holds the {len(lines)} messages with speaker and time, in their order, and nothing else")


def _around(moment: datetime) -> set[str]:
    """The minute and its neighbours."""
    return {f"{moment.astimezone(UTC) + timedelta(minutes=minutes):%H:%M}" for minutes in (-1, 0, 1)}


def _flat(text: str) -> str:
    """Without the breaks and control signs that setting the text adds."""
    kept = "".join(char for char in unicodedata.normalize("NFKC", text) if char.isspace() or unicodedata.category(char) not in ("Cf", "Cc"))
    return " ".join(kept.split())
