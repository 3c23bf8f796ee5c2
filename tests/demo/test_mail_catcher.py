"""The SMTP catcher and the page that shows what it caught."""

from __future__ import annotations

import smtplib
from collections.abc import AsyncIterator, Iterator
from email.message import EmailMessage

import aiohttp
import pytest
import pytest_asyncio

from teleconnect_bot.demo.addresses import free_port
from teleconnect_bot.demo.catcher import CaughtMail, MailCatcher, NoMailCame
from teleconnect_bot.demo.mail_page import MailPage

LINK = "http://127.0.0.1:8480/j#abcdefghijklmnopqrstuvwxyz"


@pytest.fixture
def catcher() -> Iterator[MailCatcher]:
    caught = MailCatcher()
    caught.start()
    yield caught
    caught.stop()


@pytest_asyncio.fixture
async def page(catcher: MailCatcher) -> AsyncIterator[aiohttp.ClientSession]:
    shown, port = MailPage(catcher), free_port()
    await shown.start(port)
    async with aiohttp.ClientSession(f"http://127.0.0.1:{port}") as http:
        yield http
    await shown.stop()


def send(catcher: MailCatcher, plain: str = f"Bonjour,\n\nOuvrir : {LINK}\n", html: str | None = None) -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "Somebody <a@example.org>", "guest@example.org", "Été <b>"
    message["Message-ID"] = "<one@example.org>"
    message.set_content(plain)
    if html is not None:
        message.add_alternative(html, subtype="html")
    with smtplib.SMTP("127.0.0.1", catcher.port) as client:
        client.send_message(message)


async def test_a_mail_is_kept_with_its_recipients_and_both_parts(catcher: MailCatcher) -> None:
    send(catcher, html="<p>Bonjour</p>")
    mail: CaughtMail = await catcher.wait_for("guest@example.org")
    assert (mail.number, mail.recipients, mail.subject, mail.message_id) == (1, ("guest@example.org",), "Été <b>", "<one@example.org>")
    assert (mail.link, mail.html.strip()) == (LINK, "<p>Bonjour</p>")
    assert "Bonjour" not in repr(mail)


async def test_a_mail_without_a_link_says_so(catcher: MailCatcher) -> None:
    send(catcher, "Nothing to click: http://127.0.0.1:8480/help")
    with pytest.raises(LookupError):
        _ = (await catcher.wait_for("guest@example.org")).link


async def test_while_refusing_nothing_is_kept_and_the_sender_is_told_to_come_back(catcher: MailCatcher) -> None:
    catcher.refusing = True
    with pytest.raises(smtplib.SMTPDataError) as refused:
        send(catcher)
    assert refused.value.smtp_code == 451
    assert (catcher.refused, catcher.mails) == (1, ())
    catcher.refusing = False
    send(catcher)
    assert (await catcher.wait_for("guest@example.org")).number == 1


async def test_waiting_for_a_mail_that_does_not_come_ends(catcher: MailCatcher) -> None:
    send(catcher)
    with pytest.raises(NoMailCame):
        await catcher.wait_for("guest@example.org", 2, timeout=0.2)


def test_after_stop_nobody_is_answered_and_the_mails_stay(catcher: MailCatcher) -> None:
    send(catcher)
    catcher.stop()
    with pytest.raises(OSError):  # noqa: PT011 - refused or reset, as the kernel likes
        smtplib.SMTP("127.0.0.1", catcher.port, timeout=2)
    assert len(catcher.mails) == 1


async def test_the_page_lists_mails_and_shows_one_with_a_link_to_click(catcher: MailCatcher, page: aiohttp.ClientSession) -> None:
    async with page.get("/") as answer:
        assert "None so far" in await answer.text()
    send(catcher)
    async with page.get("/") as answer:
        text = await answer.text()
    assert '<a href="/mail/1">Été &lt;b&gt;</a>' in text
    async with page.get("/mail/1") as answer:
        text = await answer.text()
    assert f'<a href="{LINK}" target="_blank" rel="noopener noreferrer">{LINK}</a>' in text
    assert "<iframe" not in text


async def test_a_link_is_also_shown_as_a_picture_for_a_phones_camera(catcher: MailCatcher, page: aiohttp.ClientSession) -> None:
    send(catcher)
    send(catcher, "Nothing to click.")
    async with page.get("/mail/1") as with_link, page.get("/mail/2") as without:
        assert "<svg" in await with_link.text()
        assert "<svg" not in await without.text()


async def test_a_mails_html_is_shown_in_a_sandbox_that_loads_nothing(catcher: MailCatcher, page: aiohttp.ClientSession) -> None:
    send(catcher, html="<script>alert(1)</script><p>Bonjour</p>")
    async with page.get("/mail/1") as answer:
        assert '<iframe title="HTML" src="/mail/1/html">' in await answer.text()
    async with page.get("/mail/1/html") as answer:
        policy = answer.headers["Content-Security-Policy"]
        assert "Bonjour" in await answer.text()
    assert "default-src 'none'" in policy
    assert "sandbox allow-popups" in policy
    assert "script" not in policy


async def test_an_unknown_mail_is_not_found(catcher: MailCatcher, page: aiohttp.ClientSession) -> None:
    for path in ("/mail/1", "/mail/0", "/mail/1/html", "/mail/x"):
        async with page.get(path) as answer:
            assert answer.status == 404


async def test_the_page_answers_to_no_foreign_name(page: aiohttp.ClientSession) -> None:
    async with page.get("/", headers={"Host": "rebound.example.org:80"}) as answer:
        assert answer.status == 403
