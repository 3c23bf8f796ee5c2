"""All that leaves the bot as a message to a person: mail, SMS and WhatsApp, calendar entries."""

from __future__ import annotations

from email.utils import parseaddr

from teleconnect_bot.adapters.calendar_files import ICalendarFiles
from teleconnect_bot.adapters.messaging.email import SmtpMailer, SmtpSettings
from teleconnect_bot.adapters.messaging.moments import format_moment, ways_to_write_briefly
from teleconnect_bot.app.homeserver import Homeserver
from teleconnect_bot.app.parts import Parts
from teleconnect_bot.services.calendar_entries import CalendarEntries
from teleconnect_bot.services.messages import Messages
from teleconnect_bot.services.previews import Previews


class Writing:
    """The channels and what is written through them."""

    def __init__(self, parts: Parts, homeserver: Homeserver) -> None:
        config, email = parts.config, parts.config.email
        settings = SmtpSettings(
            host=email.host,
            port=email.port,
            tls=email.tls,
            sender=parseaddr(email.sender)[1],
            username=email.username,
            password=email.password.get_secret_value() if email.password else None,
        )
        self.mailer = SmtpMailer(settings, parts.texts, parts.clock)
        self.entries = CalendarEntries(
            parts.sessions,
            parts.ledger,
            homeserver.chat,
            ICalendarFiles(settings.sender, config.public.name),
            parts.texts,
            parts.clock,
            config.bot,
            settings.domain,
            for_everybody=config.messages.calendar_for_everybody,
        )
        self.messages = Messages(
            parts.sessions,
            parts.keys,
            parts.texts,
            format_moment,
            self.mailer,
            parts.sender,
            parts.clock,
            self.entries.attachments,
            parts.phone,
            ways_to_write_briefly,
            parts.facts.in_message,
        )
        self.previews = Previews(parts.sessions, self.messages)
