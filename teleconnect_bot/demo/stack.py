"""The whole deployment on one machine: a real Synapse with the registration, the bot as a program of its own,
a mail catcher, a double of the SMS provider.

Everything listens on the loopback interface and lies below one directory; everything dies with the process that started it.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from teleconnect_bot import registration
from teleconnect_bot.config import Config, parse

from .addresses import LOOPBACK, free_port
from .bot_process import BotProcess
from .catcher import MailCatcher
from .homeserver import EmbeddedSynapse, Login
from .provider import Provider, Template, serving
from .relay import Coturn
from .staff import Staff

DOMAIN = "demo.localhost"
PUBLIC_NAME = "Example Organisation"
TEMPLATES = {
    "en": (f"HX{1:032x}", "{{1}} invites you to a conversation."),
    "fr": (f"HX{2:032x}", "{{1}} vous invite à un entretien."),
}
"""The WhatsApp templates that the double of the provider has approved: for invitations that begin at once."""
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""What cannot be mistaken when it is typed from a screen."""


@dataclass(frozen=True, slots=True)
class Ports:
    """The wished-for ones; 0 is any. One that is taken is replaced by a free one."""

    homeserver: int = 0
    bot: int = 0
    mail: int = 0
    relay: int = 0


class Stack:
    """`settings` are merged over the bot's configuration, section by section; `homeserver_settings` over Synapse's.

    Accounts whose name begins with `nurse` or `staff` may invite people, others are strangers to the bot. `relay_hosts` are the
    addresses on which a TURN server listens; without one there is none, and the bot offers no calls. The last of them is the one that
    browsers are told.
    """

    def __init__(
        self,
        directory: Path,
        *,
        settings: Mapping[str, Any] | None = None,
        homeserver_settings: Mapping[str, Any] | None = None,
        public_url: str | None = None,
        ports: Ports | None = None,
        relay_hosts: Sequence[str] = (),
    ) -> None:
        ports = ports or Ports()
        self.directory = directory = directory.resolve()
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        port = free_port(ports.bot)
        self.address = f"http://{LOOPBACK}:{port}"
        self.public_url = public_url or self.address
        self.mails = MailCatcher(ports.mail)
        self.relay = Coturn(directory / "relay", hosts=relay_hosts, port=ports.relay) if relay_hosts else None
        self.homeserver = EmbeddedSynapse(
            directory / "homeserver",
            server_name=DOMAIN,
            registrations=[directory / "registration.yaml"],
            settings={**(self.relay.homeserver_settings if self.relay else {}), **(homeserver_settings or {})},
            port=ports.homeserver,
        )
        self.phones = Provider(
            f"AC{secrets.token_hex(16)}",
            secrets.token_urlsafe(24),
            lambda: datetime.now(UTC),
            templates={sid: Template(text, f"{self.public_url}/j/{{{{3}}}}") for sid, text in TEMPLATES.values()},
            callbacks_at=self.address,
        )
        self._phones_port = free_port()
        self._ending = AsyncExitStack()
        self.bot = BotProcess(directory / "config.yaml", self.address, directory / "bot.log")
        self._content = self._base(port)
        self._settings: dict[str, Any] = dict(settings or {})
        self._opened: list[Staff] = []
        self.config: Config = self._write()

    async def start(self, *, bot: bool = True) -> None:
        """Everything answers when this returns. Must be called in the main thread. Raises `HomeserverFailed` or `BotFailed`."""
        registration.write(self.config, self.directory / "registration.yaml", force=True)
        self.mails.start()
        await self._ending.enter_async_context(serving(self.phones, self._phones_port))
        if self.relay is not None:
            await self.relay.start()
        await self.homeserver.start()
        self._content["homeserver"]["admin_token"] = await self.homeserver.admin_token()
        self.config = self._write()
        if bot:
            await self.bot.start()

    async def stop(self) -> None:
        """Nothing that was started here runs when this returns; the data stay."""
        try:
            for staff in self._opened:
                await staff.close()
            self._opened.clear()
            await self.bot.stop()
        finally:
            self.bot.kill()
            self.mails.stop()
            await self._ending.aclose()
            await self.homeserver.stop()
            if self.relay is not None:
                await self.relay.stop()

    async def restart_bot(self, settings: Mapping[str, Any] | None = None) -> None:
        """`settings`, when given, take the place of the former ones."""
        await self.bot.stop()
        if settings is not None:
            self._settings = dict(settings)
            self.config = self._write()
        await self.bot.start()

    def kill_bot(self) -> None:
        """SIGKILL; `bot.start()` starts it again."""
        self.bot.kill()

    async def stop_homeserver(self) -> None:
        await self.homeserver.stop()

    async def start_homeserver(self) -> None:
        await self.homeserver.start()

    def smtp_refuse(self, refuse: bool) -> None:
        """While true the mail server takes no message for the moment."""
        self.mails.refusing = refuse

    async def new_account(self, localpart: str) -> Login:
        """An account of staff with a random password, signed in on a device."""
        password = "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(3))
        await self.homeserver.register(localpart, password)
        return await self.homeserver.login(localpart, password)

    async def open_staff(self, localpart: str) -> Staff:
        """A new account with an encrypted client, closed with the stack."""
        login = await self.new_account(localpart)
        staff = await Staff.open(self.homeserver.address, login, self.directory / "staff" / localpart)
        self._opened.append(staff)
        return staff

    def user_id(self, localpart: str) -> str:
        return f"@{localpart}:{DOMAIN}"

    @property
    def processes(self) -> list[int]:
        """Everything of it that runs now, this process included."""
        started = (self.bot.process_id, self.homeserver.process_id, self.relay.process_id if self.relay else None)
        return [os.getpid(), *(found for found in started if found)]

    @property
    def keys_directory(self) -> Path:
        return self.config.keys_directory

    @property
    def database_directory(self) -> Path:
        """Where the bot's databases lie: its rows, and its encryption keys sealed."""
        return self.directory / "database"

    def _base(self, port: int) -> dict[str, Any]:
        return {
            "homeserver": {
                "address": self.homeserver.address,
                "domain": DOMAIN,
                "admin_token": None,
                "config_files": [str(self.homeserver.directory / "homeserver.yaml")],
            },
            "appservice": {"as_token": secrets.token_urlsafe(32), "hs_token": secrets.token_urlsafe(32)},
            "public_url": self.public_url,
            "public": {"name": PUBLIC_NAME},
            "listen": {"host": LOOPBACK, "port": port},
            "database": {"url": f"sqlite:///{self.database_directory / 'teleconnect.db'}"},
            "keys_directory": str(self.directory / "keys"),
            "access": {"requesters": [f"@nurse*:{DOMAIN}", f"@staff*:{DOMAIN}"]},
            "email": {"host": LOOPBACK, "port": self.mails.port, "tls": "none", "from": f"{PUBLIC_NAME} <teleconnect@example.org>"},
            "twilio": {
                "account_sid": self.phones.account_sid,
                "auth_token": self.phones.auth_token,
                "api_base": f"http://{LOOPBACK}:{self._phones_port}",
                "sms_from": "Example",
                "whatsapp_from": "+41790000000",
                "templates": {"invitation": {language: sid for language, (sid, _) in TEMPLATES.items()}},
            },
            "calls": {"provider": "builtin" if self.relay else "none"},
            "logs": {"format": "text"},
        }

    def _write(self) -> Config:
        """The configuration as a file that only its owner may read, and as it is understood."""
        content = dict(self._content)
        for section, value in self._settings.items():
            content[section] = {**content.get(section, {}), **value} if isinstance(value, Mapping) else value
        descriptor = os.open(self.bot.configuration, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            yaml.safe_dump(content, file, sort_keys=False)
        self.database_directory.mkdir(mode=0o700, exist_ok=True)
        return parse(content, folder=self.directory)
