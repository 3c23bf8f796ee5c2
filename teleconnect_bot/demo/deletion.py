"""What is left after the retention time, looked up from outside at every place where something was."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from .journal import Journal, Step
from .remains import HomeserverView, files_with, identifiers, session_rows, tables_with
from .stack import Stack
from .staff import Seen, Staff

_BEING_SLOW_SECONDS = 90.0


@dataclass(frozen=True, slots=True)
class Written:
    """What the session has left behind so far. `private` are the texts, names and addresses that were written."""

    room: str
    visitor: str
    code: str
    transcript: Seen
    card: Seen | None
    private: tuple[str, ...] = field(repr=False)


async def see_that_nothing_is_left(
    stack: Stack, journal: Journal, nurse: Staff, written: Written, after: timedelta, usual: Mapping[str, Any]
) -> None:
    """The bot is restarted on the way, with its `usual` settings: those of hands-on use. Raises `NotSo`."""
    view = HomeserverView(stack.homeserver.address, await stack.homeserver.admin_token())
    media = str((written.transcript.file or {})["url"])
    with journal.step("Before the deletion: everything is still there, sealed, and the bot is restarted.") as step:
        named = identifiers(stack.database_directory)
        keys = {file.name for file in stack.keys_directory.iterdir() if any(name in file.name for name in named)}
        step.check(keys, "the session has a key of its own in the keys directory")
        step.check(await view.knows_room(written.room) and await view.knows_media(media), "the homeserver knows the room and the file")
        step.check(tables_with(stack.database_directory, [written.room]), "the bot's databases know the room")
        await stack.restart_bot(usual)
        step.check(True, "the bot has ended when asked to and is ready again")
    words = f"{after.total_seconds():.0f} seconds after the close (24 hours in real use) the bot deletes everything."
    with journal.step(words) as step:
        chat = written.transcript.room
        await nurse.wait_for_text(chat, f"Session {written.code} is deleted", timeout=after.total_seconds() + _BEING_SLOW_SECONDS)
        step.check(True, "the bot says so in the chat")
        await _at_the_homeserver(view, written, media, step)
        await nurse.sync(500)
        await nurse.wait_for(lambda: "session_gone" in stack.bot.log_file.read_text())  # the last row goes after the chat was told
        gone = [written.transcript.event] + ([written.card.event] if written.card else [])
        step.check(all(nurse.is_redacted(event) for event in gone), "card and transcript are removed from the nurse's chat")
        step.check(written.room in nurse.left, "the nurse's client was told that she is no longer in the room")
        _at_the_bot(stack, written, named, keys, media, step)
        found = files_with(stack.homeserver.directory, written.private)
        step.check(not found, f"no file of the homeserver holds a message, a name or the address in plain text {_list(found)}".strip())


async def _at_the_homeserver(view: HomeserverView, written: Written, media: str, step: Step) -> None:
    step.check(not await view.knows_room(written.room), "the homeserver does not know the session's room")
    step.check(not await view.knows_media(media), "the homeserver does not know the transcript's file")
    step.check(await view.is_deactivated(written.visitor), "the guest's account is deactivated")


def _at_the_bot(stack: Stack, written: Written, named: set[str], keys: set[str], media: str, step: Step) -> None:
    directory = stack.database_directory
    left = session_rows(directory)
    step.check(not left, f"no table of the bot holds a row of the session {left or ''}".strip())
    words = {*named, written.room, written.visitor, media}
    found = tables_with(directory, words)
    step.check(not found, f"no value in the bot's databases names it, the room's encryption keys are gone {_list(found)}".strip())
    step.check(not any((stack.keys_directory / key).exists() for key in keys), "the session's key is destroyed")
    files = files_with(directory, [*words, *written.private])
    step.check(not files, f"not even deleted bytes of it stay in the bot's files {_list(files)}".strip())


def _list(found: list[str]) -> str:
    return f"(found: {', '.join(found)})" if found else ""
