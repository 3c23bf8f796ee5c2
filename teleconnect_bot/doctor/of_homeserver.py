"""What is asked of the homeserver. No call changes anything there."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import aiohttp
import yaml
from pydantic import SecretStr

from teleconnect_bot.doctor.findings import Finding, Level, Surroundings, error, ok, warning
from teleconnect_bot.doctor.of_synapse_logs import kept_too_long, talkative

OLDEST_SYNAPSE = (1, 150)
LONGEST_REDACTION_RETENTION = timedelta(hours=1)
LONGEST_KEPT_ADDRESSES = timedelta(days=1)
_SYNAPSE_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800, "y": 31536000}
_BY_HAND = (
    "In Synapse's configuration set redaction_retention_period to 1h or less and user_ips_max_age to 1d or less, and leave "
    "block_non_admin_invites off. If the files can be read on this machine, name them in homeserver.config_files and doctor checks them."
)
_REGENERATE = "Run `teleconnect-bot generate-registration`, name the file in Synapse's app_service_config_files, and restart Synapse."


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    body: dict[str, Any]

    @property
    def words(self) -> str:
        return str(self.body.get("error", ""))


async def ask(around: Surroundings, path: str, token: SecretStr | None = None, **query: str) -> _Answer:
    """Raises what aiohttp raises; an answer that is no JSON object has an empty body."""
    headers = {"Authorization": f"Bearer {token.get_secret_value()}"} if token else {}
    url = around.config.homeserver.address + path
    async with around.http.get(url, headers=headers, params=query, allow_redirects=False) as answer:
        try:
            body = await answer.json(content_type=None)
        except ValueError:
            body = None
        return _Answer(answer.status, body if isinstance(body, dict) else {})


async def reachable(around: Surroundings) -> Finding:
    address = around.config.homeserver.address
    try:
        answer = await ask(around, "/_matrix/client/versions")
    except (aiohttp.ClientError, TimeoutError) as failure:
        return error(
            f"Nothing answers at {address} ({_short(failure)}).",
            "Is Synapse running? Is homeserver.address right, seen from this machine?",
        )
    if answer.status != 200 or "versions" not in answer.body:
        return error(
            f"{address} answers, but not as a homeserver (status {answer.status}).",
            "homeserver.address must be Synapse itself, or a proxy that passes /_matrix and /_synapse on to it.",
        )
    return ok(f"{address} answers.")


def _short(failure: Exception) -> str:
    reason = getattr(failure, "os_error", failure)
    return getattr(reason, "strerror", None) or type(failure).__name__


async def version(around: Surroundings) -> Finding:
    for path, inside in (("/_synapse/admin/v1/server_version", ()), ("/_matrix/federation/v1/version", ("server",))):
        body: Any = (await ask(around, path)).body
        for key in inside:
            body = body.get(key) or {}
        if inside and body.get("name") not in (None, "Synapse"):
            return error(f"The homeserver is {body.get('name')}, not Synapse.", "The bot works with Synapse alone.")
        if found := re.match(r"(\d+)\.(\d+)", str(body.get("server_version") or body.get("version") or "")):
            return _judge_version(int(found[1]), int(found[2]))
    return warning(
        "The homeserver does not say which version it is.",
        "If a proxy stands between, let it pass /_synapse/admin on from this machine: it is also needed for deleting.",
    )


def _judge_version(major: int, minor: int) -> Finding:
    if (major, minor) < OLDEST_SYNAPSE:
        oldest = ".".join(map(str, OLDEST_SYNAPSE))
        return error(f"Synapse {major}.{minor} is too old.", f"Upgrade Synapse to {oldest} or newer.")
    return ok(f"Synapse {major}.{minor}.")


async def registration(around: Surroundings) -> Finding:
    service, domain = around.config.appservice, around.config.homeserver.domain
    answer = await ask(around, "/_matrix/client/v3/account/whoami", service.as_token)
    if answer.status == 401:
        return error("Synapse does not know appservice.as_token.", _REGENERATE)
    if answer.status != 200:
        return error(f"Synapse refused appservice.as_token (status {answer.status}).", _REGENERATE)
    sender, expected = str(answer.body.get("user_id", "")), f"@{service.sender_localpart}:{domain}"
    if sender.partition(":")[2] != domain:
        return error("The homeserver has another server_name than homeserver.domain.", "Set homeserver.domain to Synapse's server_name.")
    if sender == around.config.bot:
        return error(
            "In Synapse's registration the bot is the sender_localpart, and Synapse does not let that account sync.",
            "appservice.sender_localpart and bot_localpart must differ. " + _REGENERATE,
        )
    if sender != expected:
        return error("Synapse uses another registration than this configuration describes (sender_localpart differs).", _REGENERATE)
    return ok("Synapse accepts it.")


async def bot_account(around: Surroundings) -> Finding:
    answer = await _as_user(around, around.config.bot)
    if answer.status == 200:
        return ok(f"{around.config.bot} is there.")
    if _only_unregistered(answer):
        return ok(f"{around.config.bot} will be made at the first start.")
    return error(f"Synapse does not let the bot be {around.config.bot} (status {answer.status}).", _REGENERATE)


async def visitor_namespace(around: Surroundings) -> Finding:
    config = around.config
    answer = await _as_user(around, f"@{config.appservice.visitor_prefix}doctor:{config.homeserver.domain}")
    if answer.status == 200 or _only_unregistered(answer):
        return ok("The bot may make them.")
    return error("Synapse's registration does not give the bot the accounts that begin with appservice.visitor_prefix.", _REGENERATE)


async def _as_user(around: Surroundings, user: str) -> _Answer:
    return await ask(around, "/_matrix/client/v3/account/whoami", around.config.appservice.as_token, user_id=user)


def _only_unregistered(answer: _Answer) -> bool:
    """Synapse answers 403 for both; only its text tells a user that does not exist yet from one outside the namespaces."""
    return answer.status == 403 and "has not registered this user" in answer.words


async def uploads(around: Surroundings) -> Finding:
    answer = await ask(around, "/_matrix/client/v1/media/config", around.config.appservice.as_token)
    largest = answer.body.get("m.upload.size")
    wanted = around.config.uploads.max_size
    if isinstance(largest, int) and largest < wanted:
        return warning(
            f"The homeserver takes files of at most {largest} bytes, uploads.max_size is {wanted} bytes.",
            "Raise max_upload_size in Synapse (and the proxy's limit), or lower uploads.max_size.",
        )
    return ok("The homeserver takes what guests may send.")


async def admin_token(around: Surroundings) -> Finding:
    token = around.config.homeserver.admin_token
    if token is None:
        return error(
            "There is none, so that rooms, files and guests' accounts cannot be deleted.",
            'Set homeserver.admin_token to the access token of a server administrator (docs/operations.md, "The admin token").',
        )
    answer = await ask(around, f"/_synapse/admin/v1/users/{quote(around.config.bot, safe='')}/admin", token)
    if answer.status == 401:
        return error("Synapse does not know it, or it has expired.", "Make a new one and set homeserver.admin_token.")
    if answer.status == 403:
        return error(
            "It does not belong to a server administrator.",
            "Make that account an administrator, or with MAS give the client the admin scope.",
        )
    if answer.status != 200:
        return error(
            f"The admin API does not answer at homeserver.address (status {answer.status}).",
            "Let the bot reach /_synapse/admin: name Synapse's internal address in homeserver.address.",
        )
    if answer.body.get("admin"):
        return error("It works, but the bot is a server administrator, and must not be.", f"Take that right away from {around.config.bot}.")
    return ok("It works, and the bot is no administrator.")


async def deletion_settings(around: Surroundings) -> Finding:
    """No API shows these settings: they are read from Synapse's files where that is possible, and else asked for."""
    files = around.config.homeserver.config_files
    if not files:
        return warning("They cannot be seen from here.", _BY_HAND)
    try:
        settings = await asyncio.to_thread(read_settings, files)
    except (OSError, yaml.YAMLError, ValueError) as failure:
        return warning(f"Synapse's configuration cannot be read ({_short(failure)}).", _BY_HAND)
    finding = judge_settings(settings)
    words = await asyncio.to_thread(talkative, settings, files[0].parent)
    long = await asyncio.to_thread(kept_too_long, settings, files[0].parent)
    if finding.level is Level.OK and words:
        return warning(
            f"{words}.", "Set the level of its root logger to WARNING in Synapse's log_config, or keep its logs for some days only."
        )
    if finding.level is Level.OK and long:
        return warning(f"{long}.", "In Synapse's log_config begin a new file at midnight and set backupCount to 14 or less.")
    return finding


def read_settings(files: list[Path]) -> dict[str, Any]:
    """As Synapse does: later files replace whole top-level keys of earlier ones, folders are read in order of their names."""
    settings: dict[str, Any] = {}
    for path in _synapse_files(files):
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        if isinstance(content, dict):
            settings.update(content)
    return settings


def _synapse_files(paths: list[Path]) -> Iterator[Path]:
    for path in paths:
        yield from sorted(path.glob("*.yaml")) if path.is_dir() else [path]


def judge_settings(settings: dict[str, Any]) -> Finding:
    """What Synapse's own settings mean for the promise that nothing remains."""
    if settings.get("block_non_admin_invites"):
        return error("block_non_admin_invites is on: the bot cannot invite anybody.", "Switch it off in Synapse's configuration.")
    redacted = _duration(settings.get("redaction_retention_period", "7d"))
    if redacted is None or redacted > LONGEST_REDACTION_RETENTION:
        kept = "for ever" if redacted is None else f"for {redacted}"
        return error(
            f"Synapse keeps redacted messages readable {kept}: that everything is gone in time cannot be promised.",
            "Set redaction_retention_period: 1h (or less) in Synapse's configuration and restart Synapse.",
        )
    addresses = _duration(settings.get("user_ips_max_age", "28d"))
    if addresses is None or addresses > LONGEST_KEPT_ADDRESSES:
        kept = "for ever" if addresses is None else f"for {addresses}"
        return warning(f"Synapse keeps addresses of its users {kept}.", "Set user_ips_max_age: 1d (or less) in Synapse's configuration.")
    if settings.get("media_storage_providers"):
        return warning(
            "Synapse copies files to media_storage_providers, and does not delete them there.",
            "Let that store delete encrypted files by itself after some days, or leave session files on Synapse's own disk.",
        )
    return ok("Redacted messages and addresses go in time.")


def _duration(value: Any) -> timedelta | None:
    """Synapse's durations: milliseconds, or a number with a unit; None means for ever, and so does what cannot be understood."""
    if isinstance(value, int) and not isinstance(value, bool):
        return timedelta(milliseconds=value)
    match = re.fullmatch(r"(\d+)([smhdwy]?)", value) if isinstance(value, str) else None
    if not match:
        return None
    return timedelta(seconds=int(match[1]) * _SYNAPSE_UNITS[match[2]]) if match[2] else timedelta(milliseconds=int(match[1]))
