"""Each mail to service users, third parties, colleagues, interpreters and organisations, in each language, as it is sent (PRODUCT §6)."""

from __future__ import annotations

import re
import unicodedata
from html.parser import HTMLParser

import pytest

from tests.messaging.mails import NAME, PUBLIC, TEXTS, every_mail, html_of, plain_of, written_out

LANGUAGES = TEXTS.languages()
FROM_RIGHT_TO_LEFT = {"ar", "fa", "prs", "ps"}
LOADING = {"img", "script", "link", "iframe", "object", "embed", "video", "audio", "source", "form", "base", "svg", "style"}
RIGHT_LETTERS = {"R", "AL"}


class Page(HTMLParser):
    """What of a mail a browser would act on."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: dict[str, dict[str, str]] = {}
        self.links: list[str] = []
        self.all_attributes: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self.tags.append(tag)
        self.attributes.setdefault(tag, values)
        self.all_attributes |= values.keys()
        if tag == "a":
            self.links.append(values["href"])


@pytest.mark.parametrize("language", LANGUAGES)
async def test_language_and_direction_stand_at_the_page_and_at_its_body(language: str) -> None:
    direction = "rtl" if language in FROM_RIGHT_TO_LEFT else "ltr"
    async for what, mail in every_mail(language):
        page = Page(html_of(mail))
        for tag in ("html", "body"):
            assert (page.attributes[tag]["lang"], page.attributes[tag]["dir"]) == (language, direction), what
        assert "text-align" not in page.attributes["body"]["style"], "the side is that of the direction"
        assert not {"align", "dir"} & set().union(*(page.attributes[tag] for tag in page.attributes if tag not in ("html", "body"))), what
        assert written_out(mail)["Content-Language"] == language


@pytest.mark.parametrize("language", sorted(FROM_RIGHT_TO_LEFT))
async def test_each_paragraph_and_the_subject_begin_with_a_letter_of_their_own_script(language: str) -> None:
    """Where a program ignores `dir`, as in subjects and plain text, the first strong letter decides (Unicode UAX #9, P2)."""
    async for what, mail in every_mail(language):
        for words in (mail.subject, *(line for line in plain_of(mail).splitlines() if not line.startswith(PUBLIC))):
            strong = first_strong(words)
            assert strong in RIGHT_LETTERS | {None}, (what, words)


def first_strong(text: str) -> str | None:
    """The class of the first strong letter; what stands apart between isolates does not count."""
    depth = 0
    for char in text:
        kind = unicodedata.bidirectional(char)
        if kind in ("LRI", "RLI", "FSI"):
            depth += 1
        elif kind == "PDI":
            depth -= 1
        elif depth == 0 and kind in ("L", "R", "AL"):
            return kind
    return None


@pytest.mark.parametrize("language", LANGUAGES)
async def test_no_mail_loads_anything_or_tells_anybody_that_it_was_read(language: str) -> None:
    async for what, mail in every_mail(language):
        page = Page(html_of(mail))
        assert not LOADING & set(page.tags), what
        assert not {"src", "srcset", "background", "poster", "ping"} & page.all_attributes, what
        assert "url(" not in html_of(mail)
        assert [link for link in page.links if not re.fullmatch(rf"{re.escape(PUBLIC)}/[ji]#[A-Za-z0-9_-]{{22}}", link)] == [], what
        headers = {name.lower() for name in written_out(mail).keys()}  # noqa: SIM118 - of the headers, which come twice if they are there twice
        assert not headers & {"disposition-notification-to", "return-receipt-to", "x-mailer", "list-unsubscribe"}
        assert written_out(mail)["Auto-Submitted"] == "auto-generated"


@pytest.mark.parametrize("language", LANGUAGES)
async def test_both_forms_hold_the_same_links_and_no_gap(language: str) -> None:
    async for what, mail in every_mail(language):
        plain, page = plain_of(mail), Page(html_of(mail))
        assert re.findall(rf"{re.escape(PUBLIC)}/\S+", plain) == page.links, what
        assert not re.search(r"\{\w+[}|]", plain + mail.subject), what


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_discreet_mail_names_the_organisation_nowhere_except_to_interpreters(language: str) -> None:
    async for what, mail in every_mail(language):
        if "discreet=True" in what and not what.startswith("interpreter"):
            assert NAME not in written_out(mail).as_string() + plain_of(mail) + html_of(mail), what
            assert mail.sender_name is None
