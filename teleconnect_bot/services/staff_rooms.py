"""Rooms of the organisation whose members are staff: they give access, or are a team (PRODUCT §3, `access`, `teams`).

Who is a member is kept in memory, read from the homeserver's own state at the start and after each change, so that somebody who is
removed from the room is refused with their very next word. Of a room in which the bot is not, nobody is a member.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import structlog

from .ports import Membership, RefusedByService, ServiceUnavailable, SharedRooms

log = structlog.get_logger("teleconnect_bot.staff_rooms")


class StaffRooms:
    """`named` are room ids and aliases as the configuration has them; `teams` maps the name of a team to its room."""

    def __init__(self, bot: str, rooms: SharedRooms, named: Iterable[str], teams: Mapping[str, str]) -> None:
        self.bot, self.rooms = bot, rooms
        self.named = tuple(dict.fromkeys((*named, *teams.values())))
        self.teams = dict(teams)
        self._ids: dict[str, str] = {}
        self._members: dict[str, frozenset[str]] = {}
        self._missed: set[str] = set()
        self._thrown_out: set[str] = set()

    async def learn(self) -> None:
        """Enter every room that can be entered, and read who is there. Called again now and then: an alias may move."""
        for name in self.named:
            try:
                room = await self.rooms.resolve(name)
                if room is not None and await self.rooms.enter(room):
                    self._ids[name] = room
                    self._members[room] = (await self.rooms.members(room)) - {self.bot}
                    self._missed.discard(name)
                    self._thrown_out.discard(room)
                    continue
            except RefusedByService:
                pass
            except ServiceUnavailable:
                continue
            if name not in self._missed:
                log.warning("staff_room_not_entered", room=name)
            self._missed.add(name)
            self._members.pop(self._ids.pop(name, ""), None)

    def complete(self) -> bool:
        """Every room is known. While one is not, nobody is taken for somebody who left."""
        return all(self._members.get(self._ids.get(name, "")) is not None for name in self.named) and not self._thrown_out

    async def invited(self, room: str) -> bool:
        """Whether this is one of the rooms; the bot is in it afterwards."""
        known = {*self.named, *self._ids.values()}
        if room not in known and room not in [await self.rooms.resolve(name) for name in self.named]:
            return False
        await self.learn()
        return True

    async def changed(self, room: str, user: str, membership: Membership) -> bool:
        """Whether somebody came into, or went out of, one of the rooms."""
        if room not in self._members:
            return False
        before = self._members[room]
        if user == self.bot and membership in (Membership.LEAVE, Membership.BAN):
            self._members[room] = frozenset()
            self._thrown_out.add(room)
        elif membership is Membership.JOIN and user != self.bot:
            self._members[room] = before | {user}
        elif membership in (Membership.LEAVE, Membership.BAN):
            self._members[room] = before - {user}
        return self._members[room] != before and user != self.bot

    def members(self, name: str) -> frozenset[str]:
        """Who has joined the room of this name."""
        return self._members.get(self._ids.get(name, ""), frozenset())

    def is_one(self, room: str) -> bool:
        return room in self._members

    def members_of_team(self, team: str) -> frozenset[str]:
        return self.members(self.teams.get(team, ""))

    def room_of_team(self, team: str) -> str | None:
        """None when the bot is not in it, or there is no such team."""
        return self._ids.get(self.teams.get(team, ""))

    def teams_of_room(self, room: str) -> tuple[str, ...]:
        return tuple(team for team in self.teams if self.room_of_team(team) == room)

    async def team_is_usable(self, team: str) -> bool:
        """The bot may speak of a session there: it is in the room, and the room is encrypted."""
        room = self.room_of_team(team)
        return room is not None and await self.rooms.is_encrypted(room)
