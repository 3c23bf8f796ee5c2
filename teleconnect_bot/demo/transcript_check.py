"""That a transcript holds the start, the written messages in their order, and nothing else that was written."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime

from .journal import Step
from .transcript_text import text_of


def check_transcript(pdf: bytes, code: str, lines: Sequence[tuple[str, str]], step: Step) -> None:
    """`lines` are (speaker, text) as written. What could be read of the PDF decides how much is checked; the step says it."""
    step.check(pdf.startswith(b"%PDF-") and b"/StructTreeRoot" in pdf, "it is a PDF, tagged for screen readers")
    try:
        text, reader = text_of(pdf)
    except LookupError as error:
        step.checked.append(f"its text was not checked: {error}")
        return
    flat = _flat(text)
    step.check(f"session {code}" in flat, f"its title names the session {code} (read by {reader})")
    today = datetime.now(UTC)
    start = re.search(r"Start: (.+?\d{1,2}:\d{2}.*?)(?:\s{2,}|$)", text, re.MULTILINE)
    step.check(start and str(today.year) in start[1], f"it says when the session started: {_flat(start[1]) if start else ''}")
    spoken = re.findall(r"\d{1,2}:\d{2}\s+(" + "|".join(sorted({re.escape(who) for who, _ in lines})) + r")\s", text)
    step.check(spoken == [who for who, _ in lines], "it names who spoke, once for each message and in their order")
    places = [flat.find(_flat(words)) for _, words in lines]
    step.check(-1 not in places and places == sorted(places), f"it holds all {len(lines)} messages in their order")


def _flat(text: str) -> str:
    """Without the breaks and control signs that setting the text adds."""
    kept = "".join(char for char in unicodedata.normalize("NFKC", text) if unicodedata.category(char) not in ("Cf", "Cc") or char.isspace())
    return " ".join(kept.split())
