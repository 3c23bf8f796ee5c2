"""The project's most important test: of a session that was deleted nothing remains but what docs/data-retention.md names (PRODUCT §9).

Everything personal in it is a sentinel. While it runs, no sentinel stands readable in any file of bot or homeserver; after its end every
table, column, file, log and the guests' browsers are searched, and what is found is compared with the page, both ways.
"""

from __future__ import annotations

from pathlib import Path

from teleconnect_bot.demo.stack import Stack
from tests.acceptance.conftest import MakeStack
from tests.acceptance.nurse import Nurse
from tests.acceptance.outcome import wait_until_gone
from tests.acceptance.residue.allowed import allow_list, compare
from tests.acceptance.residue.conftest import OpenProfile
from tests.acceptance.residue.played import KEY_BACKED_UP_LATE, Played
from tests.acceptance.residue.search import Search

SETTINGS = {"retention": {"sync_grace": "1s"}, "logs": {"level": "debug"}}
PERSONAL_IN_USE = {"seat secret", "link"}
OF_THE_PAGE = dict.fromkeys(("Local Storage", "Session Storage", "IndexedDB", "Service Worker"), "browser: what the page stored")
OF_THE_HOMESERVER = {"homeserver.db": "homeserver: database file", "homeserver.log": "homeserver: log", "homeserver.out": "homeserver: log"}


def personal(found: set[tuple[str, str]], played: Played) -> set[tuple[str, str]]:
    """Without the opaque ids and what is encrypted."""
    opaque = (set(played.exact.values) | set(played.exact.bytes.values())) - PERSONAL_IN_USE
    return {(place, kind) for place, kind in found if kind not in opaque}


def look_at_bot_and_homeserver(search: Search, stack: Stack) -> None:
    search.files("bot: log", stack.bot.log_file)
    search.files("bot: keys_directory", stack.keys_directory)
    search.files("bot: database file", stack.database_directory)
    for database in ("teleconnect.db", "teleconnect-crypto.db"):
        search.sqlite("bot", stack.database_directory / database)
    search.files("homeserver: files", stack.homeserver.directory, apart=OF_THE_HOMESERVER)
    search.sqlite("homeserver", stack.homeserver.database_file)


async def test_of_a_deleted_session_nothing_remains_but_what_the_page_names(
    make_stack: MakeStack, open_profile: OpenProfile, tmp_path: Path
) -> None:
    stack = await make_stack(settings=SETTINGS)
    nurse = await Nurse.meet_the_bot(stack)
    guest, relative = await open_profile(tmp_path / "guest"), await open_profile(tmp_path / "relative")
    played = Played(stack, nurse, guest, relative, tmp_path)

    await played.play()
    played.remember()
    running = Search(played.exact)
    look_at_bot_and_homeserver(running, stack)
    assert ("homeserver: events.room_id", "room id") in running.found, "the search finds what is there"
    assert ("homeserver: event_json.json", "message, encrypted") in running.found
    assert ("bot: session.room", "room id") in running.found
    assert personal(running.found, played) == set()

    await played.close()
    played.remember()
    closed = Search(played.exact)
    look_at_bot_and_homeserver(closed, stack)
    assert personal(closed.found, played) == set()

    await played.delete()
    await wait_until_gone(stack)
    await played.backup.upload(played.room, KEY_BACKED_UP_LATE)
    await guest.close()
    await relative.close()
    await stack.stop()

    left = Search(played.exact)
    look_at_bot_and_homeserver(left, stack)
    for who in ("guest", "relative"):
        left.files("browser: its own files", tmp_path / who, apart=OF_THE_PAGE)
    for mail in stack.mails.mails:
        left.look_at("mail server: messages", mail.message.as_bytes() + "\n".join(mail.recipients).encode())
    problems = compare(left.found, allow_list("SQLite"))
    assert not problems, "\n".join(problems)
