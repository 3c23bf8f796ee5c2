"""A real Synapse as a child process, for the demo and for the tests (FACTS, "Synapse as the embedded homeserver").

It listens on the loopback interface alone, federates with nobody, keeps everything below one directory and dies with
the process that started it. Data, addresses and secrets survive `restart()` and a later run in the same directory.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import os
import secrets
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import yaml

from .addresses import LOOPBACK, free_port
from .child import end, start_module

START_TIMEOUT_SECONDS = 90.0
STOP_TIMEOUT_SECONDS = 20.0
_POLL_SECONDS = 0.05
_SYNAPSE = "synapse.app.homeserver"


class HomeserverFailed(Exception):
    """Synapse did not start or refused a call of the set-up; the text holds the end of its log."""


@dataclass(frozen=True, slots=True)
class Login:
    """A signed-in account of the embedded homeserver."""

    user: str
    password: str = field(repr=False)
    device: str
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Secrets:
    port: int
    registration: str = field(repr=False)
    macaroon: str = field(repr=False)
    form: str = field(repr=False)


class EmbeddedSynapse:
    """One Synapse in one directory.

    `registrations` are files that `generate-registration` wrote; they are used in place. `settings` are merged over the
    configuration written here (top level keys), for tests that need another homeserver.
    The object holds no event loop: it may be started in one and used from another.
    """

    def __init__(
        self,
        directory: Path,
        *,
        server_name: str = "demo.localhost",
        registrations: Sequence[Path] = (),
        settings: Mapping[str, Any] | None = None,
        port: int = 0,
    ) -> None:
        """`port` is the wished-for one of a new directory; any free one when it is taken."""
        self.directory = directory = directory.resolve()
        self._wished_port = port
        self.server_name = server_name
        self._registrations = tuple(registrations)
        self._settings = dict(settings or {})
        self._process: subprocess.Popen[bytes] | None = None
        directory.mkdir(parents=True, exist_ok=True)
        self._secrets = self._load_secrets()

    @property
    def address(self) -> str:
        """Base URL of the client API and of the admin API."""
        return f"http://{LOOPBACK}:{self._secrets.port}"

    @property
    def port(self) -> int:
        return self._secrets.port

    @property
    def log_file(self) -> Path:
        return self.directory / "homeserver.log"

    @property
    def database_file(self) -> Path:
        return self.directory / "homeserver.db"

    @property
    def process_id(self) -> int | None:
        return self._process.pid if self._process and self._process.poll() is None else None

    async def start(self) -> None:
        """Synapse answers when this returns. Raises `HomeserverFailed`. Must be called in the main thread."""
        if self.process_id is not None:
            return
        configuration = self._write_configuration()
        signing_key = self.directory / "signing.key"
        if not signing_key.exists():
            _write_private(signing_key, _new_signing_key())
        self._process = start_module(
            _SYNAPSE,
            "-c",
            str(configuration),
            log_file=self.directory / "homeserver.out",
            directory=self.directory,
            environment={**os.environ, "SYNAPSE_CACHE_FACTOR": "0.5"},
        )
        try:
            async with asyncio.timeout(START_TIMEOUT_SECONDS):
                while not await self._answers():
                    if self._process.poll() is not None:
                        raise HomeserverFailed(f"Synapse ended with code {self._process.returncode}.\n{self._log_tail()}")
                    await asyncio.sleep(_POLL_SECONDS)
        except TimeoutError:
            await self.stop()
            raise HomeserverFailed(f"Synapse did not answer within {START_TIMEOUT_SECONDS:.0f} s.\n{self._log_tail()}") from None

    async def stop(self) -> None:
        """The child has ended when this returns; its data stay."""
        process, self._process = self._process, None
        await end(process, STOP_TIMEOUT_SECONDS)

    async def restart(self) -> None:
        await self.stop()
        await self.start()

    async def register(self, localpart: str, password: str, *, admin: bool = False) -> str:
        """Make the account if it does not exist; its user id."""
        user = f"@{localpart}:{self.server_name}"
        async with self._session() as http:
            async with http.get("/_synapse/admin/v1/register") as answer:
                nonce = (await answer.json())["nonce"]
            mac = hmac.new(self._secrets.registration.encode(), digestmod=hashlib.sha1)
            mac.update(b"\x00".join([nonce.encode(), localpart.encode(), password.encode(), b"admin" if admin else b"notadmin"]))
            body = {
                "nonce": nonce,
                "username": localpart,
                "password": password,
                "admin": admin,
                "mac": mac.hexdigest(),
                "inhibit_login": True,
            }
            async with http.post("/_synapse/admin/v1/register", json=body) as answer:
                if answer.status != 200 and (await answer.json()).get("errcode") != "M_USER_IN_USE":
                    raise HomeserverFailed(f"The account could not be made: {answer.status} {await answer.text()}")
        return user

    async def login(self, localpart: str, password: str, *, device: str | None = None) -> Login:
        body: dict[str, Any] = {
            "type": "m.login.password",
            "identifier": {"type": "m.id.user", "user": localpart},
            "password": password,
        }
        if device is not None:
            body["device_id"] = device
        async with self._session() as http, http.post("/_matrix/client/v3/login", json=body) as answer:
            if answer.status != 200:
                raise HomeserverFailed(f"Signing in failed: {answer.status} {await answer.text()}")
            reply = await answer.json()
        return Login(reply["user_id"], password, reply["device_id"], reply["access_token"])

    async def admin_token(self) -> str:
        """The token of the server administrator `admin`, kept below the directory; made at the first call."""
        kept = self.directory / "admin-token"
        if kept.exists():
            return kept.read_text().strip()
        password = secrets.token_urlsafe(18)
        await self.register("admin", password, admin=True)
        token = (await self.login("admin", password)).token
        _write_private(kept, token)
        return token

    async def _answers(self) -> bool:
        try:
            async with self._session() as http, http.get("/health", timeout=aiohttp.ClientTimeout(total=2)) as answer:
                return answer.status == 200
        except (aiohttp.ClientError, TimeoutError):
            return False

    def _session(self) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(self.address)

    def _log_tail(self) -> str:
        texts = [path.read_text(errors="replace")[-2000:] for path in (self.directory / "homeserver.out", self.log_file) if path.exists()]
        return "\n".join(texts)

    def _load_secrets(self) -> _Secrets:
        path = self.directory / "secrets.json"
        if path.exists():
            kept = _Secrets(**json.loads(path.read_text()))
            if self.process_id is not None or free_port(kept.port) == kept.port:
                return kept
            kept = _Secrets(free_port(), kept.registration, kept.macaroon, kept.form)
        else:
            kept = _Secrets(free_port(self._wished_port), *(secrets.token_urlsafe(32) for _ in range(3)))
        content = {"port": kept.port, "registration": kept.registration, "macaroon": kept.macaroon, "form": kept.form}
        _write_private(path, json.dumps(content))
        return kept

    def _write_configuration(self) -> Path:
        log_configuration = self.directory / "log.yaml"
        log_configuration.write_text(yaml.safe_dump(_logging(self.log_file)))
        configuration = _settings(self.directory, self.server_name, self._secrets, log_configuration)
        configuration["app_service_config_files"] = [str(path.resolve()) for path in self._registrations]
        configuration.update(self._settings)
        path = self.directory / "homeserver.yaml"
        _write_private(path, yaml.safe_dump(configuration))
        return path


def _settings(directory: Path, server_name: str, kept: _Secrets, log_configuration: Path) -> dict[str, Any]:
    plenty = {"per_second": 1000, "burst_count": 1000}
    return {
        "server_name": server_name,
        "public_baseurl": f"http://{LOOPBACK}:{kept.port}/",
        "pid_file": str(directory / "homeserver.pid"),
        "signing_key_path": str(directory / "signing.key"),
        "media_store_path": str(directory / "media"),
        "log_config": str(log_configuration),
        "listeners": [
            {"port": kept.port, "bind_addresses": [LOOPBACK], "type": "http", "tls": False, "resources": [{"names": ["client"]}]},
        ],
        "database": {"name": "sqlite3", "args": {"database": str(directory / "homeserver.db")}},
        "registration_shared_secret": kept.registration,
        "macaroon_secret_key": kept.macaroon,
        "form_secret": kept.form,
        "report_stats": False,
        "trusted_key_servers": [],
        "suppress_key_server_warning": True,
        "federation_domain_whitelist": [],
        "enable_registration": False,
        "allow_guest_access": False,
        "url_preview_enabled": False,
        # What was redacted must not stay readable (FACTS, "Teardown"); the same settings are asked of a deployment.
        "redaction_retention_period": "1s",
        "user_ips_max_age": "1h",
        "forgotten_room_retention_period": "1s",
        "rc_message": plenty,
        "rc_registration": plenty,
        "rc_login": {"address": plenty, "account": plenty, "failed_attempts": plenty},
        "rc_joins": {"local": plenty, "remote": plenty},
        "rc_invites": {"per_room": plenty, "per_user": plenty, "per_issuer": plenty},
        "rc_admin_redaction": plenty,
        "rc_room_creation": plenty,
        "rc_media_create": plenty,
        "rc_presence": {"per_user": plenty},
        "rc_delayed_event_mgmt": plenty,
    }


def _logging(file: Path) -> dict[str, Any]:
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
        "handlers": {"file": {"class": "logging.FileHandler", "filename": str(file), "formatter": "plain"}},
        "root": {"level": "WARNING", "handlers": ["file"]},
    }


def _new_signing_key() -> str:
    """As `--generate-keys` would write it, which is a Synapse of its own: a second or two for 32 random bytes."""
    seed = base64.b64encode(secrets.token_bytes(32)).decode().rstrip("=")
    return f"ed25519 a_{secrets.token_hex(2)} {seed}\n"


def _write_private(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
