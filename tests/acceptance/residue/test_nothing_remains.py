"""The project's most important test: of a session that was deleted nothing remains but what docs/data-retention.md names (PRODUCT §9).

Everything personal in it is a sentinel. While it runs, no sentinel stands readable in any file of bot or homeserver; after its end every
table, column, file, log and the guests' browsers are searched, and what is found is compared with the page, both ways. Dumps that were
taken meanwhile are restored, and tell nothing.
"""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from teleconnect_bot.demo.stack import DOMAIN, Stack
from teleconnect_bot.demo.visitor import Visitor, browser
from tests.acceptance.conftest import MakeStack
from tests.acceptance.nurse import Nurse
from tests.acceptance.outcome import wait_until_gone
from tests.acceptance.residue import sentinels
from tests.acceptance.residue.allowed import allow_list, compare
from tests.acceptance.residue.conftest import OpenProfile
from tests.acceptance.residue.databases import BotDatabases, OnPostgresql, OnSqlite
from tests.acceptance.residue.played import KEY_BACKED_UP_LATE, Played
from tests.acceptance.residue.search import Search
from tests.acceptance.wire import Wire, wire
from tests.storage.postgres import Postgres

SETTINGS = {"retention": {"sync_grace": "1s"}, "logs": {"level": "debug"}}
ROOT = Path(__file__).parents[3]
NEWEST_ROW_STAYS = (
    "e2e_cross_signing_keys",
    "device_lists_stream",
    "user_signature_stream",
    "presence_stream",
    "current_state_delta_stream",
)
PERSONAL_IN_USE = {"seat secret", "link"}
OF_THE_PAGE = dict.fromkeys(("Local Storage", "Session Storage", "IndexedDB", "Service Worker"), "browser: what the page stored")
OF_THE_HOMESERVER = {"homeserver.db": "homeserver: database file", "homeserver.log": "homeserver: log", "homeserver.out": "homeserver: log"}


def personal(found: set[tuple[str, str]], played: Played) -> set[tuple[str, str]]:
    """Without the opaque ids and what is encrypted."""
    opaque = (set(played.exact.values) | set(played.exact.bytes.values())) - PERSONAL_IN_USE
    return {(place, kind) for place, kind in found if kind not in opaque}


async def look_at_bot_and_homeserver(search: Search, stack: Stack, databases: BotDatabases) -> None:
    search.files("bot: log", stack.bot.log_file)
    search.files("bot: keys_directory", stack.keys_directory)
    await databases.look(search)
    search.files("homeserver: files", stack.homeserver.directory, apart=OF_THE_HOMESERVER)
    search.sqlite("homeserver", stack.homeserver.database_file)


@dataclass
class Scene:
    """One session that has been played, on a stack of its own. `directory` holds the browsers' profiles."""

    stack: Stack
    databases: BotDatabases
    played: Played
    directory: Path

    @classmethod
    async def play(cls, stack: Stack, databases: BotDatabases, open_profile: OpenProfile, directory: Path) -> Scene:
        nurse = await Nurse.meet_the_bot(stack)
        guest, relative = await open_profile(directory / "guest"), await open_profile(directory / "relative")
        scene = cls(stack, databases, Played(stack, databases, nurse, guest, relative, directory), directory)
        await scene.played.play()
        await scene.played.remember()
        return scene

    async def nothing_personal_is_readable(self) -> Search:
        search = Search(self.played.exact)
        await look_at_bot_and_homeserver(search, self.stack, self.databases)
        assert personal(search.found, self.played) == set()
        return search

    async def end(self) -> None:
        """After the deletion: a key backup that comes too late, and everything stops."""
        await wait_until_gone(self.stack)
        await self.played.backup.upload(self.played.room, KEY_BACKED_UP_LATE)
        await self.played.guest.close()
        await self.played.relative.close()
        await self.stack.stop()

    async def only_what_the_page_names_is_left(self) -> None:
        left = Search(self.played.exact)
        await look_at_bot_and_homeserver(left, self.stack, self.databases)
        for who in ("guest", "relative"):
            left.files("browser: its own files", self.directory / who, apart=OF_THE_PAGE)
        for mail in self.stack.mails.mails:
            left.look_at("mail server: messages", mail.message.as_bytes() + "\n".join(mail.recipients).encode())
        problems = compare(left.found, allow_list(self.databases.kind))
        assert not problems, "\n".join(problems)


async def whole(scene: Scene) -> None:
    stack, played, keys = scene.stack, scene.played, scene.stack.keys_directory
    running = await scene.nothing_personal_is_readable()
    assert ("homeserver: events.room_id", "room id") in running.found, "the search finds what is there"
    assert ("homeserver: event_json.json", "message, encrypted") in running.found
    assert ("bot: session.room", "room id") in running.found

    dump = await scene.databases.dump(scene.directory / "dump")
    assert {sentinels.CONTACT, sentinels.NAME_BY_STAFF, sentinels.CHOSEN_NAME} <= await dump.personal(keys), "as long as the key is there"
    assert {sentinels.FROM_GUEST, sentinels.FROM_STAFF} <= await dump.messages(played.room, keys)

    await played.close()
    await played.remember()
    await scene.nothing_personal_is_readable()
    await played.delete()
    await scene.end()
    await scene.only_what_the_page_names_is_left()
    assert await dump.personal(stack.keys_directory) == set(), "a restored dump names nobody"
    assert await dump.messages(played.room, keys) == set(), "two dumps together tell no message"


async def test_of_a_deleted_session_nothing_remains_but_what_the_page_names(
    make_stack: MakeStack, open_profile: OpenProfile, tmp_path: Path
) -> None:
    stack = await make_stack(settings=SETTINGS)
    await whole(await Scene.play(stack, OnSqlite(stack), open_profile, tmp_path))


@pytest.mark.long
@pytest.mark.timeout(600)
async def test_maintenance_of_the_homeserver_removes_the_ids_too(make_stack: MakeStack, open_profile: OpenProfile, tmp_path: Path) -> None:
    stack = await make_stack(settings=SETTINGS)
    scene = await Scene.play(stack, OnSqlite(stack), open_profile, tmp_path)
    await whole(scene)
    await no_id_is_left_after_maintenance(scene)


async def no_id_is_left_after_maintenance(scene: Scene) -> None:
    """docs/synapse-maintenance.sql, and Synapse goes on: a requester invites somebody, who comes into the waiting room."""
    stack, opaque = scene.stack, {"visitor", "visitor device", "room id", "room event", "key backed up late"}
    maintain(stack.homeserver.database_file)
    search = Search(scene.played.exact)
    search.sqlite("homeserver", stack.homeserver.database_file)
    newest = {f"homeserver: {table}" for table in NEWEST_ROW_STAYS}
    assert {(place, kind) for place, kind in search.found if kind in opaque and place.rpartition(".")[0] not in newest} == set()

    stack.mails.start()
    await stack.start_homeserver()
    await stack.bot.start()
    nurse = await Nurse.meet_the_bot(stack, "nurse-afterwards")
    link = await nurse.invite("afterwards@example.org")
    async with browser() as chromium:
        guest = await Visitor.open(chromium)
        await guest.come_in(link, "Afterwards")
        await nurse.take()
        await guest.write("It still works.")
        await guest.close()


def maintain(database: Path) -> None:
    statements = (ROOT / "docs" / "synapse-maintenance.sql").read_text(encoding="utf-8")
    connection = sqlite3.connect(database, isolation_level=None)
    connection.executescript(statements.replace("@teleconnect!_visitor!_%:example.org", f"@teleconnect!_visitor!_%:{DOMAIN}"))
    connection.close()


@pytest.mark.long
@pytest.mark.timeout(600)
async def test_of_a_deleted_session_nothing_remains_on_postgresql(
    make_stack: MakeStack, open_profile: OpenProfile, tmp_path: Path, postgres: Postgres
) -> None:
    address = await postgres.new_database()
    stack = await make_stack(settings={**SETTINGS, "database": {"url": address}})
    await whole(await Scene.play(stack, OnPostgresql(stack, postgres, address), open_profile, tmp_path))


@pytest_asyncio.fixture
async def line() -> AsyncIterator[Wire]:
    async with wire() as line:
        yield line


@pytest.mark.long
@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    ("method", "path", "passed_on"),
    [
        pytest.param("POST", r"/kick", True, id="somebody_was_removed"),
        pytest.param("PUT", r"/redact/", True, id="a_card_was_redacted"),
        pytest.param("DELETE", r"/_synapse/admin/v2/rooms/", True, id="the_purge_has_begun"),
        pytest.param("DELETE", r"/_synapse/admin/v1/media/", False, id="before_a_file_is_deleted"),
        pytest.param("POST", r"/_synapse/admin/v1/deactivate/", True, id="an_account_was_closed"),
    ],
)
async def test_killed_in_the_teardown_nothing_remains_either(
    make_stack: MakeStack, open_profile: OpenProfile, tmp_path: Path, line: Wire, method: str, path: str, passed_on: bool
) -> None:
    stack = await make_stack(settings={**SETTINGS, "homeserver": {"address": line.address}}, start=False)
    line.homeserver = stack.homeserver.address
    await stack.start()
    scene = await Scene.play(stack, OnSqlite(stack), open_profile, tmp_path)
    await scene.played.close()
    await scene.played.remember()
    stop = line.stop_at(method, path, passed_on=passed_on)
    await scene.played.order_deletion()
    await stop.reached.wait()
    stack.kill_bot()
    await stack.bot.start()
    await scene.played.deleted()
    await scene.end()
    await scene.only_what_the_page_names_is_left()
