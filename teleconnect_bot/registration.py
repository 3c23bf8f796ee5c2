"""`registration.yaml`: how the bot introduces itself to Synapse (ARCHITECTURE §4, "Sync, not push")."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from teleconnect_bot.config import Config, read_document

_VISITOR = "[a-z0-9._=/+-]+"
_FILE = """\
# The Teleconnect bot at the homeserver, made by `teleconnect-bot generate-registration`. Name this file in Synapse's
# app_service_config_files and restart Synapse. It holds secrets: only the bot and Synapse may read it.

# Unique among the homeserver's application services.
id: {id}

# The homeserver pushes nothing: the bot syncs like any client, so that nothing is lost while it is down.
url: null

# What the bot shows the homeserver, and what the homeserver would show the bot.
as_token: {as_token}
hs_token: {hs_token}

# The account of the application service itself. It does nothing; the bot is another one, because this one cannot sync.
sender_localpart: {sender_localpart}

# The bot makes its device, and those of its guests, without signing in (MSC4190).
io.element.msc4190: true

# The bot and its guests are limited by the bot itself.
rate_limited: false

# The accounts that are the bot's alone: the bot itself, and guests.
namespaces:
  users:
    - exclusive: true
      regex: {bot}
    - exclusive: true
      regex: {visitors}
  aliases: []
  rooms: []
"""


class RegistrationExists(Exception):
    """There is a file already, and it may be the one that the homeserver uses."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} exists already. --force replaces it; --output writes to another place.")


def render(config: Config) -> str:
    """The whole file. It holds both tokens."""
    service, domain = config.appservice, re.escape(config.homeserver.domain)
    values = {
        "id": service.id,
        "as_token": service.as_token.get_secret_value(),
        "hs_token": service.hs_token.get_secret_value(),
        "sender_localpart": service.sender_localpart,
        "bot": f"^@{re.escape(service.bot_localpart)}:{domain}$",
        "visitors": f"^@{re.escape(service.visitor_prefix)}{_VISITOR}:{domain}$",
    }
    return _FILE.format_map({key: _quoted(value) for key, value in values.items()})


def _quoted(value: str) -> str:
    """Single-quoted when it must be, so that the backslashes of a pattern stand as they are."""
    return yaml.safe_dump(value, default_style="'" if re.search(r"[^a-z_]", value) else None, width=2**31).removesuffix("...\n").strip()


def write(config: Config, path: Path, *, force: bool = False) -> None:
    """Write the file, readable by its owner alone. Raises `RegistrationExists` unless `force`."""
    flags = os.O_WRONLY | os.O_CREAT | (os.O_TRUNC if force else os.O_EXCL)
    try:
        descriptor = os.open(path, flags, 0o600)
    except FileExistsError:
        raise RegistrationExists(path) from None
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        os.fchmod(descriptor, 0o600)
        file.write(render(config))


def make_missing_tokens(config_file: Path, new_token: Callable[[], str]) -> list[Path]:
    """Make the files that `appservice.as_token` and `hs_token` name, where they do not exist; answers which ones were made.

    Runs before the configuration is read as a whole, which needs them. Raises `ConfigError` when it is no YAML.
    """
    section: Any = read_document(config_file).content.get("appservice")
    made = []
    for key in ("as_token", "hs_token"):
        match section.get(key) if isinstance(section, dict) else None:
            case {"file": str(name)} if not (path := config_file.parent.resolve() / name).exists():
                path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
                    file.write(new_token() + "\n")
                made.append(path)
    return made
