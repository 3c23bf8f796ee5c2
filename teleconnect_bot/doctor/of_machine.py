"""What the bot needs on its own machine, and of the services beside the homeserver. Nothing is changed, no mail is sent."""

from __future__ import annotations

import asyncio
import os
import shutil
import stat
import subprocess
from pathlib import Path

import aiosmtplib
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import create_async_engine

import teleconnect_bot
from teleconnect_bot.config.values import is_loopback
from teleconnect_bot.doctor.findings import Finding, Surroundings, error, ok, warning

_PACKAGE = Path(teleconnect_bot.__file__).parent
GUEST_PAGE = _PACKAGE / "web" / "static" / "guest.html"
MIGRATIONS = _PACKAGE / "adapters" / "storage" / "migrations"
_PATIENCE_SECONDS = 15.0
_FONTS = ("Noto Sans", "Noto Sans Arabic", "Noto Sans Ethiopic", "Noto Color Emoji")
_FONT_PACKAGES = "On Debian: apt-get install fonts-noto-core fonts-noto-color-emoji libpango-1.0-0 libpangoft2-1.0-0 fontconfig"


async def guest_page(around: Surroundings) -> Finding:
    if GUEST_PAGE.is_file():
        return ok("It is built.")
    return error("It was not built: guests would find nothing behind their link.", "Run `make page`, or install the bot from its wheel.")


async def keys_directory(around: Surroundings) -> Finding:
    return judge_directory(around.config.keys_directory)


def judge_directory(path: Path) -> Finding:
    """A directory that is its owner's alone, in a place where nobody else could put another one in its stead."""
    try:
        found = path.lstat()
    except FileNotFoundError:
        return error(f"{path} does not exist.", f"mkdir -p -m 700 {path}, on a volume that no backup includes.")
    except OSError as failure:
        return error(f"{path} cannot be looked at ({failure.strerror}).", "Let the bot's user own it.")
    if not stat.S_ISDIR(found.st_mode):
        return error(f"{path} is no directory of its own.", "keys_directory must name a real directory, not a file or a link.")
    if found.st_uid != os.geteuid():
        return error(f"{path} belongs to another user.", "Run doctor as the bot's user; that user must own the directory.")
    if found.st_mode & 0o077:
        return error(f"{path} is open to other users (mode {stat.S_IMODE(found.st_mode):o}).", f"chmod 700 {path}")
    around = path.parent.stat().st_mode
    if around & 0o022 and not around & stat.S_ISVTX:
        return error(f"Other users can replace {path}: they may write in {path.parent}.", f"chmod go-w {path.parent}")
    return ok(f"{path} is private. Keep it out of every backup.")


async def database(around: Surroundings) -> Finding:
    url = make_url(around.config.database.url.get_secret_value())
    if url.drivername.startswith("sqlite") and url.database and not await asyncio.to_thread(Path(url.database).exists):
        return warning("It does not exist yet.", "`teleconnect-bot migrate` makes it.")
    engine = create_async_engine(url)
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS), engine.connect() as connection:
            heads = set(await connection.run_sync(_heads))
    except (SQLAlchemyError, OSError, TimeoutError) as failure:
        return error(
            f"It cannot be reached or read ({type(failure).__name__}).",
            "Is it running? Are host, user, password and database in database.url right?",
        )
    finally:
        await engine.dispose()
    wanted = set(ScriptDirectory(str(MIGRATIONS)).get_heads())
    if heads == wanted:
        return ok(f"{url.get_backend_name()}, up to date.")
    if heads and not heads <= {script.revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions()}:
        return error("It was made by a newer version of the bot.", "Install that version again, or go back to a backup.")
    return warning("It is not up to date.", "`teleconnect-bot migrate` brings it to this version.")


def _heads(connection: Connection) -> tuple[str, ...]:
    return MigrationContext.configure(connection).get_current_heads()


async def email(around: Surroundings) -> Finding:
    settings = around.config.email
    server = f"{settings.host}:{settings.port}"
    client = aiosmtplib.SMTP(
        hostname=settings.host,
        port=settings.port,
        use_tls=settings.tls == "tls",
        start_tls=settings.tls == "starttls",
        timeout=_PATIENCE_SECONDS,
    )
    try:
        async with client:
            if settings.username is not None and settings.password is not None:
                await client.login(settings.username, settings.password.get_secret_value())
    except aiosmtplib.SMTPAuthenticationError:
        return error(
            f"{server} refuses email.username and email.password.", "Correct them; some providers want a password for applications."
        )
    except aiosmtplib.SMTPResponseException as failure:
        return error(f"{server} refuses ({failure.code}).", "Ask who runs the mail server whether this machine may send.")
    except (aiosmtplib.SMTPException, OSError) as failure:
        return error(
            f"{server} cannot be reached with email.tls: {settings.tls} ({type(failure).__name__}).",
            "Check email.host and its certificate, and that port and tls fit: 587 with starttls, 465 with tls, 25 with none.",
        )
    if settings.tls == "none" and not is_loopback(settings.host):
        return warning(
            f"{server} answers, but mails travel to it in the clear, with the links in them.", "Set email.tls to starttls or tls."
        )
    return ok(f"{server} answers.")


async def pdf(around: Surroundings) -> Finding:
    return await asyncio.to_thread(_judge_pdf)


def _judge_pdf() -> Finding:
    try:
        import weasyprint
    except (ImportError, OSError):
        return error("The libraries that draw text (Pango) are missing: no transcript can be made.", _FONT_PACKAGES)
    program = shutil.which("fc-list")
    if program is None:
        return warning("Fonts cannot be listed (no fc-list).", _FONT_PACKAGES)
    listed = subprocess.run([program, "--format=%{family}\n"], capture_output=True, text=True, timeout=_PATIENCE_SECONDS, check=False)
    families = {family for line in listed.stdout.splitlines() for family in line.split(",")}
    if missing := [font for font in _FONTS if font not in families]:
        return warning(
            f"Fonts are missing, so that some scripts would be empty boxes in transcripts: {', '.join(missing)}.", _FONT_PACKAGES
        )
    return ok(f"WeasyPrint {weasyprint.__version__}, all fonts.")


async def access(around: Surroundings) -> Finding:
    if not around.config.access.requesters:
        return warning("Nobody may use the bot.", 'Set access.requesters, for example to ["@*:' + around.config.homeserver.domain + '"].')
    return ok("It is set who may use the bot.")
