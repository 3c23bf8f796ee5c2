"""Any order of commands, reports and delays, against a naive model written from PRODUCT §2 and not from the code.

The model (`model.py`) knows no effects and no table: who is present, and which state comes next. What must hold of any step
whatever the model thinks stands in `steps.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from teleconnect_bot.domain import commands as c
from teleconnect_bot.domain import effects as e
from teleconnect_bot.domain.effects import Notice
from teleconnect_bot.domain.guest_link import DeviceTest, Link, Recipient, digest_of
from teleconnect_bot.domain.people import Contact, Role
from teleconnect_bot.domain.schedule import DeadlineKind, deadlines
from teleconnect_bot.domain.session import State
from tests.fakes_domain import COLLEAGUE, MEMBER, NOW, REQUESTER, ROOM, STRANGER, accepts, declines, draft, notices, of_team, offer, seat
from tests.stateful.model import AWAY, MAIN, OPEN, OTHER, STAFF, SURE, Already, Person
from tests.stateful.steps import Steps


class SessionLife(Steps):
    @initialize(
        interpreter=st.booleans(),
        places=st.integers(1, 2),
        shared=st.booleans(),
        planned=st.sampled_from([None, None, timedelta(hours=5), timedelta(days=400)]),
        already=st.sampled_from(list(Already)),
    )
    def made(self, interpreter: bool, places: int, shared: bool, planned: timedelta | None, already: Already) -> None:
        session = draft(interpreter="ti" if interpreter else None, places=places, planned_at=NOW + planned if planned else None)
        self.told_time = session.planned_at
        contact = Contact.email("interpreter@example.org")
        spare = Link(id=OTHER, role=Role.INTERPRETER, digest=digest_of("other"), contact=contact, language="en")
        others = (Recipient(contact, "en"),) * (places - 1) if shared else ()
        main = replace(session.links[0], others=others)
        self.session = replace(of_team(session), links=(main, spare), colleagues=frozenset({COLLEAGUE}))
        self.model.seeking.wanted = interpreter
        if already >= Already.SENT:
            self.send(REQUESTER)
        if already >= Already.INVITED and interpreter:
            self.an_interpreter(1, "accepts")
        if already >= Already.THERE:
            self.now = NOW + planned if planned else NOW
            self.enter(main=True)
            self.arrive_with_device("seat1", admitted=True)
        if already >= Already.STARTED:
            self.join(REQUESTER)
        if already >= Already.KEPT_OPEN:
            self.keep()

    # ---- what staff ask

    @rule(by=st.sampled_from(STAFF))
    def send(self, by: str) -> None:
        possible = self.model.state is State.DRAFT
        assert (self.step(c.Send(by)) is not None) is possible
        if possible:
            self.model.state = State.HELD if self.model.seeking.wanted else State.INVITED
            if self.model.seeking.wanted:
                self.model.seeking.begins(self.now)

    @rule(sure=SURE)
    def cancel(self, sure: bool) -> None:
        possible = self.model.state in (State.DRAFT, State.HELD, State.UNAVAILABLE, State.INVITED, State.WAITING)
        possible = possible and not (self.model.state is State.WAITING and self.model.started)
        if possible and not sure:
            return
        assert (self.step(c.Cancel(REQUESTER)) is not None) is possible
        if possible:
            self.model.ends(State.TEARING_DOWN if self.model.state is State.DRAFT else State.CANCELLED)

    @rule(days=st.sampled_from([None, 1, 500]))
    def reschedule(self, days: int | None) -> None:
        possible = self.model.state in (State.HELD, State.UNAVAILABLE, State.INVITED)
        at = self.now + timedelta(days=days) if days else None
        possible = possible and not (self.model.state is State.INVITED and at == self.session.planned_at)
        assert (self.step(c.Reschedule(REQUESTER, at)) is not None) is possible
        if not possible:
            return
        seeking = self.model.seeking
        if self.model.state is State.INVITED:
            seeking.held_back = seeking.held_back or seeking.ready
            self.told_time = self.told_time if seeking.held_back else at
            if seeking.held_back or seeking.asked():
                seeking.asks_anew(self.now, held=False)
        else:
            self.model.state, self.told_time = State.HELD, at
            seeking.asks_anew(self.now, held=True)

    @rule()
    def resend(self) -> None:
        possible = self.model.state in (State.INVITED, State.KEPT_OPEN)
        done = self.step(c.Resend(REQUESTER)) is not None
        assert done is (possible and not all(link.dead for link in self.session.links))

    @rule()
    def send_without(self) -> None:
        seeking = self.model.seeking
        openly = seeking.wanted and self.model.state is State.INVITED and (not seeking.ready or seeking.held_back)
        possible = self.model.state in (State.HELD, State.UNAVAILABLE) or (openly and not self.model.started)
        assert (self.step(c.SendWithout(REQUESTER)) is not None) is possible
        if possible:
            if self.model.state is State.HELD or seeking.held_back:
                seeking.said = dict.fromkeys(seeking.said, "no")
            self.model.state, self.told_time = State.INVITED, self.session.planned_at
            seeking.wanted = seeking.held_back = False
            seeking.nobody_any_more()

    @rule()
    def ask_another(self) -> None:
        seeking = self.model.seeking
        possible = self.model.state is State.UNAVAILABLE or (self.model.state is State.INVITED and not seeking.ready)
        assert (self.step(c.AskAnother(REQUESTER, (offer(3),), "ti")) is not None) is possible
        if possible:
            seeking.asks_another(self.now)
            self.model.state = State.HELD if self.model.state is State.UNAVAILABLE else self.model.state

    @rule()
    def seen(self) -> None:
        assert (self.step(c.Seen(REQUESTER)) is not None) is (self.model.state is State.WAITING)

    @rule(by=st.sampled_from(STAFF))
    def start(self, by: str) -> None:
        model = self.model
        if model.state is State.HELD:
            assert (self.step(c.Start(by)) is not None) is model.seeking.ready
            model.state = State.INVITED if model.seeking.ready else State.HELD
        elif model.state is State.WAITING:
            assert self.step(c.Start(by)) is not None
            if by in model.staff_in_room:
                model.starts()
        elif model.state is State.KEPT_OPEN and model.main_there():
            assert self.step(c.Start(by)) is not None
            model.starts()
        elif model.state is State.ACTIVE:
            back = by == self.session.holder and by not in model.staff_in_room
            assert (self.step(c.Start(by)) is not None) is back
        else:
            assert self.step(c.Start(by)) is None

    @rule(at_once=st.booleans(), sure=SURE)
    def close(self, at_once: bool, sure: bool) -> None:
        model = self.model
        running = model.state in (State.ACTIVE, State.KEPT_OPEN) or (model.state is State.WAITING and model.started > 0)
        possible = running or (at_once and model.state in (State.CLOSED, State.CANCELLED))
        if possible and not sure:
            return
        assert (self.step(c.CloseNow(REQUESTER) if at_once else c.Close(REQUESTER)) is not None) is possible
        if possible:
            model.ends(State.TEARING_DOWN if at_once else State.CLOSED)

    @rule()
    def hand_over_and_back(self) -> None:
        """To a member of the team, who was asked before the start, and back by an administrator: nothing else changes."""
        possible = self.model.state not in (State.DRAFT, State.CANCELLED, State.TEARING_DOWN, State.GONE)
        holder = self.session.holder
        assert (self.step(c.Handover(REQUESTER, c.Owner(MEMBER, "!member:hospital.example"))) is not None) is possible
        if possible:
            assert (self.session.requester, self.session.chat) == (MEMBER, "!member:hospital.example")
            self.step(c.Assigned(c.Owner(REQUESTER, "!chat:hospital.example")))
            assert (self.session.requester, self.session.holder) == (REQUESTER, holder)

    @rule()
    def keep(self) -> None:
        possible = self.model.state is State.ACTIVE
        assert (self.step(c.Keep(REQUESTER)) is not None) is possible
        if possible:
            self.model.state = State.KEPT_OPEN

    @rule()
    def reopen(self) -> None:
        possible = self.model.state is State.CLOSED
        assert (self.step(c.Reopen(REQUESTER)) is not None) is possible
        if possible:
            self.model.state = State.KEPT_OPEN

    @rule()
    def show_number(self) -> None:
        """Everybody in the model was invited by e-mail."""
        assert self.step(c.ShowNumber(REQUESTER, "$order")) is None

    @rule()
    def transcript(self) -> None:
        assert (self.step(c.WantTranscript(REQUESTER)) is not None) is (self.model.state in (State.CLOSED, State.CANCELLED))

    @rule(kind=st.sampled_from([c.Cancel, c.Close, c.CloseNow, c.Start, c.Reopen, c.WantTranscript, c.Keep, c.Seen]))
    def a_stranger_asks(self, kind: Callable[[str], c.Asked]) -> None:
        assert self.step(kind(STRANGER)) is None

    # ---- what interpreters say

    @rule(number=st.integers(1, 3), says=st.sampled_from(["accepts", "declines", "withdraws", "accepts too late"]))
    def an_interpreter(self, number: int, says: str) -> None:
        model, seeking = self.model, self.model.seeking
        asked = self.session.offer(f"offer{number}")
        round_ = asked.round if asked else 1
        if says == "accepts too late":
            assert self.step(accepts(number, round_ - 1)) == (), "what was asked before the time changed cannot be accepted"
            return
        self.step(
            accepts(number, round_)
            if says == "accepts"
            else declines(number, round_)
            if says == "declines"
            else c.InterpreterWithdrew(f"offer{number}", "ill")
        )
        if model.state not in (State.HELD, *OPEN):
            return
        if says == "accepts":
            late = self.session.planned_at is None and self.now - seeking.since > timedelta(minutes=60)
            if seeking.accepts(number):
                seeking.held_back, self.told_time = False, self.session.planned_at
                if late and model.state is State.HELD:
                    seeking.since = self.now
                elif model.state is State.HELD:
                    model.state = State.INVITED
        elif says == "declines":
            if seeking.declines(number) and model.state is State.HELD:
                model.state = State.UNAVAILABLE
        elif seeking.withdraws(number) and model.state is State.HELD:
            model.state = State.UNAVAILABLE

    # ---- what guests do

    def _a_place(self, main: bool) -> bool:
        """One that nobody sits on, and that was not that of somebody removed."""
        link = next(link for link in self.session.links if link.id == (MAIN if main else OTHER))
        people = [person for person in self.model.people.values() if not person.asking and person.main is main]
        return sum(not person.over or person.removed for person in people) < link.places

    def _free(self, main: bool) -> bool:
        """To be had by entering. Whoever was removed has the link too, so from then on nothing is."""
        if self.model.lost_trust(main):
            return False
        links = [link for link in self.session.links if link.id == (MAIN if main else OTHER)]
        people = [person for person in self.model.people.values() if not person.asking]
        on_it = [person for person in people if person.main is main and (not person.over or person.removed)]
        stale = [
            person for person in on_it if not person.over and not person.present and (person.left or self.now - person.last_beat >= AWAY)
        ]
        return not links[0].dead and (len(on_it) < links[0].places or bool(stale))

    def _early(self) -> bool:
        """By the time that people were told: a new one is none before the interpreter has confirmed it."""
        return self.told_time is not None and self.now < self.told_time - timedelta(minutes=15)

    @rule(main=st.booleans())
    def enter(self, main: bool) -> None:
        number = next(self.numbers)
        free, early, state = self._free(main), self._early(), self.model.state
        link = next(each for each in self.session.links if each.id == (MAIN if main else OTHER))
        asks = self.model.lost_trust(main) and self._a_place(main) and not link.dead and self.model.asker() is None
        claimed = replace(seat(number, MAIN if main else OTHER, self.now))
        effects = self.step(c.SeatClaimed(claimed))
        if state not in OPEN:
            assert effects == ()
            return
        assert (effects is not None) is ((free or asks) and not early)
        if effects is None:
            return
        if asks:
            assert {Notice.RETURN_ASKED} == set(notices(effects))
            assert not any(isinstance(effect, e.ProvisionVisitor | e.RevokeSeat) for effect in effects), "nobody comes in without a yes"
            self.model.people[claimed.id] = Person(main, asking=True, last_beat=self.now)
            return
        for revoked in (effect.seat for effect in effects if isinstance(effect, e.RevokeSeat)):
            person = self.model.people[revoked]
            assert not person.present, "nobody who is there is thrown out by another browser"
            person.over = True
        self.model.people[claimed.id] = Person(main, last_beat=self.now)
        self._provision(claimed.id)

    @precondition(lambda self: self.model.state in OPEN)
    @rule(data=st.data(), main=st.booleans(), anybodys=st.booleans())
    def ask_for_a_place(self, data: st.DataObject, main: bool, anybodys: bool) -> None:
        """Asking throws nobody out; what could be had by entering is had at once."""
        model, number = self.model, next(self.numbers)
        there = sorted(name for name, person in model.people.items() if person.main is main and not person.over and not person.asking)
        wants = None if anybodys or not there else data.draw(st.sampled_from(there))
        link = next(each for each in self.session.links if each.id == (MAIN if main else OTHER))
        free, open_now = self._free(main), not self._early() and not link.dead
        one_more = not model.started or (model.lost_trust(main) and self._a_place(main))
        possible = free or (model.asker() is None and (wants is not None or one_more))
        coming = replace(seat(number, link.id, self.now), moves=wants)
        effects = self.step(c.SeatAsked(coming))
        assert (effects is not None) is (open_now and possible)
        if effects is None:
            return
        model.people[coming.id] = Person(main, asking=not free, wants=wants, last_beat=self.now)
        revoked = [effect.seat for effect in effects if isinstance(effect, e.RevokeSeat)]
        if free:
            for name in revoked:
                assert not model.people[name].present
                model.people[name].over = True
            self._provision(coming.id)
        else:
            assert not revoked
            question = Notice.RETURN_ASKED if model.lost_trust(main) else Notice.MOVE_ASKED if wants else Notice.MORE_ASKED
            assert {question} == set(notices(effects))

    def _answered(self, effects: tuple[e.Effect, ...], yes: bool) -> None:
        """What the model makes of a yes or a no; with a yes the requester is told of whoever had to go."""
        model, asker = self.model, self.model.asker()
        assert asker is not None
        wants = model.people[asker].wants
        if not yes:
            model.refused(asker)
            return
        wants = wants if wants and not model.people[wants].over else None
        assert (Notice.MOVED in notices(effects)) is (wants is not None)
        model.sits_down(asker, self.now, wants)
        self._provision(asker)

    def _is_one_more(self, asker: str) -> bool:
        person = self.model.people[asker]
        return person.wants is None and not self._a_place(person.main)

    @rule(yes=st.booleans())
    def the_requester_answers(self, yes: bool) -> None:
        model, asker = self.model, self.model.asker()
        too_late = yes and asker is not None and model.started > 0 and self._is_one_more(asker)
        effects = self.step(c.Admit(REQUESTER) if yes else c.Refuse(REQUESTER))
        assert (effects is not None) is (asker is not None and not too_late)
        if effects is not None:
            self._answered(effects, yes)

    @precondition(lambda self: self.model.people)
    @rule(data=st.data(), yes=st.booleans())
    def a_browser_answers(self, data: st.DataObject, yes: bool) -> None:
        """Only the one whose place is asked for has a say."""
        name, asker = data.draw(st.sampled_from(sorted(self.model.people))), self.model.asker()
        effects = self.step(c.SeatAnswered(name, yes))
        if asker is None or self.model.people[asker].wants != name:
            assert effects == ()
        else:
            assert effects
            self._answered(effects, yes)

    def _provision(self, name: str) -> None:
        self.step(c.RoomCreated(ROOM))
        self.step(c.VisitorProvisioned(name, f"@tcv-{name.removeprefix('seat')}:hospital.example", "DEVICE"))

    @precondition(lambda self: self.model.people)
    @rule(data=st.data(), admitted=st.booleans())
    def arrive(self, data: st.DataObject, admitted: bool) -> None:
        self.arrive_with_device(data.draw(st.sampled_from(sorted(self.model.people))), admitted=admitted)

    @precondition(lambda self: self.model.state in OPEN)
    @rule(main=st.booleans())
    def enter_and_arrive(self, main: bool) -> None:
        self.enter(main)
        self.arrive_with_device(max(self.model.people, key=lambda name: int(name.removeprefix("seat")), default=""), admitted=True)

    def arrive_with_device(self, name: str, *, admitted: bool) -> None:
        if name not in self.model.people:
            return
        person, user = self.model.people[name], f"@tcv-{name.removeprefix('seat')}:hospital.example"
        self.step(c.SeatReady(name))
        if admitted:
            self.step(c.SeatAdmitted(name))
        effects = self.step(c.VisitorJoined(user))
        assert effects is not None
        if self.model.state in OPEN and not person.over and not person.in_room and not person.asking:
            person.in_room = True
            if not person.left:
                self.model.comes(name, self.now)
        else:
            assert effects == ()

    @precondition(lambda self: self.model.people)
    @rule(data=st.data())
    def beat(self, data: st.DataObject) -> None:
        """As the service does it: a beat of somebody who is present only moves the row."""
        name = data.draw(st.sampled_from(sorted(self.model.people)))
        person, there = self.model.people[name], self.session.seat(name)
        assert there is not None
        if not person.over and not person.asking:
            self.session = self.session.with_seat(replace(there, last_beat_at=self.now))
            person.last_beat = self.now
        self.step(c.SeatBeat(name))
        if self.model.state in OPEN:
            person.left = False
        if self.model.state in OPEN and not person.over and person.in_room and not person.present:
            self.model.comes(name, self.now)

    @precondition(lambda self: self.model.people)
    @rule(data=st.data())
    def press_leave(self, data: st.DataObject) -> None:
        """Nobody is signed out by it, unless another browser asks for this very place."""
        name = data.draw(st.sampled_from(sorted(self.model.people)))
        model, person = self.model, self.model.people[name]
        away_already = person.left or (person.in_room and not person.present)
        effects = self.step(c.WentAway(name))
        if model.state not in OPEN or person.over or person.asking or away_already:
            assert effects == ()
            return
        assert effects is not None
        model.goes(name, for_good=False)
        person.left = True
        asker = model.asker()
        if asker is not None and model.people[asker].wants == name:
            model.sits_down(asker, self.now, name)
            self._provision(asker)
        else:
            assert not [effect for effect in effects if isinstance(effect, e.RevokeSeat | e.RemoveFromRoom)]

    @precondition(lambda self: self.model.people)
    @rule(data=st.data())
    def leave(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(sorted(self.model.people)))
        model, person = self.model, self.model.people[name]
        self.step(c.VisitorLeft(name))
        if model.state not in OPEN or person.over:
            return
        if person.asking:
            model.refused(name)
            return
        model.goes(name, for_good=True)
        asker = model.asker()
        if asker is not None and model.people[asker].main is person.main and not model.lost_trust(person.main):
            model.sits_down(asker, self.now)
            self._provision(asker)

    @precondition(lambda self: self.model.people)
    @rule(data=st.data(), sure=SURE)
    def remove(self, data: st.DataObject, sure: bool) -> None:
        """Whoever is removed keeps their place from everybody, so that they cannot take it again in another browser."""
        name = data.draw(st.sampled_from(sorted(self.model.people)))
        person = self.model.people[name]
        possible = self.model.state in OPEN and not person.over and not person.asking
        if possible and not sure:
            return
        assert (self.step(c.Remove(REQUESTER, name)) is not None) is possible
        if possible:
            person.removed = True
            self.model.goes(name, for_good=True)
            asker = self.model.asker()
            if asker is not None and self.model.people[asker].wants == name:
                self.model.refused(asker)

    @rule(link=st.sampled_from([MAIN, OTHER]), not_for_me=SURE)
    def touch_link(self, link: str, not_for_me: bool) -> None:
        self.step(c.NotForMe(link) if not_for_me else c.LinkOpened(link))

    @rule(link=st.sampled_from([MAIN, OTHER]))
    def ask_for_link(self, link: str) -> None:
        """It never does more than tell the requester."""
        effects = self.step(c.NewLinkAsked(link)) or ()
        assert all(effect == e.Tell(Notice.NEW_LINK_ASKED) for effect in effects)

    @precondition(lambda self: self.model.people)
    @rule(data=st.data())
    def ask_for_deletion(self, data: st.DataObject) -> None:
        """Told once for each person; it deletes nothing by itself."""
        name = data.draw(st.sampled_from(sorted(self.model.people)))
        before, person = self.session.seat(name), self.model.people[name]
        assert before is not None
        effects = self.step(c.DeletionAsked(name))
        heard = self.model.state in OPEN and not person.over and not person.asking and not before.deletion_asked
        assert effects is not None
        assert notices(effects) == [Notice.DELETION_ASKED] * (len({REQUESTER, self.session.holder or REQUESTER}) if heard else 0)

    @rule(link=st.sampled_from([MAIN, OTHER]), result=st.sampled_from(DeviceTest))
    def test_device(self, link: str, result: DeviceTest) -> None:
        """Told once; a link that leads nowhere tells nothing."""
        before = next(each for each in self.session.links if each.id == link)
        effects = self.step(c.DeviceTested(link, result))
        known = self.model.state in OPEN and not before.dead
        assert effects == ((e.UpdateCard(), e.UpdateTeamCard()) if known and before.tested is not result else ())

    # ---- what staff do in the room

    @rule(by=st.sampled_from(STAFF))
    def join(self, by: str) -> None:
        """Only who is invited can join: the room lets nobody else in."""
        model = self.model
        if by not in self.session.staff_invited:
            return
        effects = self.step(c.StaffJoined(by))
        if model.state in OPEN and by not in model.staff_in_room:
            model.staff_in_room.add(by)
            assert effects is not None
            assert e.DeliverLetters(by) in effects
            if model.state is State.WAITING:
                model.starts()
                assert self.session.holder == by
        else:
            assert effects == ()

    @precondition(lambda self: self.model.state is State.ACTIVE)
    @rule(by=st.sampled_from(STAFF))
    def come_second(self, by: str) -> None:
        """The invitation was withdrawn in the instant in which it was accepted."""
        if by in self.session.staff_invited or by == self.session.holder:
            return
        assert self.step(c.StaffJoined(by)) == (e.RemoveFromRoom(by), e.Tell(Notice.TAKEN, by))

    @rule()
    def the_colleague_asks_for_the_way_in(self) -> None:
        possible = self.model.state in (State.WAITING, State.ACTIVE, State.KEPT_OPEN)
        assert (self.step(c.Join(COLLEAGUE)) is not None) is possible

    @rule(goes=st.booleans())
    def the_colleague_comes_or_goes(self, goes: bool) -> None:
        """Neither starts nor ends anything, whenever it is."""
        before = self.session
        if goes or COLLEAGUE in before.staff_invited:
            self.step(c.StaffLeft(COLLEAGUE) if goes else c.StaffJoined(COLLEAGUE))
        assert (self.session.state, self.session.starts, self.session.holder) == (before.state, before.starts, before.holder)

    @rule(by=st.sampled_from(STAFF))
    def staff_goes(self, by: str) -> None:
        self.step(c.StaffLeft(by))
        if self.model.state in OPEN | {State.CLOSED, State.CANCELLED}:
            self.model.staff_in_room.discard(by)

    @rule(by=st.sampled_from([*STAFF, "@tcv-1:hospital.example"]))
    def write(self, by: str) -> None:
        self.step(c.SomebodyWrote(by))
        if self.model.state is State.WAITING and by in self.model.staff_in_room:
            self.model.starts()

    # ---- messages

    @precondition(lambda self: self.session.messages)
    @rule(data=st.data(), kind=st.sampled_from(["taken", "delayed", "failed"]))
    def message(self, data: st.DataObject, kind: str) -> None:
        message = data.draw(st.sampled_from(self.session.messages)).id
        self.step(
            c.MessageTaken(message)
            if kind == "taken"
            else c.MessageDelayed(message, "away")
            if kind == "delayed"
            else c.MessageFailed(message, "unknown")
        )

    # ---- time

    @rule(
        by=st.sampled_from(
            [timedelta(seconds=7), timedelta(seconds=40), timedelta(seconds=100), timedelta(minutes=11), timedelta(hours=13)]
        )
    )
    def time_passes_unnoticed(self, by: timedelta) -> None:
        """The process is down, or slow: nothing that becomes due is carried out now."""
        self.now += by

    @rule(late=st.sampled_from([timedelta(0), timedelta(0), timedelta(seconds=1), timedelta(hours=7), timedelta(days=50)]))
    def wait_for_the_next_deadline(self, late: timedelta) -> None:
        due = deadlines(self.session)
        if due:
            self.now = max(self.now, due[0].due_at) + late
            self.carry_out_what_is_due()

    @rule()
    def carry_out_what_is_due(self) -> None:
        for _ in range(30):
            due = [deadline for deadline in deadlines(self.session) if deadline.due_at <= self.now]
            if not due:
                return
            self._deadline(due[0])
        raise AssertionError("something is due for ever")

    def _deadline(self, due: object) -> None:
        model, deadline = self.model, deadlines(self.session)[0]
        assert deadline == due
        effects = self.step(c.DeadlinePassed(deadline))
        assert effects, "what is due does something"
        assert deadline not in deadlines(self.session)
        match deadline.kind:
            case DeadlineKind.SEAT_AWAY:
                assert deadline.seat is not None
                assert self.now - model.people[deadline.seat].last_beat >= AWAY
                model.goes(deadline.seat, for_good=False)
                asker = model.asker()
                trusted = not model.lost_trust(model.people[deadline.seat].main)
                if asker is not None and model.people[asker].wants == deadline.seat and trusted:
                    model.sits_down(asker, self.now, deadline.seat)
                    self._provision(asker)
            case DeadlineKind.ASKING_ENDS:
                assert deadline.seat == model.asker()
                model.refused(deadline.seat or "")
            case DeadlineKind.DRAFT_ENDS | DeadlineKind.RETENTION_ENDS:
                model.ends(State.TEARING_DOWN)
            case DeadlineKind.INTERPRETER_DUE:
                if model.state is State.HELD:
                    model.state = State.UNAVAILABLE
                    model.seeking.said = dict.fromkeys(model.seeking.said, "no")
                model.seeking.nobody_any_more()
            case DeadlineKind.UNAVAILABLE_ENDS | DeadlineKind.LINK_EXPIRES:
                assert not model.anybody_there(), "nothing expires while somebody is there"
                model.ends(State.CANCELLED)
            case DeadlineKind.NOBODY_PRESENT:
                assert not model.anybody_there()
                model.state = State.KEPT_OPEN
            case DeadlineKind.IDLE_ENDS:
                assert not model.anybody_there()
                model.ends(State.CLOSED)
            case DeadlineKind.REMINDER:
                assert model.state is State.INVITED
                assert not any(isinstance(effect, e.SendMessage) for effect in effects) or self.now < (self.session.planned_at or self.now)
            case DeadlineKind.RING | DeadlineKind.NOBODY_CAME:
                assert model.state is State.WAITING
            case DeadlineKind.UNAVAILABLE_NOTICE | DeadlineKind.IDLE_NOTICE:
                later = deadlines(self.session)[0]
                policy = self.session.policy
                ahead = policy.unavailable_notice if deadline.kind is DeadlineKind.UNAVAILABLE_NOTICE else policy.max_open_notice
                assert later.due_at - self.now >= ahead, "an end is announced in full, however late"

    @precondition(lambda self: self.model.state is State.TEARING_DOWN)
    @rule(done=SURE)
    def tear_down(self, done: bool) -> None:
        self.step(c.RoomEmptied())
        emptied = self.session.emptied_at
        assert emptied is not None
        if done:
            self.step(c.TornDown())
            self.model.state = State.GONE
            assert self.session.emptied_at == emptied

    def teardown(self) -> None:
        """However the run ended: left alone, the session comes to its end."""
        for _ in range(400):
            due = deadlines(self.session)
            if not due:
                break
            self.now = max(self.now, due[0].due_at)
            self._deadline(due[0])
            self.the_state_is_the_one_of_the_model()
        assert self.session.state in (State.TEARING_DOWN, State.GONE)


TestSessionLife = SessionLife.TestCase
TestSessionLife.settings = settings(max_examples=250, stateful_step_count=60, deadline=None)
