"""`SmtpMailer` against a real SMTP server."""

from __future__ import annotations

import asyncio
import logging
import socket
import traceback
from dataclasses import replace
from email import message_from_bytes
from email.headerregistry import Address
from email.policy import SMTP, default

import pytest
import structlog
from hypothesis import example, given
from hypothesis import strategies as st

from teleconnect_bot.adapters.messaging.email import SmtpMailer, SmtpSettings, compose, message_id
from teleconnect_bot.adapters.messaging.texts import Catalogues
from teleconnect_bot.services.ports import Attachment, Email, RefusedByService, ServiceUnavailable
from tests.messaging.conftest import NOW, PASSWORD, USERNAME, Certificate, FixedClock, Mailbox, StartServer

TOKEN = "abcdefghijklmnopqrstuvwxy2"
LINK = f"https://tele.example.org/j#{TOKEN}"
PERSON = "amina.secret@example.net"
TEXTS = Catalogues.load()
SETTINGS = SmtpSettings("127.0.0.1", 0, "none", "bot@tele.example.org", timeout=10.0)


def invitation(language: str = "en", to: str = PERSON) -> Email:
    keys = ("invitation.body.markdown", "invitation.link.markdown", "invitation.not_for_you.markdown")
    body = "\n\n".join(TEXTS.get(key, language, name="Red *Star* <Aid>", link=LINK) for key in keys)
    return Email("invite-7f3a", to, TEXTS.get("invitation.subject", language, name="Red *Star* <Aid>"), body, language, "Red Star")


def mailer(mailbox: Mailbox, certificate: Certificate | None = None, **changes: object) -> SmtpMailer:
    settings = replace(SETTINGS, port=mailbox.port, **changes)  # type: ignore[arg-type]
    return SmtpMailer(settings, TEXTS, FixedClock(), tls_context=certificate.client if certificate else None)


async def test_an_invitation_arrives_with_the_headers_that_it_needs(smtp_server: StartServer) -> None:
    server = await smtp_server()
    await mailer(server).send(invitation())
    (message,) = server.messages
    assert server.recipients == [PERSON]
    assert message["Message-ID"] == "<invite-7f3a@tele.example.org>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Date"].datetime == NOW
    assert message["From"] == "Red Star <bot@tele.example.org>"
    assert message["To"] == PERSON
    assert message["Subject"] == "Invitation to a conversation with Red *Star* <Aid>"
    assert message["Content-Language"] == "en"


async def test_the_link_stands_once_in_the_plain_part_and_once_in_the_html_part(smtp_server: StartServer) -> None:
    server = await smtp_server()
    await mailer(server).send(invitation("fr"))
    (message,) = server.messages
    assert message.get_content_type() == "multipart/alternative"
    plain, html = (part.get_content() for part in message.iter_parts())
    assert plain.count(TOKEN) == 1
    assert f"\nOuvrir l’entretien\n{LINK}\n" in plain.replace("\r\n", "\n")
    assert html.count(TOKEN) == 1
    assert f'<a href="{LINK}" rel="noopener noreferrer">Ouvrir l’entretien</a>' in html
    assert '<html lang="fr" dir="ltr">' in html


async def test_a_public_name_with_signs_of_markdown_and_html_reads_as_it_was_written(smtp_server: StartServer) -> None:
    server = await smtp_server()
    await mailer(server).send(invitation())
    plain, html = (part.get_content() for part in server.messages[0].iter_parts())
    assert "Red *Star* <Aid> invites you" in plain
    assert "<strong>Red *Star* &lt;Aid&gt;</strong>" in html


async def test_the_same_message_sent_twice_carries_the_same_message_id(smtp_server: StartServer) -> None:
    server = await smtp_server()
    for _ in range(2):
        await mailer(server).send(invitation())
    assert len({message["Message-ID"] for message in server.messages}) == 1


@pytest.mark.parametrize("tls", ["starttls", "tls"])
async def test_the_message_travels_encrypted_and_signed_in(smtp_server: StartServer, certificate: Certificate, tls: str) -> None:
    server = await smtp_server(tls, auth=True)
    await mailer(server, certificate, tls=tls, username=USERNAME, password=PASSWORD).send(invitation())
    assert server.encrypted == [True]
    assert server.signed_in == [True]


@pytest.mark.parametrize("tls", ["starttls", "tls"])
async def test_a_server_with_an_unknown_certificate_gets_nothing(smtp_server: StartServer, tls: str) -> None:
    server = await smtp_server(tls)
    with pytest.raises(ServiceUnavailable):
        await mailer(server, tls=tls).send(invitation())
    assert server.delivered == []


async def test_a_server_without_starttls_gets_nothing_when_starttls_is_asked_for(
    smtp_server: StartServer, certificate: Certificate
) -> None:
    server = await smtp_server("none")
    with pytest.raises(ServiceUnavailable):
        await mailer(server, certificate, tls="starttls").send(invitation())
    assert server.delivered == []


async def test_a_wrong_password_means_try_again_later(smtp_server: StartServer, certificate: Certificate) -> None:
    server = await smtp_server("starttls", auth=True)
    with pytest.raises(ServiceUnavailable):
        await mailer(server, certificate, tls="starttls", username=USERNAME, password="wrong").send(invitation())


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("550 5.1.1 <{address}>: Recipient address rejected", "there is no mailbox with this address"),
        ("552 5.2.2 <{address}> over quota", "the mailbox is full"),
        ("554 5.7.1 <{address}> policy", "refuses messages from us"),
        ("550 5.1.8 <{address}> bad sender", "does not accept our sender address"),
        ("550 5.2.1 <{address}> disabled", "does not take messages at present"),
        ("552 5.2.3 <{address}> length", "too large for the mailbox"),
        ("552 5.3.4 <{address}> size", "too large for the e-mail server"),
        ("550 5.4.1 <{address}> no answer", "no e-mail server is known"),
        ("550 5.99.99 <{address}> something else", "does not accept this address"),
        ("553 <{address}> no", "does not accept this address"),
    ],
)
async def test_a_refused_recipient_is_told_in_words_without_the_address(smtp_server: StartServer, answer: str, words: str) -> None:
    server = await smtp_server()
    server.on_rcpt = answer
    with pytest.raises(RefusedByService, match=words) as caught:
        await mailer(server).send(invitation())
    assert_names_nobody(caught.value)


@pytest.mark.parametrize(("rcpt", "data"), [("451 4.7.1 <{address}> greylisted", None), (None, "452 4.3.1 full disk"), ("421 busy", None)])
async def test_a_server_that_asks_to_come_later_is_unavailable(smtp_server: StartServer, rcpt: str | None, data: str | None) -> None:
    server = await smtp_server()
    server.on_rcpt, server.on_data = rcpt, data
    with pytest.raises(ServiceUnavailable) as caught:
        await mailer(server).send(invitation())
    assert_names_nobody(caught.value)


async def test_a_message_refused_after_data_is_refused_for_good(smtp_server: StartServer) -> None:
    server = await smtp_server()
    server.on_data = "554 spam"
    with pytest.raises(RefusedByService, match="did not accept the message"):
        await mailer(server).send(invitation())


async def test_a_server_that_is_down_is_unavailable() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(ServiceUnavailable, match="e-mail server"):
        await mailer(Mailbox(port=port)).send(invitation())


async def test_a_server_that_never_answers_is_unavailable() -> None:
    released = asyncio.Event()

    async def silent(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await released.wait()
        writer.close()

    async with await asyncio.start_server(silent, "127.0.0.1", 0) as server:
        with pytest.raises(ServiceUnavailable):
            await mailer(Mailbox(port=server.sockets[0].getsockname()[1]), timeout=0.2).send(invitation())
        released.set()


@pytest.mark.parametrize("address", ["", "amina", "amina@", "@example.net", "a@b, c@d", "a@b\r\nBcc: c@d", "Amina <amina@example.net>"])
async def test_what_is_not_one_address_is_refused_before_any_connection(address: str) -> None:
    with pytest.raises(RefusedByService, match="not an e-mail address"):
        await mailer(Mailbox(port=1)).send(invitation(to=address))


async def test_an_address_beyond_ascii_arrives(smtp_server: StartServer) -> None:
    server = await smtp_server()
    await mailer(server).send(invitation(to="amina@bücher.example"))
    await mailer(server).send(invitation(to="آمنة@example.net"))
    assert server.recipients == ["amina@xn--bcher-kva.example", "آمنة@example.net"]


async def test_the_log_and_the_traceback_of_a_refusal_name_nobody(smtp_server: StartServer, caplog: pytest.LogCaptureFixture) -> None:
    server = await smtp_server()
    server.on_rcpt = "550 5.1.1 <{address}> unknown"
    quiet = caplog.at_level(logging.DEBUG, logger="aiosmtplib")
    with structlog.testing.capture_logs() as entries, quiet, pytest.raises(RefusedByService) as caught:
        await mailer(server).send(invitation())
    assert entries == [{"event": "email_not_taken", "kind": "SMTPRecipientsRefused", "code": 550, "final": True, "log_level": "warning"}]
    assert not [record for record in caplog.records if record.name.startswith("aiosmtplib")]
    assert_names_nobody(caught.value)
    assert "amina" not in repr(invitation())


def assert_names_nobody(error: BaseException) -> None:
    """Neither the words nor anything that hangs on the exception quotes the address."""
    assert error.__context__ is None
    assert error.__cause__ is None
    assert "amina" not in "".join(traceback.format_exception(error))


anything = st.text(max_size=60)


@given(name=anything, subject=anything, key=anything)
@example(name="0" * 24, subject="", key="")
@example(name="." + "0" * 24, subject="", key="")
def test_no_name_subject_or_key_can_add_a_header(name: str, subject: str, key: str) -> None:
    wicked = "\r\nBcc: thief@example.com\r\n\r\nbody"
    email = Email(key + wicked, PERSON, subject + wicked + subject, "Hello", "en", name + wicked + name)
    raw = compose(email, Address(addr_spec=PERSON), SETTINGS, TEXTS, FixedClock()).as_bytes(policy=SMTP)
    message = message_from_bytes(raw, policy=default)
    assert sorted(message.keys()) == sorted(
        ["From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "Content-Language", "MIME-Version", "Content-Type"]
    )
    (sender,) = message["From"].addresses
    assert sender.addr_spec == SETTINGS.sender
    assert message["To"] == PERSON
    assert next(message.iter_parts()).get_content().strip() == "Hello"


@given(st.text(min_size=1, max_size=100))
def test_every_key_gives_one_message_id_that_rfc_5322_allows(key: str) -> None:
    identifier = message_id(key, "tele.example.org")
    assert identifier == message_id(key, "tele.example.org")
    local = identifier.removeprefix("<").removesuffix("@tele.example.org>")
    assert local.isascii()
    assert not set(local) & set(' ()<>[]:;@\\,"\r\n\t\0')
    assert local == key or len(local) == 64


async def test_a_calendar_file_stands_beside_both_forms_of_the_text(smtp_server: StartServer) -> None:
    server = await smtp_server()
    file = Attachment("session.ics", "text/calendar; method=REQUEST; charset=utf-8", b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n")
    await mailer(server).send(replace(invitation(), attachments=(file,)))
    (message,) = server.messages
    assert message.get_content_type() == "multipart/mixed"
    assert message["Content-Language"] == "en"
    text, calendar = message.iter_parts()
    assert [part.get_content_type() for part in text.iter_parts()] == ["text/plain", "text/html"]
    assert (calendar.get_content_type(), calendar.get_filename()) == ("text/calendar", "session.ics")
    assert (calendar.get_param("method"), calendar.get_param("charset")) == ("REQUEST", "utf-8")
    assert calendar.get_payload(decode=True) == file.data
