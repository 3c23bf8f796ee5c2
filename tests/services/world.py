"""A world in which the bot runs: time passes in it, people act, and what they see can be read."""

from __future__ import annotations

import copy
import html
import shutil
from datetime import datetime, timedelta
from pathlib import Path

from teleconnect_bot.domain.guest_link import digest_of
from teleconnect_bot.domain.installation import Doubt
from teleconnect_bot.domain.session import Session
from teleconnect_bot.services.ports import Membership
from teleconnect_bot.services.right_database import GuardedRepair
from tests.services.fakes import BOT, FakeChat, FakeInventory, FakeRooms, FakeVisitors
from tests.services.process import ACCESS_ROOM, ADMIN, GRACE, LINGUAS_ROOM, TEAM_ROOM, Process

__all__ = ["ACCESS_ROOM", "ADMIN", "ADMINS_CHAT", "CHAT", "GRACE", "LINGUAS_ROOM", "NURSE", "SECRET", "STRANGER", "TEAM_ROOM", "World"]

NURSE, STRANGER = "@nurse:example.org", "@stranger:elsewhere.org"
CHAT = "!chat-nurse:example.org"
ADMINS_CHAT = "!chat-admin:example.org"
SECRET = "s" * 43


class World(Process):
    async def copy_to(self, directory: Path) -> World:
        """The same world once more, as it is now, with its files in another place. This one is stopped."""
        await self.stop()
        shutil.copytree(self.keys_directory.parent, directory)
        twin = World(directory)
        for shared in ("clock", "tokens", "pdf", "direct_chats", "shared", "requesters"):
            setattr(twin, shared, copy.deepcopy(getattr(self, shared)))
        twin.homeserver, twin.mailer = copy.deepcopy(self.homeserver), copy.deepcopy(self.mailer)
        twin.provider = copy.deepcopy(self.provider)
        twin.provider.away_for, twin.provider.lies_about = twin.homeserver.away_for, twin.homeserver.lies_about
        twin.homeserver.crash = twin.mailer.crash = twin.provider.crash = twin.crash
        twin.chat = FakeChat(twin.homeserver)
        twin.start()
        await twin.organisations.all()
        return twin

    async def settle(self) -> None:
        """Everything that is due now has happened."""
        await self.timers.run_due()
        await self.outbox.run_until_idle()

    async def pass_time(self, by: timedelta) -> None:
        """Time passes as it does for a running process: stopping at each deadline and each effect on the way."""
        end = self.clock.moment + by
        await self.settle()
        while (next_at := await self._next_at()) is not None and next_at <= end:
            self.clock.moment = max(self.clock.moment, next_at)
            await self.settle()
        self.clock.moment = end
        await self.settle()

    async def tidy(self, age: timedelta = timedelta(0)) -> Doubt | None:
        """What the running bot does twice a day, and first of all; everything outside is as old as that."""
        survey = await self.reconcile.survey(FakeInventory(self.homeserver, self.clock.moment - age), self.clock)
        rooms, visitors = FakeRooms(self.homeserver), FakeVisitors(self.homeserver)
        return await GuardedRepair(self.reconcile, self.right).run(survey, rooms, visitors, BOT)

    async def _next_at(self) -> datetime | None:
        async with self.units.begin() as unit:
            moments = [moment for moment in (await unit.next_effect_at(), await unit.next_deadline_at()) if moment is not None]
        later = [moment for moment in moments if moment > self.clock.moment]
        return min(later, default=None)

    # ---- what people do

    async def write(self, words: str, event: str, by: str = NURSE, room: str = CHAT) -> None:
        await self.desk.wrote(room, event, by, words, True)
        await self.settle()

    async def into_room(self, user: str, room: str = TEAM_ROOM, membership: Membership = Membership.JOIN) -> None:
        """Somebody comes into a room of the organisation, or goes out of it."""
        (self.shared.rooms[room].add if membership is Membership.JOIN else self.shared.rooms[room].discard)(user)
        await self.desk.membership_changed(room, user, membership)
        await self.settle()

    def token_for(self, contact: str) -> str:
        """The token as the last mail to this person carries it."""
        mail = next(mail for mail in reversed(self.mailer.taken) if mail.to == contact)
        return html.unescape(mail.markdown).partition("/j#")[2][:22]

    async def come(self, contact: str, name: str, secret: str) -> None:
        """Somebody follows the link in their own mail all the way into the room."""
        await self.guests.enter(self.token_for(contact), digest_of(secret), name, "fr", "1")
        await self.settle()
        await self.arrive(secret)

    async def session(self) -> Session:
        (session,) = await self.sessions.sessions_of(NURSE)
        return session

    def token(self) -> str:
        """The token as the last mail carries it."""
        return html.unescape(self.mailer.taken[-1].markdown).partition("/j#")[2][:22]

    async def enter(self, name: str = "Amina", secret: str = SECRET) -> None:
        await self.guests.enter(self.token(), digest_of(secret), name, "fr", "1")
        await self.settle()

    async def arrive(self, secret: str = SECRET) -> None:
        """The browser makes its keys, is invited, and joins."""
        await self.guests.ready(digest_of(secret))
        await self.settle()
        await self.join_as_visitor(secret)

    async def join_as_visitor(self, secret: str = SECRET) -> None:
        view = await self.guests.seat(digest_of(secret))
        assert view is not None
        assert view.room is not None
        assert view.user is not None
        self.homeserver.rooms[view.room].members[view.user] = Membership.JOIN
        await self.desk.membership_changed(view.room, view.user, Membership.JOIN)
        await self.settle()

    async def join_as_staff(self, by: str = NURSE) -> None:
        session = await self.session()
        assert session.room is not None
        members = self.homeserver.rooms[session.room].members
        assert by in members, "nobody enters a room uninvited"
        members[by] = Membership.JOIN
        await self.desk.membership_changed(session.room, by, Membership.JOIN)
        await self.settle()

    async def join_as_staff_of(self, session_id: str, by: str) -> None:
        """The same in a session that belongs to no requester of its own."""
        session = await self.sessions.load(session_id)
        assert session is not None
        assert session.room is not None
        assert by in self.homeserver.rooms[session.room].members
        self.homeserver.rooms[session.room].members[by] = Membership.JOIN
        await self.desk.membership_changed(session.room, by, Membership.JOIN)
        await self.settle()

    # ---- what the requester sees

    def texts(self, room: str = CHAT) -> list[str]:
        """What was said there: no reactions and no calendar files."""
        said = (event for event in self.homeserver.events.values() if event.room == room and event.text and not event.reacts_to)
        return [event.text.plain for event in said if event.text and not event.text.plain.endswith(".ics")]

    def offers(self, words: str = "") -> set[str]:
        """The reactions that the bot offers now on the status card, or on the last message that begins with these words."""
        events = self.homeserver.events
        if words:
            target = next(name for name, event in reversed(events.items()) if event.text and event.text.plain.startswith(words))
        else:
            target = next(name for name, event in events.items() if event.transaction.endswith(".card"))
        return {event.text.plain.rstrip("\ufe0f") for event in events.values() if event.reacts_to == target and event.text}

    def card(self) -> str:
        """The status card as it stands after all edits."""
        cards = [event for event in self.homeserver.events.values() if event.transaction.endswith(".card") or event.replaces]
        return next(event.text.plain for event in reversed(cards) if event.text)

    def mentions(self) -> list[str]:
        return [event.text.plain for event in self.homeserver.events.values() if event.mention and event.text]
