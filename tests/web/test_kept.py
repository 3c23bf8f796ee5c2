"""What is kept, and for how long: a page in every language for whoever reads the terms (PRODUCT §9)."""

from __future__ import annotations

import base64
import hashlib
import re
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest

from teleconnect_bot.adapters.messaging.kept import KeptTexts
from teleconnect_bot.adapters.messaging.moments import native_digits
from teleconnect_bot.adapters.messaging.texts import Catalogues
from teleconnect_bot.web.guest import Language
from teleconnect_bot.web.kept import CONTENT_SECURITY_POLICY, KeptPages
from tests.fakes_web import front_door

NOWHERE = "http://127.0.0.1:9"
TEXTS = Catalogues.load()
LANGUAGES = [Language(code, TEXTS.display_name(code), TEXTS.direction(code)) for code in TEXTS.languages()]


class Elements(HTMLParser):
    """The tags in order, and the text of each."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.addresses += [value for name, value in attrs if name in ("href", "src") and value]


async def test_it_shows_the_configured_time_and_is_read_without_a_script_and_without_a_session(tmp_path: Path) -> None:
    async with front_door(NOWHERE, tmp_path) as front:
        answer = await front.ask("GET", "/kept/en")
        assert (answer.status, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
        assert answer.headers["Cache-Control"] == "no-store"
        html = answer.body.decode()
        assert "36 hours after the conversation is closed" in html
        elements = Elements(html)
        assert "script" not in elements.tags
        assert set(elements.addresses) == {"data:,", "/kept/ar"}
        assert not front.door.calls
        assert not front.rows.reads


async def test_its_policy_lets_its_own_style_in_and_nothing_else(tmp_path: Path) -> None:
    async with front_door(NOWHERE, tmp_path) as front:
        answer = await front.ask("GET", "/kept/ar")
    assert answer.headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
    assert CONTENT_SECURITY_POLICY.startswith("default-src 'none';")
    (style,) = re.findall(r"<style>(.*?)</style>", answer.body.decode())
    (digest,) = re.findall(r"style-src 'sha256-([^']+)'", CONTENT_SECURITY_POLICY)
    assert base64.b64decode(digest) == hashlib.sha256(style.encode()).digest()


@pytest.mark.parametrize("asked", ["xx", "EN", "ar-EG"])
async def test_a_language_that_is_not_there_is_answered_with_the_first_one(asked: str, tmp_path: Path) -> None:
    async with front_door(NOWHERE, tmp_path) as front:
        assert '<html lang="en" dir="ltr">' in (await front.ask("GET", f"/kept/{asked}")).body.decode()
        assert (await front.ask("GET", "/kept/a<b")).status == 404


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.code)
def test_each_language_says_all_of_it_with_its_own_digits(language: Language) -> None:
    pages = KeptPages(KeptTexts(TEXTS, timedelta(hours=36)), LANGUAGES)
    html = pages.html(language.code)
    assert f'<html lang="{language.code}" dir="{language.direction}">' in html
    assert native_digits("36", language.code) in html
    tags = Elements(html).tags
    assert [tags.count(tag) for tag in ("h1", "h2")] == [1, 3]
    assert tags.count("li") == 4 + len(LANGUAGES), "what we cannot delete, and the languages"


@pytest.mark.parametrize(("after_close", "hours"), [(timedelta(hours=24), "24"), (timedelta(minutes=90), "2"), (timedelta(seconds=1), "1")])
def test_a_part_of_an_hour_is_promised_as_a_whole_one(after_close: timedelta, hours: str) -> None:
    assert f"<p>{hours} hour" in KeptTexts(TEXTS, after_close).body("en")
