"""The organisations' own Matrix rooms, in which the bot asks and is answered (PRODUCT §5)."""

from __future__ import annotations

from enum import StrEnum

import structlog

from .organisations import Organisations
from .ports import RefusedByService, ServiceUnavailable, SharedRooms

log = structlog.get_logger("teleconnect_bot.organisation_rooms")


class RoomTrouble(StrEnum):
    """Why nobody can be asked in a room."""

    UNKNOWN = "unknown"
    NOT_INSIDE = "not_inside"
    NOT_ENCRYPTED = "not_encrypted"


class OrganisationRooms:
    """Which room is whose is kept in memory, read anew at the start and now and then: an alias may move."""

    def __init__(self, rooms: SharedRooms, organisations: Organisations) -> None:
        self.rooms, self.organisations = rooms, organisations
        self._ids: dict[str, str] = {}
        self._missed: set[str] = set()
        self._awaited: set[str] = set()
        """Rooms that were named while the bot was not in them: whoever invites it there now is let in."""

    async def learn(self) -> None:
        """Enter every room that can be entered."""
        for organisation in await self.organisations.all():
            if organisation.room is None:
                continue
            try:
                found = await self.usable(organisation.room)
            except (RefusedByService, ServiceUnavailable):
                continue
            if isinstance(found, RoomTrouble) and organisation.id not in self._missed:
                log.warning("organisation_room_not_usable", organisation=organisation.id, why=found.value)
                self._missed.add(organisation.id)
            elif not isinstance(found, RoomTrouble):
                self._missed.discard(organisation.id)

    async def usable(self, name: str) -> str | RoomTrouble:
        """The id of the room with this id or alias, if the bot may ask there; else what is in the way."""
        room = await self.rooms.resolve(name)
        if room is None:
            self._ids.pop(name, None)
            return RoomTrouble.UNKNOWN
        if not await self.rooms.enter(room):
            self._ids.pop(name, None)
            self._awaited.add(room)
            return RoomTrouble.NOT_INSIDE
        self._ids[name] = room
        return room if await self.rooms.is_encrypted(room) else RoomTrouble.NOT_ENCRYPTED

    async def invited(self, room: str) -> bool:
        """Whether this is an organisation's room, or one that is about to be; the bot is in it afterwards."""
        if room in self._awaited and await self.rooms.enter(room):
            return True
        for organisation in await self.organisations.all():
            if organisation.room is not None and room in (organisation.room, await self.rooms.resolve(organisation.room)):
                await self.usable(organisation.room)
                return True
        return False

    async def owners(self, room: str) -> frozenset[str]:
        """The ids of the organisations whose room this is; usually one, or none."""
        known = await self.organisations.all()
        return frozenset(each.id for each in known if each.room and room in (each.room, self._ids.get(each.room)))
