"""What a service user may read about what is kept, and for how long, from the catalogues (PRODUCT §9)."""

from __future__ import annotations

from datetime import timedelta

from teleconnect_bot.adapters.messaging.markdown import to_html
from teleconnect_bot.adapters.messaging.texts import Catalogues

HOUR = timedelta(hours=1)


class KeptTexts:
    """`after_close`: when everything of a session is deleted. A part of an hour is promised as a whole one."""

    def __init__(self, texts: Catalogues, after_close: timedelta) -> None:
        self._texts = texts
        self._hours = str(max(1, -(-after_close // HOUR)))

    def reads_as(self, language: str) -> str:
        """The language that the words are really in."""
        return self._texts.resolve(language)

    def title(self, language: str) -> str:
        return self._texts.get("kept.title", language)

    def body(self, language: str) -> str:
        """HTML: paragraphs, headings and lists."""
        return to_html(self._texts.get("kept.body.markdown", language, hours=self._hours))
