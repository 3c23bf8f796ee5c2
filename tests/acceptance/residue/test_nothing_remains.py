"""The project's most important test: of a session that was deleted nothing remains but what docs/data-retention.md names (PRODUCT §9).

Everything personal in it is a sentinel. While it runs, no sentinel stands readable in any file of bot or homeserver; after its end every
table, column, file, log and the guests' browsers are searched, and what is found is compared with the page, both ways. Dumps that were
taken meanwhile are restored, and tell nothing.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from teleconnect_bot.administration import residue
from teleconnect_bot.demo.addresses import LOOPBACK
from teleconnect_bot.demo.stack import Stack
from teleconnect_bot.demo.visitor import Visitor, browser
from teleconnect_bot.services.residue import ALL_GOOD, NOTHING
from tests.acceptance.conftest import MakeStack
from tests.acceptance.nurse import Nurse
from tests.acceptance.outcome import wait_until_gone
from tests.acceptance.residue import sentinels
from tests.acceptance.residue.allowed import allow_list, compare
from tests.acceptance.residue.conftest import OpenProfile
from tests.acceptance.residue.databases import BotDatabases, Dump, OnPostgresql, OnSqlite
from tests.acceptance.residue.homeservers import HomeserverDatabase, HomeserverOnPostgresql, HomeserverOnSqlite
from tests.acceptance.residue.interpreters import ORGANISATIONS
from tests.acceptance.residue.played import KEY_BACKED_UP_LATE, TEAMS, Played
from tests.acceptance.residue.search import Search
from tests.acceptance.wire import Wire, wire
from tests.storage.postgres import backed_up, started

SETTINGS = {"retention": {"sync_grace": "1s"}, "logs": {"level": "debug"}, "teams": TEAMS, "organisations": ORGANISATIONS}
NEWEST_ROW_STAYS = (
    "e2e_cross_signing_keys",
    "device_lists_stream",
    "user_signature_stream",
    "presence_stream",
    "current_state_delta_stream",
)
RELAY = (LOOPBACK,)
KEEPS_ITS_LOG = "wal_keep_size=4GB"
PERSONAL_BUT_NO_WORD = {"seat secret", "link", "number for sms", "number for whatsapp", "number in answer"}
OF_THE_PAGE = dict.fromkeys(("Local Storage", "Session Storage", "IndexedDB", "Service Worker"), "browser: what the page stored")
PEOPLE = ("guest", "relative", "caller")
Keep = Callable[..., Any]
"""Enters a context that lasts until the stack has stopped."""


@pytest.fixture
def keep() -> Iterator[Keep]:
    with ExitStack() as ending:
        yield ending.enter_context


def personal(found: set[tuple[str, str]], played: Played) -> set[tuple[str, str]]:
    """Without the opaque ids and what is encrypted."""
    opaque = (set(played.exact.values) | set(played.exact.bytes.values())) - PERSONAL_BUT_NO_WORD
    return {(place, kind) for place, kind in found if kind not in opaque}


@dataclass
class Scene:
    """One session that has been played, on a stack of its own. `directory` holds the browsers' profiles."""

    stack: Stack
    bot: BotDatabases
    homeserver: HomeserverDatabase
    played: Played
    directory: Path

    @classmethod
    async def play(
        cls, stack: Stack, bot: BotDatabases, homeserver: HomeserverDatabase, open_profile: OpenProfile, directory: Path
    ) -> Scene:
        nurse = await Nurse.meet_the_bot(stack)
        guest, relative, caller = [await open_profile(directory / who) for who in PEOPLE]
        scene = cls(stack, bot, homeserver, Played(stack, bot, homeserver, nurse, guest, relative, caller, directory), directory)
        await scene.played.play()
        await scene.played.remember()
        return scene

    @classmethod
    async def play_on_sqlite(cls, stack: Stack, open_profile: OpenProfile, directory: Path) -> Scene:
        return await cls.play(stack, OnSqlite(stack), HomeserverOnSqlite(stack), open_profile, directory)

    async def _look_at_bot_and_homeserver(self, search: Search) -> None:
        search.files("bot: log", self.stack.bot.log_file)
        search.files("bot: keys_directory", self.stack.keys_directory)
        await self.bot.look(search)
        await self.homeserver.look(search)

    async def nothing_personal_is_readable(self) -> Search:
        search = Search(self.played.exact)
        await self._look_at_bot_and_homeserver(search)
        assert personal(search.found, self.played) == set()
        return search

    async def dumps(self) -> list[Dump]:
        """Every copy of the bot's database that somebody may have of this moment, with every one of the homeserver's."""
        addresses = await self.bot.copies(self.directory / "copy of the bot's")
        copies = await self.homeserver.copies(self.directory / "copy of the homeserver's")
        return [Dump(address, events) for address in addresses for events in copies]

    async def end(self) -> None:
        """After the deletion: `teleconnect-bot residue` finds nothing, a key backup that comes too late, and everything stops."""
        await wait_until_gone(self.stack, self.played.session)
        assert await residue(self.stack.config, None) == ALL_GOOD
        assert await residue(self.stack.config, self.played.code) == NOTHING
        await self.played.backup.upload(self.played.room, KEY_BACKED_UP_LATE)
        await self.played.guest.close()
        await self.played.relative.close()
        await self.played.caller.close()
        await self.stack.stop()

    async def only_what_the_page_names_is_left(self) -> None:
        left = Search(self.played.exact)
        await self._look_at_bot_and_homeserver(left)
        assert self.stack.relay is not None
        left.files("relay: log", self.stack.relay.log_file)
        for who in PEOPLE:
            left.files("browser: its own files", self.directory / who, apart=OF_THE_PAGE)
        for mail in self.stack.mails.mails:
            left.look_at("mail server: messages", mail.message.as_bytes() + "\n".join(mail.recipients).encode())
        for record in self.stack.phones.records.values():
            left.look_at("SMS provider: records", repr(record).encode())
        problems = compare(left.found, allow_list({"bot": self.bot.kind, "homeserver": self.homeserver.kind}))
        assert not problems, "\n".join(problems)


async def whole(scene: Scene) -> None:
    played, keys = scene.played, scene.stack.keys_directory
    running = await scene.nothing_personal_is_readable()
    assert ("homeserver: events.room_id", "room id") in running.found, "the search finds what is there"
    assert ("homeserver: event_json.json", "message, encrypted") in running.found
    assert ("bot: session.room", "room id") in running.found

    dumps = await scene.dumps()
    for dump in dumps:
        known, written = await dump.personal(keys), await dump.messages(played.room, keys)
        assert known >= sentinels.ROWS_KNOW, "as long as the key is there"
        assert {sentinels.FROM_GUEST, sentinels.FROM_STAFF} <= written

    await played.close()
    await played.remember()
    await scene.nothing_personal_is_readable()
    await played.delete()
    await scene.end()
    await scene.only_what_the_page_names_is_left()
    for dump in dumps:
        assert await dump.personal(keys) == set(), "a restored dump names nobody"
        assert await dump.messages(played.room, keys) == set(), "two dumps together tell no message"


async def test_of_a_deleted_session_nothing_remains_but_what_the_page_names(
    make_stack: MakeStack, open_profile: OpenProfile, tmp_path: Path
) -> None:
    stack = await make_stack(settings=SETTINGS, relay_hosts=RELAY)
    await whole(await Scene.play_on_sqlite(stack, open_profile, tmp_path))


@pytest.mark.long
@pytest.mark.timeout(900)
async def test_maintenance_of_the_homeserver_removes_the_ids_too(make_stack: MakeStack, open_profile: OpenProfile, tmp_path: Path) -> None:
    stack = await make_stack(settings=SETTINGS, relay_hosts=RELAY)
    scene = await Scene.play_on_sqlite(stack, open_profile, tmp_path)
    await whole(scene)
    await no_id_is_left_after_maintenance(scene)


async def no_id_is_left_after_maintenance(scene: Scene) -> None:
    """docs/synapse-maintenance.sql, and Synapse goes on: a requester invites somebody, who comes into the waiting room."""
    stack, opaque = scene.stack, {"visitor", "visitor device", "room id", "room event", "key backed up late"}
    await scene.homeserver.maintain()
    search = Search(scene.played.exact)
    await scene.homeserver.look_at_rows(search)
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


@pytest.mark.long
@pytest.mark.timeout(900)
async def test_of_a_deleted_session_nothing_remains_on_postgresql(
    keep: Keep, make_stack: MakeStack, open_profile: OpenProfile, tmp_path: Path
) -> None:
    """Bot and homeserver; then docs/synapse-maintenance.sql. A server for each, so that it is known whose a found file is."""
    of_bot, of_homeserver = keep(started(KEEPS_ITS_LOG)), keep(started(KEEPS_ITS_LOG))
    bots, homeservers = await of_bot.new_database(), await of_homeserver.new_database(locale="C")
    before_bot, before_homeserver = keep(backed_up(of_bot)), keep(backed_up(of_homeserver))
    settings = {**SETTINGS, "database": {"url": bots}}
    of_synapse = HomeserverOnPostgresql.settings(homeservers)
    stack = await make_stack(settings=settings, homeserver_settings=of_synapse, relay_hosts=RELAY)
    bot = OnPostgresql(stack, of_bot, bots, before_bot, keep)
    homeserver = HomeserverOnPostgresql(stack, of_homeserver, homeservers, before_homeserver, keep)
    scene = await Scene.play(stack, bot, homeserver, open_profile, tmp_path)
    await whole(scene)
    await no_id_is_left_after_maintenance(scene)


@pytest_asyncio.fixture
async def line() -> AsyncIterator[Wire]:
    async with wire() as line:
        yield line


@pytest.mark.long
@pytest.mark.timeout(900)
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
    stack = await make_stack(settings={**SETTINGS, "homeserver": {"address": line.address}}, start=False, relay_hosts=RELAY)
    line.homeserver = stack.homeserver.address
    await stack.start()
    scene = await Scene.play_on_sqlite(stack, open_profile, tmp_path)
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
