"""The port `Mailer` on SMTP (PRODUCT §6; RFC 5321, 5322, 3463, 3834)."""

from __future__ import annotations

import asyncio
import hashlib
import re
import ssl
from contextlib import suppress
from dataclasses import dataclass, field
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as WIRE
from email.policy import SMTPUTF8 as WIRE_UTF8
from email.utils import format_datetime
from html import escape
from typing import Literal

import aiosmtplib
import structlog

from teleconnect_bot.adapters.messaging.markdown import to_html, to_plain
from teleconnect_bot.adapters.plain_text import one_line
from teleconnect_bot.services.ports import Attachment, Clock, Email, RefusedByService, ServiceUnavailable, Texts

SERVICE = "e-mail server"
_FAREWELL = 5.0
_log = structlog.get_logger(__name__)
_DOT_ATOM = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_ENHANCED = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")

# What a person reads for the enhanced code of a refusal (RFC 3463); the longest prefix that fits is taken.
_REASONS = {
    "5.1": "there is no mailbox with this address; please check it",
    "5.1.8": "the e-mail server does not accept our sender address; please tell the administrator",
    "5.2": "the mailbox does not take messages at present",
    "5.2.2": "the mailbox is full",
    "5.2.3": "the message is too large for the mailbox",
    "5.3.4": "the message is too large for the e-mail server",
    "5.4": "no e-mail server is known for this address; please check what stands after the @",
    "5.7": "the e-mail server refuses messages from us to this address",
}
_BAD_ADDRESS = "this is not an e-mail address; please check it"
_BEYOND_ASCII = "the e-mail server does not take addresses with letters beyond a-z"
_SPECIALS = re.compile(r'[()<>\[\]:;@\\,."]+')
_UNKNOWN = "the e-mail server does not accept this address"
_REFUSED_MESSAGE = "the e-mail server did not accept the message; please tell the administrator"
REASONS = frozenset({*_REASONS.values(), _BAD_ADDRESS, _BEYOND_ASCII, _UNKNOWN, _REFUSED_MESSAGE})
"""Everything that requesters read of a refusal, for the translations."""


@dataclass(frozen=True, slots=True)
class SmtpSettings:
    """Where messages are handed in. `tls`: `tls` from the first byte, `starttls` required after EHLO, `none` for a local server.

    `sender` is the address in From and in the envelope; its domain also names us in EHLO and in `Message-ID`.
    `timeout` is for one whole delivery, in seconds.
    """

    host: str
    port: int
    tls: Literal["none", "starttls", "tls"]
    sender: str
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    timeout: float = 30.0

    @property
    def domain(self) -> str:
        return self.sender.rpartition("@")[2]


class SmtpMailer:
    """Hands each message to the SMTP server over a connection of its own. No exception and no log line names a person."""

    def __init__(self, settings: SmtpSettings, texts: Texts, clock: Clock, *, tls_context: ssl.SSLContext | None = None) -> None:
        self._settings = settings
        self._texts = texts
        self._clock = clock
        self._tls_context = tls_context

    async def send(self, email: Email) -> None:
        """The server has taken the message.

        Raises `RefusedByService` when the address or the message is refused for good (5xx), `ServiceUnavailable` when
        the server cannot be reached, asks to come later (4xx), or does not let us sign in.
        """
        recipient = _address(email.to)
        if recipient is None:
            raise RefusedByService(SERVICE, _BAD_ADDRESS)
        message = compose(email, recipient, self._settings, self._texts, self._clock)
        policy = WIRE if recipient.addr_spec.isascii() else WIRE_UTF8
        # Raised here, so that no exception that quotes the address hangs on it as context.
        failure = await self._hand_in(recipient.addr_spec, message.as_bytes(policy=policy))
        if failure is not None:
            raise failure

    async def _hand_in(self, recipient: str, message: bytes) -> RefusedByService | ServiceUnavailable | None:
        settings = self._settings
        client = aiosmtplib.SMTP(
            hostname=settings.host,
            port=settings.port,
            local_hostname=settings.domain,
            use_tls=settings.tls == "tls",
            start_tls=settings.tls == "starttls",
            username=settings.username,
            password=settings.password,
            tls_context=self._tls_context,
            timeout=settings.timeout,
        )
        options = [] if recipient.isascii() else ["SMTPUTF8", "BODY=8BITMIME"]
        try:
            async with asyncio.timeout(settings.timeout):
                await client.connect()
                await client.sendmail(settings.sender, [recipient], message, mail_options=options)
        except (aiosmtplib.SMTPException, OSError) as error:
            failure = _failure(error)
            _log.warning("email_not_taken", kind=type(error).__name__, code=_code(error), final=isinstance(failure, RefusedByService))
            return failure
        else:
            # The message is taken; whatever happens to the farewell changes nothing.
            with suppress(aiosmtplib.SMTPException, OSError):
                async with asyncio.timeout(_FAREWELL):
                    await client.quit()
            return None
        finally:
            client.close()


def compose(email: Email, recipient: Address, settings: SmtpSettings, texts: Texts, clock: Clock) -> EmailMessage:
    """The message as plain text and as HTML, both made of the one Markdown source."""
    html = to_html(email.markdown)
    message = EmailMessage()
    message["From"] = Address(display_name=_display_name(email.sender_name or ""), addr_spec=settings.sender)
    message["To"] = recipient
    message["Subject"] = one_line(email.subject)
    message["Date"] = format_datetime(clock.now())
    message["Message-ID"] = message_id(email.message_id, settings.domain)
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(to_plain(html))
    message.add_alternative(_page(email, html, direction=texts.direction(email.language)), subtype="html")
    for file in email.attachments:
        _attach(message, file)
    message["Content-Language"] = one_line(email.language)
    return message


def _attach(message: EmailMessage, file: Attachment) -> None:
    kind, *parameters = (part.strip() for part in file.mime_type.split(";"))
    maintype, _, subtype = kind.partition("/")
    params = dict(parameter.split("=", 1) for parameter in parameters)
    message.add_attachment(file.data, maintype=maintype, subtype=subtype, filename=file.name, params=params)


def _display_name(name: str) -> str:
    """Without the specials of RFC 5322 §3.2.3, which need quotes: those are lost where a long line is folded."""
    return one_line(_SPECIALS.sub(" ", name))


def message_id(key: str, domain: str) -> str:
    """`<key@domain>`; a key that RFC 5322 does not allow there is replaced by its SHA-256, the same one each time."""
    local = key if _DOT_ATOM.fullmatch(key) and len(key) <= 64 else hashlib.sha256(key.encode()).hexdigest()
    return f"<{local}@{domain}>"


def _page(email: Email, html: str, *, direction: str) -> str:
    language = escape(one_line(email.language))
    return (
        f'<!DOCTYPE html>\n<html lang="{language}" dir="{direction}">\n<head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{escape(one_line(email.subject))}</title></head>\n'
        f'<body lang="{language}" dir="{direction}" style="margin:0 auto;padding:16px;max-width:36em;'
        f'font-family:sans-serif;font-size:16px;line-height:1.5">\n{html}\n</body>\n</html>\n'
    )


def _address(text: str) -> Address | None:
    """The address with its domain in ASCII (IDNA), or None when the text is not exactly one address."""
    whole = text.strip()
    try:
        # The parser knows the grammar for ASCII alone; a letter beyond it may stand wherever an ASCII letter may (RFC 6531).
        found = Address(addr_spec="".join(char if char.isascii() else "x" for char in whole))
        local, _, domain = whole.rpartition("@")
        username = found.username if local.isascii() else local
        if not (found.username and found.domain and one_line(whole) == whole):
            return None
        return Address(username=username, domain=domain.encode("idna").decode("ascii"))
    except (ValueError, IndexError, MessageError):
        return None


def _failure(error: Exception) -> RefusedByService | ServiceUnavailable:
    match error:
        case aiosmtplib.SMTPRecipientsRefused() if _is_final(error):
            return RefusedByService(SERVICE, _reason(error.recipients[0].message, _UNKNOWN))
        case aiosmtplib.SMTPDataError() | aiosmtplib.SMTPSenderRefused() if _is_final(error):
            return RefusedByService(SERVICE, _reason(error.message, _REFUSED_MESSAGE))
        case aiosmtplib.SMTPNotSupported() if "SMTPUTF8" in str(error):
            return RefusedByService(SERVICE, _BEYOND_ASCII)
        case _:  # No connection, no sign-in, no encryption, 4xx: nothing that this address could help.
            return ServiceUnavailable(SERVICE)


def _is_final(error: Exception) -> bool:
    return 500 <= (_code(error) or 0) < 600


def _code(error: Exception) -> int | None:
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused):
        return error.recipients[0].code
    return error.code if isinstance(error, aiosmtplib.SMTPResponseException) else None


def _reason(answer: str, otherwise: str) -> str:
    """Words for the enhanced code in the answer; never the answer itself, which may quote the address."""
    found = _ENHANCED.search(answer)
    fitting = [prefix for prefix in _REASONS if found and f"{found[1]}.".startswith(f"{prefix}.")]
    return _REASONS[max(fitting, key=len)] if fitting else otherwise
