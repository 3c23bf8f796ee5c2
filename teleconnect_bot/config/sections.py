"""The sections of the configuration, each key with its type, its default and what it means (PRODUCT §10, §11).

The descriptions are the documentation: `config.example.yaml` is made from them. Defaults are the numbers of PRODUCT.
A field marked `NOT_USED_YET` is accepted and checked, but changes nothing so far.
"""

from __future__ import annotations

from datetime import time, timedelta
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationInfo, field_validator, model_validator

from . import values
from .senders import ByCountry, ContentSid, SmsSender, WhatsAppSender
from .values import (
    AbsolutePath,
    AccessPattern,
    DatabaseUrl,
    Domain,
    Duration,
    Localpart,
    Mailbox,
    Origin,
    PositiveDuration,
    RoomName,
    Secret,
    Size,
    Text,
)

NOT_USED_YET: Any = {"not_used_yet": True}
Language = Literal[
    "am", "ar", "de", "en", "es", "fa", "fr", "ha", "it", "ku", "my", "prs", "ps", "pt", "ru", "so", "sw", "ti", "tr", "uk"
]  # fmt: skip
Channel = Literal["sms", "whatsapp", "email"]
DAY, HOUR, MINUTE, SECOND = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1), timedelta(seconds=1)


def all_defaults() -> Any:
    """An empty section, read like a written one: so that relative paths of defaults begin at the configuration's folder too."""
    return {}


class Section(BaseModel):
    """Unknown keys are refused, nothing changes after reading, and neither `repr` nor errors show a secret."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, validate_default=True, validate_by_name=True, validate_by_alias=True, hide_input_in_errors=True
    )

    @model_validator(mode="before")
    @classmethod
    def _an_empty_section_isall_defaults(cls, value: Any) -> Any:
        return {} if value is None else value


class Homeserver(Section):
    address: Origin = Field(
        description="Where the bot reaches Synapse: the client API and the admin API (/_synapse/admin). An internal address is best.",
        examples=["http://localhost:8008"],
    )
    public_address: Origin | None = Field(
        None, description="Where staff reach the same homeserver, if that is another address. Not used yet.", json_schema_extra=NOT_USED_YET
    )
    domain: Domain = Field(description="The part of Matrix ids after the colon (server_name of Synapse).", examples=["example.org"])
    admin_token: Secret | None = Field(
        None,
        description="Access token of a server administrator (with MAS: of a client with the scope urn:synapse:admin:*). It is used only "
        "to delete rooms, media and guests' accounts, and by doctor. Without it nothing can be deleted and the bot does not promise it.",
        examples=[{"file": "var/secrets/admin_token"}],
    )
    config_files: list[AbsolutePath] = Field(
        [],
        description="Synapse's own configuration files or folders, in Synapse's order, when doctor can read them on this machine: it then "
        "checks the settings that no API shows. The bot itself never reads them.",
    )


class Appservice(Section):
    id: Text = Field("teleconnect", description="Name of the registration; unique at the homeserver.")
    as_token: Secret = Field(
        description="What the bot shows the homeserver. generate-registration makes the file with a random value if it is missing.",
        examples=[{"file": "var/secrets/as_token"}],
    )
    hs_token: Secret = Field(
        description="What the homeserver would show the bot. generate-registration makes the file with a random value if it is missing.",
        examples=[{"file": "var/secrets/hs_token"}],
    )
    sender_localpart: Localpart = Field(
        "teleconnect_appservice",
        description="The appservice's own account. It does nothing and must not be the bot: Synapse lets it not sync.",
    )
    bot_localpart: Localpart = Field("teleconnect", description="The account that requesters chat with: @<bot_localpart>:<domain>.")
    visitor_prefix: Localpart = Field(
        "teleconnect_visitor_", description="Guests' accounts begin with this. No other account of the homeserver may."
    )

    @field_validator("hs_token")
    @classmethod
    def _two_tokens(cls, value: Any, info: ValidationInfo) -> Any:
        if value == info.data.get("as_token"):
            raise ValueError("must differ from appservice.as_token")
        return value

    @field_validator("bot_localpart")
    @classmethod
    def _bot_is_not_the_sender(cls, value: str, info: ValidationInfo) -> str:
        if value == info.data.get("sender_localpart"):
            raise ValueError("must differ from appservice.sender_localpart: Synapse does not let that account sync")
        return value

    @field_validator("visitor_prefix")
    @classmethod
    def _nobody_else_has_the_prefix(cls, value: str, info: ValidationInfo) -> str:
        for other in ("bot_localpart", "sender_localpart"):
            if str(info.data.get(other, "")).startswith(value):
                raise ValueError(f"must not be how appservice.{other} begins")
        return value


class Terms(Section):
    version: Text = Field("1", description="Raise it when a text changes: the version somebody agreed to is kept with the time.")
    texts: dict[Language, Text] = Field(
        {},
        description="Language code: the whole text, paragraphs apart by an empty line. A language without one has a built-in text.",
    )
    discreet_texts: dict[Language, Text] = Field(
        {},
        description="The same for invitations with discreet=yes, where texts is not used: nothing in it may name you. A language without "
        "one has a built-in text that names nobody.",
    )


class Public(Section):
    name: Text = Field(description="What guests know you as: in messages and on the page.", examples=["Example Organisation"])
    support_phone: Text | None = Field(None, description='A telephone number for guests in difficulty, in quotes: "+41 22 000 00 00".')
    terms: Terms = Field(default_factory=all_defaults, description="What guests agree to before they enter.")


class Listen(Section):
    host: Text = Field("127.0.0.1", description="Address to listen on; the reverse proxy must reach it.")
    port: Annotated[int, Field(ge=0, le=65535)] = Field(8080, description="Port for the guest page, health and metrics.")


class Database(Section):
    url: DatabaseUrl = Field(
        SecretStr("sqlite:///var/database/teleconnect.db"),
        description="sqlite:///file, or for production postgresql://user:password@host/database. A relative file lies below the folder "
        "of this configuration.",
    )


class Access(Section):
    requesters: list[AccessPattern] = Field(
        [],
        description="Those who may invite people: Matrix ids, in which * stands for any text, and rooms (id or alias) whose members have "
        "access for as long as they are in the room; invite the bot into it. Nobody else gets more than one answer.",
        examples=[["@*:example.org"]],
        repr=False,
    )
    admins: list[AccessPattern] = Field(
        [],
        description="The administrators of this bot, in the same way. Sessions of somebody who left go to the first of them who has a "
        "direct chat with the bot.",
        examples=[["@admin:example.org"]],
        repr=False,
    )
    focal_point: Text = Field(
        "You do not have access to this service. Please ask your focal point.",
        description="The one answer to somebody without access; say here whom to ask.",
    )

    @property
    def rooms(self) -> tuple[str, ...]:
        """The rooms whose members have access, by id or alias."""
        return tuple(pattern for pattern in (*self.requesters, *self.admins) if values.is_room(pattern))


class Staff(Section):
    language: Literal["en", "fr", "es", "ar"] = Field(
        "en", description="In which the bot writes to requesters who have chosen no language (`settings lang=`): en, fr, es or ar."
    )
    zone: values.Zone = Field(
        "UTC",
        description="Time zone of requesters who have chosen none (`settings tz=`): continent and city.",
    )


class Team(Section):
    room: RoomName = Field(
        description="The team's own encrypted room, by id or alias, with the bot in it: its members are the team.",
        examples=["#night-nurses:example.org"],
        repr=False,
    )


class Email(Section):
    host: Text = Field(description="SMTP server.", examples=["smtp.example.org"])
    port: Annotated[int, Field(ge=1, le=65535)] = Field(587, description="587 with starttls, 465 with tls, 25 with none, as a rule.")
    tls: Literal["none", "starttls", "tls"] = Field(
        "starttls",
        description="none, starttls (begins in the clear, goes on only if it can encrypt) or tls (encrypted from the first byte).",
    )
    username: Text | None = Field(
        None, description="For signing in; without it the bot does not sign in.", examples=["teleconnect@example.org"]
    )
    password: Secret | None = Field(None, description="Goes with username.", examples=[{"file": "var/secrets/email_password"}])
    sender: Mailbox = Field(
        alias="from", description="The sender that people see.", examples=["Example Organisation <teleconnect@example.org>"]
    )

    @field_validator("password")
    @classmethod
    def _a_password_is_sent_encrypted(cls, value: Any, info: ValidationInfo) -> Any:
        if "username" in info.data and (value is None) != (info.data["username"] is None):
            raise ValueError("and email.username go together: give both or neither")
        if value is not None and info.data.get("tls") == "none" and not values.is_loopback(info.data.get("host", "")):
            raise ValueError("would travel in the clear: set email.tls to starttls or tls")
        return value


Template = Literal[
    "invitation",
    "invitation_planned",
    "rescheduled",
    "rescheduled_now",
    "cancelled",
    "reminder",
    "nobody_came",
    "new_message",
    "interpreter_confirm",
    "interpreter_released",
]


class Twilio(Section):
    account_sid: Text = Field(description="Account SID of the Twilio account.")
    auth_token: Secret = Field(description="Its auth token. It also signs the reports of delivery that Twilio sends to public_url.")
    api_base: Origin = Field("https://api.twilio.com", description="Address of the API.")
    sms_from: Annotated[dict[str, SmsSender], ByCountry] | None = Field(
        None,
        description="Sender of SMS: a number, a name of at most 11 characters, or a messaging service (MG…). One for all, or by how the "
        'number begins: {default: MG…, "+41": Example}. Without it, or without one for a country, no SMS is sent there.',
    )
    whatsapp_from: Annotated[dict[str, WhatsAppSender], ByCountry] | None = Field(
        None, description="Sender of WhatsApp messages, in the same way: a number or a messaging service. Without it, there is no WhatsApp."
    )
    templates: dict[Template, dict[Language, ContentSid]] = Field(
        {},
        description="For WhatsApp: text (invitation, invitation_planned, rescheduled, rescheduled_now, cancelled, reminder, nobody_came, "
        "new_message, interpreter_confirm, interpreter_released), language, ContentSid of the approved template. Variables: {{1}} who we "
        "are, {{2}} when, {{3}} the token at the end of the button's address <public_url>/j/{{3}}, for interpreter_confirm "
        "<public_url>/i/{{3}}. Where a language has none, the next channel is used.",
    )


class Limits(Section):
    per_requester_per_hour: Annotated[int, Field(ge=0)] = Field(
        60, description="SMS and WhatsApp messages that one requester causes in an hour."
    )
    per_number_per_day: Annotated[int, Field(ge=0)] = Field(12, description="SMS and WhatsApp messages to one number in a day.")
    per_day: Annotated[int, Field(ge=0)] = Field(2000, description="SMS and WhatsApp messages of the whole deployment in a day.")


class Messages(Section):
    default_country: values.Country | None = Field(
        None,
        description="Two letters of the country in which a telephone number without country code is. Without it such a number is refused.",
        examples=["CH"],
    )
    order: Annotated[dict[str, list[Channel]], ByCountry] = Field(
        {"default": ["sms", "whatsapp", "email"]},
        description="How numbers begin, such as +41, or default: channels in the order in which they are tried, as far as the person has "
        "a contact for them.",
    )
    undelivered_after: PositiveDuration = Field(
        10 * MINUTE, description="An SMS or WhatsApp message that was not delivered within this time is followed by the next channel."
    )
    quiet_hours: values.Quiet = Field(
        values.QuietHours(time(21), time(8)),
        description="No reminder in these hours of the person's own time zone. Equal times: none are quiet.",
    )
    calendar_for_everybody: bool = Field(
        False, description="true: service users, too, get a calendar file with their e-mails. Staff and colleagues always do."
    )
    limits: Limits = Field(
        default_factory=all_defaults,
        description="What stops a mistake or a theft from becoming expensive. What is over a limit is refused with words.",
    )


class Guests(Section):
    accounts: Literal["appservice", "matrix"] = Field(
        "appservice",
        description="appservice: guests' accounts belong to the bot. matrix: native Matrix guests, for a homeserver without MAS that has "
        "allow_guest_access; their devices are not signed, see docs/operations.md. Change it only while no session is open.",
    )
    pool: Annotated[int, Field(ge=0, le=100)] = Field(
        5, description="Accounts registered ahead, because a homeserver limits how fast it registers. Not for accounts: matrix."
    )

    @property
    def native(self) -> bool:
        """Visitors are native Matrix guests."""
        return self.accounts == "matrix"


class Ring(Section):
    every: PositiveDuration = Field(60 * SECOND, description="How often the requester is called at first.")
    first_for: Duration = Field(10 * MINUTE, alias="for", description="How long that goes on.")
    then: PositiveDuration = Field(10 * MINUTE, description="How often after that, for as long as the person waits.")
    give_up: PositiveDuration = Field(30 * MINUTE, description="When the person is told that nobody could come.")
    backup_after: Duration = Field(5 * MINUTE, description="From when on the backup (`invite … backup=`) is called as well.")


class Sessions(Section):
    draft: PositiveDuration = Field(30 * MINUTE, description="An invitation that was begun and not sent is erased after this.")
    opens_before: Duration = Field(15 * MINUTE, description="The waiting room of a planned session opens this long before its time.")
    length: PositiveDuration = Field(HOUR, description="How long a session is expected to take: for calendars and for interpreters.")
    away_after: PositiveDuration = Field(90 * SECOND, description="A person whose page was silent for this long is away.")
    interpreter_answer: PositiveDuration = Field(
        24 * HOUR, description="How long interpreting organisations may take to answer; never later than the session's time."
    )
    unplanned_acceptance: Duration = Field(
        60 * MINUTE,
        description="When an interpreter accepts an unplanned session later than this, the requester says when the others are written to.",
    )
    same_arrival: Duration = Field(10 * MINUTE, description="Coming back within this is no new arrival and does not ring.")
    nobody_present: PositiveDuration = Field(
        12 * HOUR, description="An active session in which nobody is present for this long is kept open instead."
    )


class Retention(Section):
    after_close: Duration = Field(24 * HOUR, description="Everything of a session is deleted this long after it was closed or cancelled.")
    sync_grace: Duration = Field(120 * SECOND, description="Time for clients to notice that a room is over, before it is purged.")
    max_open: PositiveDuration = Field(30 * DAY, description="A kept-open session is closed after this long without activity.")
    max_open_notice: Duration = Field(3 * DAY, description="The requester is told this long before that.")
    unused_link: PositiveDuration = Field(7 * DAY, description="The link of an unplanned session expires after this, if nobody came.")
    unused_planned_link: PositiveDuration = Field(24 * HOUR, description="The link of a planned session expires this long after its time.")


class Uploads(Section):
    max_size: Size = Field(
        10 * 1024**2, description="Largest file a guest may send. The homeserver's max_upload_size must not be smaller.", examples=["10MiB"]
    )


class Organisation(Section):
    name: Text = Field(description="Name of the interpreting organisation, as requesters read it.", examples=["Lingua"])
    id: values.Word | None = Field(
        None, description="How requesters name it, as in interpreter=prs/lingua. Without it, its name in small letters with hyphens."
    )
    languages: Annotated[list[values.LanguageTag], Field(min_length=1)] = Field(
        description="The languages that it interprets, as BCP 47 tags.", examples=[["prs", "ps", "ti"]]
    )
    email: Mailbox | None = Field(None, description="Address of its manager or distribution list.", repr=False)
    room: RoomName | None = Field(
        None,
        description="Its own encrypted Matrix room, by id or alias, with the bot in it; any member may accept there.",
        repr=False,
    )
    language: Language = Field("en", description="The language in which it is written to.")
    may_decline: bool = Field(True, description="false: it is not offered to decline.")
    alone_for: Duration = Field(
        timedelta(0),
        description="How long it is asked before the next organisation is asked as well. 0s: both at the same time.",
    )

    @model_validator(mode="after")
    def _it_can_be_asked(self) -> Organisation:
        if self.email is None and self.room is None:
            raise ValueError("needs an email or a room: else it cannot be asked")
        return self

    @property
    def word(self) -> str:
        """How requesters name it."""
        return self.id or values.word_of(self.name)


class Logs(Section):
    level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="debug, info, warning or error. No level shows personal data."
    )
    format: Literal["json", "text"] = Field("json", description="json: one object a line. text: for reading.")
