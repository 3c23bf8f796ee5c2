"""The configuration as a whole: its sections, and what they must be to each other.

The descriptions are the documentation: `config.example.yaml` is made from them.
"""

from __future__ import annotations

from email.utils import parseaddr
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator
from sqlalchemy.engine import make_url

from teleconnect_bot.domain.channels import Channel, ChannelOrder, CountryOrder
from teleconnect_bot.domain.organisations import Organisation as InterpretingOrganisation
from teleconnect_bot.domain.reminding import QuietHours
from teleconnect_bot.domain.ringing import RingLadder, Rung
from teleconnect_bot.domain.schedule import Policy

from . import values
from .calls import Calls
from .sections import (
    HOUR,
    MINUTE,
    Access,
    Appservice,
    Database,
    Email,
    Guests,
    Homeserver,
    Language,
    Listen,
    Logs,
    Messages,
    Organisation,
    Public,
    Retention,
    Ring,
    Section,
    Sessions,
    Staff,
    Team,
    Twilio,
    Uploads,
    all_defaults,
)
from .values import AbsolutePath, Network, Origin, PositiveDuration, Text

_RING_FOR_EVER = Policy().ring.rungs[-1].until


class Config(Section):
    """The whole configuration. `load` and `parse` make it."""

    homeserver: Homeserver = Field(description="The Synapse (1.150 or newer) that the bot works with.")
    appservice: Appservice = Field(
        description="The bot as an application service. After a change: generate-registration, and restart Synapse."
    )
    public_url: Origin = Field(
        description="Where guests' browsers reach the bot: links begin with it. https, unless it is this machine itself.",
        examples=["https://meet.example.org"],
    )
    public: Public = Field(description="What guests see.")
    listen: Listen = Field(default_factory=all_defaults, description="Where the bot listens, behind a reverse proxy.")
    trusted_proxies: list[Network] = Field(
        [ip_network("127.0.0.0/8"), ip_network("::1/128")],
        description="Reverse proxies whose X-Forwarded-For is believed. Anybody else's is ignored.",
    )
    database: Database = Field(default_factory=all_defaults, description="Where the bot keeps its rows. Back it up.")
    keys_directory: AbsolutePath = Field(
        Path("var/keys"),
        description="The sessions' keys. Owner-only, never in a backup: destroying a key makes its session unreadable for good.",
    )
    access: Access = Field(default_factory=all_defaults, description="Who may use the bot.")
    staff: Staff = Field(default_factory=all_defaults, description="How the bot writes to requesters, unless they choose otherwise.")
    teams: dict[Text, Team] = Field(
        {},
        description="Requesters who share sessions, by the name that they write behind team=: whoever joins first has the session.",
        repr=False,
    )
    email: Email = Field(description="How e-mail is sent.")
    twilio: Twilio | None = Field(None, description="SMS and WhatsApp by Twilio. Without it, e-mail is the only channel.")
    messages: Messages = Field(default_factory=all_defaults, description="Which channel, when and how much.")
    guests: Guests = Field(default_factory=all_defaults, description="Accounts for people who have none.")
    calls: Calls = Field(default_factory=all_defaults, description="By what people see and hear each other.")
    ring: Ring = Field(default_factory=all_defaults, description="How the requester is called while somebody waits.")
    sessions: Sessions = Field(default_factory=all_defaults, description="How a session lives.")
    reminders: list[PositiveDuration] = Field(
        [24 * HOUR, 15 * MINUTE],
        description="How long before a planned session everybody who was invited is reminded. One that falls into messages.quiet_hours "
        "comes at their end, if that is before the session, else not at all. An empty list: no reminders.",
    )
    retention: Retention = Field(default_factory=all_defaults, description="How long what is kept.")
    uploads: Uploads = Field(default_factory=all_defaults, description="Files from guests.")
    languages: Annotated[list[Language], Field(min_length=1)] = Field(
        ["en", "fr"], description="Languages that guests can be written to and can choose; the first is used when none was named."
    )
    unreviewed_languages: bool = Field(
        True,
        description="Whether the languages that no native speaker has read yet are offered too (docs/translating.md; `doctor` names them). "
        "false: of the languages above only the reviewed ones are.",
    )
    organisations: list[Organisation] = Field(
        [],
        description="Interpreting organisations, in the order in which they are asked. Administrators may add others by `org add`.",
        repr=False,
    )
    logs: Logs = Field(default_factory=all_defaults, description="What the bot tells its administrator.")

    @field_validator("appservice")
    @classmethod
    def _the_bot_is_no_administrator(cls, value: Appservice, info: ValidationInfo) -> Appservice:
        homeserver = info.data.get("homeserver")
        if isinstance(homeserver, Homeserver) and homeserver.admin_token == value.as_token:
            raise ValueError("has an as_token that is also homeserver.admin_token: the bot must be no server administrator")
        return value

    @field_validator("public_url")
    @classmethod
    def _guests_come_by_https(cls, value: str) -> str:
        if value.startswith("http:") and not values.is_loopback(value):
            raise ValueError("must begin with https:// (browsers encrypt only there); http is accepted for this machine itself")
        return value

    @field_validator("keys_directory")
    @classmethod
    def _a_backup_of_the_database_holds_no_keys(cls, value: Path, info: ValidationInfo) -> Path:
        database = info.data.get("database")
        if isinstance(database, Database):
            url = make_url(database.url.get_secret_value())
            if url.drivername.startswith("sqlite") and url.database and value.is_relative_to(Path(url.database).parent):
                raise ValueError("must not lie in the folder of the database: a backup of that folder would hold the keys")
        return value

    @field_validator("languages")
    @classmethod
    def _each_language_once(cls, value: list[str]) -> list[str]:
        if len(set(value)) != len(value):
            raise ValueError("names a language twice")
        return value

    @field_validator("organisations")
    @classmethod
    def _each_organisation_has_its_own_word(cls, value: list[Organisation]) -> list[Organisation]:
        words = [each.word for each in value]
        if not all(words):
            raise ValueError("holds one whose name gives no short word: give it an id, such as lingua")
        if len(set(words)) != len(words):
            raise ValueError("holds two with the same id: give each an id of its own")
        return value

    @property
    def bot(self) -> str:
        """The bot's Matrix id."""
        return f"@{self.appservice.bot_localpart}:{self.homeserver.domain}"

    def interpreting(self) -> tuple[InterpretingOrganisation, ...]:
        """The organisations as they are kept."""
        return tuple(
            InterpretingOrganisation(
                id=each.word,
                name=each.name,
                languages=tuple(dict.fromkeys(each.languages)),
                email=parseaddr(each.email)[1] if each.email else None,
                room=each.room,
                may_decline=each.may_decline,
                alone_for=each.alone_for,
                language=each.language,
                configured=True,
                position=position,
            )
            for position, each in enumerate(self.organisations)
        )

    def channels(self) -> ChannelOrder:
        """What can be sent by, and in which order it is tried."""
        twilio = self.twilio
        senders = {
            Channel.EMAIL: True,
            Channel.SMS: bool(twilio and twilio.sms_from),
            Channel.WHATSAPP: bool(twilio and twilio.whatsapp_from),
        }
        countries = tuple(CountryOrder(prefix, tuple(map(Channel, order))) for prefix, order in self.messages.order.items())
        return ChannelOrder(tuple(channel for channel in Channel if senders[channel]), countries)

    def policy(self) -> Policy:
        """The numbers that a new session carries with it."""
        ring, sessions, retention = self.ring, self.sessions, self.retention
        return Policy(
            draft=sessions.draft,
            opens_before=sessions.opens_before,
            length=sessions.length,
            away_after=sessions.away_after,
            interpreter_answer=sessions.interpreter_answer,
            unplanned_acceptance=sessions.unplanned_acceptance,
            same_arrival=sessions.same_arrival,
            nobody_present=sessions.nobody_present,
            unused_link=retention.unused_link,
            unused_planned_link=retention.unused_planned_link,
            max_open=retention.max_open,
            max_open_notice=retention.max_open_notice,
            after_close=retention.after_close,
            sync_grace=retention.sync_grace,
            reminders=tuple(self.reminders),
            quiet_hours=QuietHours(*self.messages.quiet_hours),
            channels=self.channels(),
            undelivered_after=self.messages.undelivered_after,
            ring=RingLadder(
                rungs=(Rung(until=ring.first_for, every=ring.every), Rung(until=_RING_FOR_EVER, every=ring.then)),
                give_up=ring.give_up,
                backup_after=ring.backup_after,
            ),
        )
