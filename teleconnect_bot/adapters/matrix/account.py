"""The bot's account: one user of the appservice, one cross-signed device, one `/sync` (ARCHITECTURE §4)."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, cast

import structlog
from aiohttp import ClientSession
from mautrix.api import Method, Path
from mautrix.client import Client
from mautrix.errors import EncryptionError, MatrixError
from mautrix.types import DeviceID, EventType, MemberStateEventContent, RoomID, UserID
from mautrix.types import Membership as MatrixMembership

from teleconnect_bot.adapters.matrix.crypto import KeyedCryptoStore
from teleconnect_bot.adapters.matrix.database import CryptoDatabase
from teleconnect_bot.adapters.matrix.events import RoomEvents
from teleconnect_bot.adapters.matrix.homeserver import SERVICE, HomeserverApi, HomeserverRefusal, open_session, translated
from teleconnect_bot.adapters.matrix.identity import RECOVERY_KEY_SECRET, ensure_cross_signed
from teleconnect_bot.adapters.matrix.late_keys import ParkedEvents
from teleconnect_bot.adapters.matrix.machine import BotOlmMachine
from teleconnect_bot.adapters.matrix.state import ForgottenRooms, KeyedStateStore
from teleconnect_bot.adapters.matrix.sync import SyncLoop, back_off
from teleconnect_bot.services.ports import Clock, Membership, RefusedByService, ServiceUnavailable, SessionKeys, Tokens

log = structlog.get_logger("teleconnect_bot.matrix")

LATE_KEY_GRACE = timedelta(seconds=8)


class BotAccount:
    """`await start()`, then `run()` in a task until it is cancelled, then `await close()`.

    `events` may be set after construction, but before `run`. Between `start` and `close` the other adapters of this
    package (rooms, chat, visitors, history) work through this object.
    """

    def __init__(
        self,
        *,
        address: str,
        domain: str,
        as_token: str,
        localpart: str,
        database_url: str,
        keys: SessionKeys,
        clock: Clock,
        tokens: Tokens,
        events: RoomEvents | None = None,
        display_name: str = "Teleconnect",
        late_key_grace: timedelta = LATE_KEY_GRACE,
    ) -> None:
        self.user = f"@{localpart}:{domain}"
        self.domain = domain
        self.events = events
        self.clock = clock
        self.database = CryptoDatabase(database_url)
        self.forgotten = ForgottenRooms()
        self.store = KeyedCryptoStore(self.database, keys, clock, self.forgotten)
        self.state = KeyedStateStore(self.database, self.forgotten)
        self._parked = ParkedEvents(self.database, clock, late_key_grace)
        self.address = address
        self._address, self._as_token, self._localpart = address, as_token, localpart
        self._tokens, self._display_name = tokens, display_name
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._session: ClientSession | None = None
        self._parts: _Parts | None = None

    # --- life

    async def start(self) -> None:
        """The account, its device and its keys exist and are known to the homeserver when this returns.

        Waits as long as the homeserver cannot be reached. Raises `HomeserverRefusal` when it does not take the token or
        the user, that is when the registration file is missing there or another one.
        """
        await self.database.open()
        await self.store.open()
        self._session = open_session()
        attempt = 0
        while True:
            try:
                await self._sign_in(self._session)
            except ServiceUnavailable:
                if attempt == 0:
                    log.warning("homeserver_not_reachable_yet")
                await asyncio.sleep(back_off(attempt))
                attempt += 1
            else:
                log.info("bot_account_ready", device=self.device)
                return

    async def run(self) -> None:
        """Read the homeserver until cancelled, also over its outages."""
        await self._ready.loop.run()

    async def wait_until_caught_up(self) -> None:
        """What was written while the bot was down has been reported when this returns; `run` must be running."""
        await self._ready.loop.caught_up.wait()

    async def close(self) -> None:
        """End connections and close the database; `run` must have ended."""
        if self._session is not None:
            await self._session.close()
        await self.database.close()

    async def _sign_in(self, session: ClientSession) -> None:
        appservice = HomeserverApi(self._address, self._as_token, session)
        try:
            body = {"type": "m.login.application_service", "username": self._localpart, "inhibit_login": True}
            await appservice.call(Method.POST, Path.v3.register, body)
        except HomeserverRefusal as refusal:
            if refusal.code != "M_USER_IN_USE":
                raise
        api = HomeserverApi(self._address, self._as_token, session, user=self.user)
        client = Client(mxid=UserID(self.user), api=api, state_store=self.state)
        machine = BotOlmMachine(client, self.store, self.state)
        client.crypto = machine
        await machine.load()
        device = await self.store.get_device_id()
        if not device:
            device = DeviceID(self._tokens.opaque_id().upper()[:12])
            await self.store.put_device_id(device)
        with translated():
            await client.create_device_msc4190(device_id=device, initial_display_name=self._display_name)
            if machine.account is None or not machine.account.shared:
                await machine.share_keys()
            if await ensure_cross_signed(client, machine, self.store):
                log.info("bot_device_cross_signed")
            if await client.get_displayname(UserID(self.user)) != self._display_name:
                await client.set_displayname(self._display_name, check_current=False)
        loop = SyncLoop(
            user=self.user,
            api=api,
            machine=machine,
            store=self.store,
            state=self.state,
            database=self.database,
            parked=self._parked,
            forgotten=self.forgotten,
            events=self._events,
        )
        self._parts = _Parts(api, appservice, client, machine, loop)

    def _events(self) -> RoomEvents:
        if self.events is None:
            raise RuntimeError("BotAccount.events must be set before run()")
        return self.events

    @property
    def _ready(self) -> _Parts:
        if self._parts is None:
            raise RuntimeError("BotAccount.start() must come first")
        return self._parts

    # --- for the other adapters of this package

    @property
    def api(self) -> HomeserverApi:
        """The homeserver as the bot's device."""
        return self._ready.api

    @property
    def appservice(self) -> HomeserverApi:
        """The homeserver as the appservice; name the user in the query."""
        return self._ready.appservice

    @property
    def signed_in(self) -> bool:
        return self._parts is not None

    @property
    def device(self) -> str:
        return str(self._ready.client.device_id)

    @property
    def session(self) -> ClientSession:
        if self._session is None:
            raise RuntimeError("BotAccount.start() must come first")
        return self._session

    async def send(self, room: str, kind: str, content: Mapping[str, Any], transaction_id: str) -> str:
        """Send a message event, encrypted when the room is; the event id. The same transaction id is sent once.

        Synapse keeps transaction ids apart by path and appservice, not by user: whoever else sends for this appservice into
        the same room must choose others.
        """
        event_type = EventType.find(kind, t_class=EventType.Class.MESSAGE)
        async with self._locks[room]:
            try:
                with translated():
                    client, body = self._ready.client, cast(Any, dict(content))
                    return str(await client.send_message_event(RoomID(room), event_type, body, txn_id=transaction_id))
            except EncryptionError:
                raise RefusedByService(SERVICE, "the room's encryption key is gone or its encryption is not supported") from None
            except MatrixError:
                raise ServiceUnavailable(SERVICE) from None

    async def redact(self, room: str, event: str, transaction_id: str) -> None:
        """An event that is unknown already is fine."""
        try:
            await self.api.call(Method.PUT, Path.v3.rooms[room].redact[event][transaction_id])
        except HomeserverRefusal as refusal:
            if refusal.status != 404:
                raise

    async def read_state(self, room: str) -> list[dict[str, Any]]:
        """The room's state as the homeserver has it, stored on the way. After a join, so that nobody is missed (FACTS)."""
        with translated():
            await self._ready.client.get_state(RoomID(room))
            events = await self.api.request(Method.GET, Path.v3.rooms[room].state)
        return [event for event in cast(list[Any], events) if isinstance(event, dict)]

    async def set_known_members(self, room: str, members: Mapping[str, Membership]) -> None:
        """What the bot itself has just brought about; without it people would get no room key (FACTS)."""
        content = {
            UserID(user): MemberStateEventContent(membership=MatrixMembership(membership.value)) for user, membership in members.items()
        }
        await self.state.set_members(RoomID(room), cast(Any, content))

    async def membership_changed(self, room: str, user: str, membership: Membership) -> None:
        """After an own invite or kick: the next message gets a new room key, for exactly those who are there then."""
        async with self._locks[room]:
            await self.state.set_membership(RoomID(room), UserID(user), MatrixMembership(membership.value))
            await self.store.remove_outbound_group_session(RoomID(room))

    async def forget_room(self, room: str) -> None:
        """Neither the database nor a cache of this process holds anything of the room afterwards."""
        async with self._locks[room]:
            await self.store.forget_room(room)
            if self._parts is not None:
                self._parts.machine.forget_room(room)
        self._locks.pop(room, None)
        await self.database.checkpoint()

    async def forget_user(self, user: str) -> None:
        """The same for a departed visitor's devices, keys and Olm sessions."""
        await self.store.forget_user(user)
        if self._parts is not None:
            self._parts.machine.forget_user(user)
        await self.database.checkpoint()

    async def tidy(self) -> None:
        """Once a day: destroy old keys of direct chats, and what came late for rooms the bot has left."""
        if expired := await self.store.expire_direct_keys():
            log.info("direct_chat_keys_destroyed", keys=list(expired))
        rooms = [str(room) for room in (await self.api.call(Method.GET, Path.v3.joined_rooms)).get("joined_rooms", [])]
        if dropped := await self.store.forget_other_rooms(rooms):
            log.info("rows_of_left_rooms_dropped", rooms=dropped)
        await self.database.checkpoint()

    async def recovery_key(self) -> str | None:
        """For the administrator alone; never log it."""
        kept = await self.store.get_secret(RECOVERY_KEY_SECRET)
        return None if kept is None else kept.decode()


class _Parts:
    """What exists once the account is signed in."""

    def __init__(self, api: HomeserverApi, appservice: HomeserverApi, client: Client, machine: BotOlmMachine, loop: SyncLoop) -> None:
        self.api, self.appservice, self.client, self.machine, self.loop = api, appservice, client, machine, loop
