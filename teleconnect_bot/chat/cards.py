"""The status card and the notices: what the requester reads about a session (PRODUCT §3)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from urllib.parse import quote

from teleconnect_bot.domain.calls import CallLink
from teleconnect_bot.domain.effects import Notice
from teleconnect_bot.domain.guest_link import Seat
from teleconnect_bot.domain.people import Role, label
from teleconnect_bot.domain.requester import Settings
from teleconnect_bot.domain.schedule import delete_at
from teleconnect_bot.domain.session import Mode, Session, State
from teleconnect_bot.services.ports import Preview, Text

from .calling import BY_ELEMENT
from .delivery_words import steps, undelivered
from .device_tests import tested, tested_before
from .language_names import called_to_reader
from .markup import escaped, text
from .message_texts import texts
from .offer_cards import OfferTexts, choices
from .planned import mine_and_theirs, when
from .problem_words import problem_in_words
from .reactions import offered
from .removal import order_to_remove
from .role_words import said
from .state_words import STATE_WORDS, next_step, state_of
from .team_cards import TeamTexts
from .voice import Sentence, reader, say, speaking_to

DEFAULT = Settings()

WHO_IS_MET: dict[Mode, Sentence] = {
    Mode.IN_PERSON: "In person: the person is with you, and only colleagues are invited.",
    Mode.MEETING: "Among colleagues: nobody is invited who has no account, unless as a colleague.",
}

NOTICES: dict[Notice, Sentence] = {
    Notice.COMING: "Session {code}: somebody opened the link and is coming.",
    Notice.ALSO_COMING: "Session {code}: **somebody else comes in**, to a place that was free: {coming}. If that is not whom you expect, "
    "ask what only the right person knows; {remove} puts them out at once.",
    Notice.HERE: "Session {code}: **{who} is in the waiting room.** {room} Joining the room starts the session.",
    Notice.STILL_WAITING: "Session {code}: **{who} is still waiting**, for {waited} now. {room} `seen {code}` stops the ringing.",
    Notice.AWAY: "Session {code}: nobody is in the waiting room at the moment. The link stays good, and the card shows when they are back.",
    Notice.CAME_BACK: "Session {code}: **{who} came back** and waits. {room} Write in the room, or `start {code}`.",
    Notice.NOBODY_CAME: "Session {code}: {who} has waited for {waited} and nobody came. They were told; the link stays good.",
    Notice.MOVED: "Session {code}: the link was opened in another browser, which has taken over the place of the one before. "
    "That one is signed out.",
    Notice.MOVE_ASKED: "Session {code}: the link was opened in another browser, by somebody who calls themselves {asking} and wants "
    "the place of **{asked_for}**, which is taken. The browser there is asked too. Say yes only if you know that it is the same person: "
    "the other browser is then signed out. ✅ or `admit {code}` gives them the place, ❌ or `refuse {code}` keeps things as they are.",
    Notice.MORE_ASKED: "Session {code}: all who were invited with this link are here, and somebody who calls themselves {asking} "
    "asks to take part as **one more**. ✅ or `admit {code}` lets them in, ❌ or `refuse {code}` does not.",
    Notice.RETURN_ASKED: "Session {code}: somebody who has this link was removed, and now somebody who calls themselves {asking} "
    "opens it in another browser and wants {wanted}. **It may be the one who was removed.** Say yes only if you know who it is. "
    "✅ or `admit {code}` lets them in, ❌ or `refuse {code}` does not.",
    Notice.DELETION_ASKED: "Session {code}: **the person asks that everything be deleted now.** {delete_how} "
    "If there is a reason to wait, tell them.",
    Notice.TAKEN: "Session {code}: {holder} has taken this session already.",
    Notice.STARTED: "Session {code} has started. `end {code}` ends it.",
    Notice.NOT_ME: "Session {code}: the person who received the link says that it is not for them. "
    "The link does not work any more. Please check the address; `resend {code} to=` with the right one behind it sends a new link there.",
    Notice.NOT_ME_BUT_USED: "Session {code}: somebody who holds the link says that **it is not for them**. Somebody has come by it "
    "already, so it still works and nobody is put out. Ask those who are there; `remove` puts one person out.",
    Notice.NEW_LINK_ASKED: "Session {code}: somebody with a link that does not work any more **asks for a new one**. "
    "`invite again {code}` invites the same people anew; if it went to a wrong address, `resend {code} to=` with the right one behind it.",
    Notice.UNDELIVERABLE: "Session {code}: a message could not be delivered: {problem}. "
    "Please check the address; `resend {code} to=` with the right one behind it sends a new link there.",
    Notice.OPTED_OUT: "Session {code}: somebody who was invited answered STOP. Nothing more is sent to that number. "
    "If it was a mistake, ring them, or reach them at another address: `resend {code} to=` with it behind.",
    Notice.INTERPRETER_ACCEPTED: "Session {code}: an interpreter has accepted.",
    Notice.INTERPRETER_ACCEPTED_LATE: "Session {code}: an interpreter has accepted. Much time has passed, so nobody else was written to "
    "yet: `start {code}` sends the invitations.",
    Notice.INTERPRETER_ASKED_AGAIN: "Session {code} has a new time: {when}. The interpreter is asked to confirm it; "
    "then the others are told.",
    Notice.INTERPRETER_EXPECTED: "You have accepted to interpret in session {code}{planned}. You are invited into its room when the person "
    "is there, and may join at any time while it runs. `join {code}` takes you into it.",
    Notice.INTERPRETER_RELEASED: "Session {code}: you are not needed as interpreter any more. You do not need to do anything. Thank you.",
    Notice.INTERPRETER_MAY_COME: "Session {code}: the person is there. {room} You may join now, or at any time while the session runs.",
    Notice.INTERPRETER_UNAVAILABLE: "Session {code}: **no interpreter is available.** {why} {choices}",
    Notice.INTERPRETER_WITHDREW: "Session {code}: **the interpreter cannot come.** {why} {choices}",
    Notice.UNAVAILABLE_ENDS_SOON: "Session {code} is cancelled tomorrow unless you decide what to do without an interpreter.",
    Notice.KEPT_OPEN: "Session {code} is kept open: the person can come back with the same link, and you can write in the room.",
    Notice.KEPT_OPEN_BY_SILENCE: "Session {code}: nobody was there for a long time. It is kept open; `close {code}` closes it.",
    Notice.IDLE_ENDS_SOON: "Session {code} is closed in a few days, because nothing happens in it. Write in its room to keep it open.",
    Notice.CLOSED: "Session {code} is closed. `pdf {code}` sends you the transcript, `reopen {code}` takes it up again, until {delete_at}; "
    "then everything is deleted.",
    Notice.CLOSED_BY_SILENCE: "Session {code} was closed, because nothing happened in it. Everything is deleted on {delete_at}.",
    Notice.REOPENED: "Session {code} is open again. The same link leads back to it.",
    Notice.CANCELLED: "Session {code} is cancelled; whoever was told of it is told of that too, and the link does not work any more.",
    Notice.EXPIRED: "Session {code}: nobody came with the link, and it has expired. To try again, send a new invitation.",
    Notice.RESCHEDULED: "Session {code} has a new time: {when}. Everybody who was told before is told again.",
    Notice.REMINDED: "Session {code} is coming up: {when}. Everybody who is invited is reminded now.",
    Notice.COLLEAGUE_INVITED: "{requester} asks you to take part in session {code}{planned}. You are invited into its room when the person "
    "is there, and may join at any time while it runs.",
    Notice.COLLEAGUE_NEEDED: "{requester} needs your help in session {code}{planned}: the person sits beside them. "
    "`join {code}` takes you into its room.",
    Notice.MEETING_ASKED: "{requester} invites you to a conversation, session {code}{planned}. `join {code}` takes you into its room, and "
    "tells them that you are there.",
    Notice.BACKUP_ASKED: "{requester} names you as the one who steps in for session {code}{planned}. You are invited into its room when "
    "the person is there; if nobody comes, you are called as well. `start {code}` takes it.",
    Notice.HANDED_OVER: "Session {code} is yours now: {state}. The card shows all of it.",
    Notice.CALLED: "Session {code}: **a call has begun.** {call}",
    Notice.CALL_OFFERED: "Session {code}: you can see and hear the others in a call. {call}",
    Notice.CALL_LINK_TRIED: "Session {code}: your link to the call was opened **in another browser too**, and was refused there. "
    "If that was you, `call {code}` gives you a new link. If not, somebody else has read your link: the new one ends it.",
    Notice.COLLEAGUE_MAY_COME: "Session {code}: {who} is there. {room} You may join now, or at any time while the session runs.",
}


class Cards(TeamTexts, OfferTexts):
    """Implements the port `StaffTexts`. `moment` writes a time in words: (moment, zone, language). `call_address` is where a link to
    the call leads, `organisation_name` names an interpreting organisation by its id. `by_element`: calls go by Element's own button.
    """

    def __init__(
        self,
        moment: Callable[[datetime, str, str], str],
        call_address: Callable[[Session, CallLink], str] | None = None,
        organisation_name: Callable[[str], str] = str,
        *,
        by_element: bool = False,
    ) -> None:
        self.moment, self.call_address, self.organisation_name, self.by_element = moment, call_address, organisation_name, by_element

    @property
    def zone(self) -> str:
        return reader().zone

    def card(self, session: Session, now: datetime, reader: Settings = DEFAULT, sent: Sequence[Preview] = ()) -> Text:
        with speaking_to(reader):
            return self._card(session, sent)

    def notice(
        self, session: Session, notice: Notice, now: datetime, reader: Settings = DEFAULT, to: str | None = None, about: Seat | None = None
    ) -> Text:
        with speaking_to(reader):
            return self._notice(session, notice, now, to, about)

    def _card(self, session: Session, sent: Sequence[Preview]) -> Text:
        lines = [say("**Session {code}** – {state}", code=session.code, state=say(state_of(session))), ""]
        inside = (*self._interpreting(session), *self._inside(session), *self._call(session))
        parts = (self._planned(session), self._invited(session), inside, _own(session), self._ends(session))
        lines += [f"- {line}" for part in parts for line in part]
        step = next_step(session)
        lines += ["", say(step, code=session.code)] if step else []
        return text("\n".join([*lines, "", *texts(sent)]).rstrip())

    def reactions(self, session: Session) -> dict[str, str]:
        return offered(session)

    def _notice(self, session: Session, notice: Notice, now: datetime, to: str | None, about: Seat | None) -> Text:
        values = {
            "code": session.code,
            "state": say(STATE_WORDS[session.state]).replace("**", ""),
            "who": who_is_here(session),
            "room": way_in(session),
            "waited": waited(session, now),
            **asking_in_words(session),
            "coming": with_role(about) if about else "",
            "remove": order_to_remove(session, about) if about else "",
            "delete_how": delete_how(session),
            "requester": escaped(session.requester or say("somebody else")),
            "planned": say(" on {when}", when=escaped(self.moment(session.planned_at, self.zone, reader().language)))
            if session.planned_at
            else "",
            "holder": escaped(session.holder or say("somebody else")),
            "problem": problem_in_words(undelivered(session)) or say("the reason is not known"),
            "choices": choices(session),
            "why": self.why_nobody(session),
            "call": self._way_into_call(session, to),
            "when": when(session, self.moment, self.zone, reader().language),
            "delete_at": escaped(self.moment(delete_at(session), self.zone, reader().language)),
        }
        return text(say(NOTICES[notice], **values).replace("  ", " ").rstrip())

    def alert(self, session: Session, now: datetime, reader: Settings = DEFAULT) -> tuple[str, str]:
        with speaking_to(reader):
            body = (
                say(
                    "Somebody has waited in session **{code}** for {waited}, and nobody has come yet.",
                    code=session.code,
                    waited=waited(session, now),
                ),
                say("Please open your chat with me in Element. `start {code}` takes the session.", code=session.code),
            )
            return say("Session {code}: somebody is waiting", code=session.code), "\n\n".join(body)

    def alert_in_short(self, session: Session, reader: Settings = DEFAULT) -> str:
        with speaking_to(reader):
            return say("Session {code}: somebody is waiting. Please open Element.", code=session.code)

    def deleted(self, session: Session, reader: Settings = DEFAULT) -> Text:
        with speaking_to(reader):
            return text(say("Session {code} is deleted. Nothing of it is stored any more.", code=session.code))

    def late_teardown(self, session: Session, owners: Sequence[str], reads: Settings = DEFAULT) -> Text:
        with speaking_to(reads):
            since = escaped(self.moment(session.state_since, self.zone, reader().language))
            return text(
                say(
                    "The deletion of session {code} has not succeeded since {since}. Something is left at: {owners}. What is personal in "
                    "our own database is gone already, and the rest is tried again all the time. `teleconnect-bot teardown --status` says "
                    "what is missing, `teleconnect-bot doctor` why.",
                    code=session.code,
                    since=since,
                    owners=", ".join(owners),
                )
            )

    def doubtful_database(self, reads: Settings = DEFAULT) -> Text:
        with speaking_to(reads):
            return text(
                say(
                    "My database may be the wrong one, or an old copy: there are rooms, accounts, files or keys of mine that it does not "
                    "know. I remove none of them until this is settled; sessions go on. `teleconnect-bot residue` on the server says why, "
                    "and what to do."
                )
            )

    def forgotten(self, reader: Settings = DEFAULT) -> Text:
        with speaking_to(reader):
            return text(say("The invitation that you began was not sent, and is forgotten now. `invite` begins a new one."))

    def file_name(self, session: Session, part: int, parts: int) -> str:
        return f"session-{session.code}.pdf" if parts == 1 else f"session-{session.code}-part-{part}-of-{parts}.pdf"

    def team_notice(self, session: Session, notice: Notice, now: datetime, reader: Settings = DEFAULT, about: Seat | None = None) -> Text:
        """As the requester's, but that the person is not named."""
        nameless = replace(session, seats=tuple(replace(seat, name="") for seat in session.seats))
        return self.notice(nameless, notice, now, reader, about=replace(about, name="") if about else None)

    def _planned(self, session: Session) -> list[str]:
        if session.planned_at is None:
            return []
        mine, theirs = mine_and_theirs(session, self.moment, self.zone, reader().language)
        return [
            say("Planned for **{when}**", when=mine),
            *([say("For the invited person: {when}", when=theirs)] if theirs else []),
        ]

    def _invited(self, session: Session) -> list[str]:
        lines = [say(WHO_IS_MET[session.mode])] if session.colleague_is_met else []
        numbers: Counter[Role] = Counter()
        for link in session.links:
            numbers[link.role] += 1
            for place, recipient in enumerate(link.recipients):
                name = f" ({escaped(link.name)})" if place == 0 and escaped(link.name) else ""
                role = said(label(link.role, numbers[link.role]) if place == 0 else label(Role.THIRD_PARTY, place))
                person = f"{escaped(', '.join(way.masked() for way in recipient.contacts))}{name}"
                lines.append(
                    say("{role}: {person}, in {language}", role=role, person=person, language=escaped(called_to_reader(recipient.language)))
                )
                lines += steps(session, link.id, place)
                if place in link.opted_out:
                    lines.append(say("They answered STOP: nothing more is sent to this number."))
            if link.dead and link.role is Role.INTERPRETER:
                lines.append(say("This interpreter does not come any more; the link is dead."))
            elif link.dead:
                lines.append(say("The person says that the link is not for them."))
            elif link.opened_at:
                lines.append(say("The link was opened."))
            lines += tested_before(session, link)
        return lines

    def _inside(self, session: Session) -> list[str]:
        here = [say("Colleague {who}: {where}", who=escaped(user), where=_where(session, user)) for user in sorted(session.colleagues)]
        here += [say("Interpreter {who}: {where}", who=escaped(user), where=_where(session, user)) for user in sorted(session.interpreters)]
        here += [f"{say('{who} is here', who=shown(session, seat))}{tested(seat.tested)}" for seat in session.present_seats]
        here = [say("Steps in if you do not come: {who}", who=escaped(session.backup)), *here] if session.backup else here
        if any(seat.deletion_asked and seat.live for seat in session.seats):
            here.append(say("Wants everything deleted now: {how}", how=delete_how(session)))
        if session.asking:
            here.append(say("Somebody asks for a place: `admit {code}` or `refuse {code}`", code=session.code))
        return [*here, f"[{say('Room of the session')}]({room_link(session.room)})"] if session.room and session.staff_invited else here

    def _call(self, session: Session) -> list[str]:
        """The card is read by the one whose chat it stands in, so it shows their link alone."""
        if self.by_element and session.state is State.ACTIVE:
            return [say(BY_ELEMENT, code=session.code)]
        link = session.call_link(session.requester)
        if link is None or self.call_address is None:
            return []
        if link.seat is not None:
            return [say("You have used your link to the call. `call {code}` gives you a new one.", code=session.code)]
        return [f"[{say('Join the call')}]({self.call_address(session, link)})"]

    def _way_into_call(self, session: Session, to: str | None) -> str:
        """For `to` alone: by their link only they come into the call."""
        if not to:
            return say("In your own chat with me, `call {code}` gives you your own link to it.", code=session.code)
        link = session.call_link(to)
        if link is None or link.seat is not None or self.call_address is None:
            return say("`call {code}` gives you your own link to it.", code=session.code)
        join = f"[{say('Join the call')}]({self.call_address(session, link)})"
        return say("{join} is your own way in: it works in one browser, until the session ends.", join=join)

    def _ends(self, session: Session) -> list[str]:
        if session.state in (State.CLOSED, State.CANCELLED):
            return [say("Everything is deleted on {when}.", when=escaped(self.moment(delete_at(session), self.zone, reader().language)))]
        return []


def _own(session: Session) -> list[str]:
    """What the requester said of it when inviting."""
    discreet = [say("Discreet: the messages and the page do not name the organisation.")] if session.discreet else []
    return [*discreet, say("Your note: {note}", note=escaped(session.note))] if session.note else discreet


def delete_how(session: Session) -> str:
    """A session that never started is cancelled first."""
    if session.started:
        return say("`close now {code}` ends the session and deletes everything at once, the transcript too.", code=session.code)
    return say("`cancel {code}` and then `close now {code}` deletes everything at once.", code=session.code)


def asking_in_words(session: Session) -> dict[str, str]:
    """Who asks for a place, and whose place it is. Anybody may choose any name, so the words around it say that it is chosen."""
    asking = session.asking
    old = session.seat(asking.moves) if asking and asking.moves else None
    asked_for = shown(session, old) if old else ""
    free = asking is not None and bool((link := session.link(asking.link)) and session.free_places(link))
    return {
        "asking": escaped(asking.name) or said(asking.label) if asking else "",
        "asked_for": asked_for,
        "wanted": say("the place of {who}", who=asked_for) if old else say("a place that is free") if free else say("one more place"),
    }


def who_is_here(session: Session) -> str:
    """The people on main seats, by the names they chose, in Markdown."""
    people = [shown(session, seat) for seat in session.present_seats if session.is_main(seat)]
    if session.colleague_is_met:
        people += [escaped(user) for user in sorted(session.colleagues & session.staff_inside)]
    return say(" and ").join(people) or say("the person")


def _where(session: Session, user: str) -> str:
    if user in session.staff_inside:
        return say("is in the room")
    return say("is invited into the room") if user in session.staff_invited else say("is told, and not in the room")


def shown(session: Session, seat: Seat) -> str:
    """The chosen name, or the role; both when several people could be meant, since anybody may choose any name."""
    return with_role(seat) if session.several_people else escaped(seat.name) or said(seat.label)


def with_role(seat: Seat) -> str:
    name = escaped(seat.name)
    return f"{name} ({said(seat.label)})" if name else said(seat.label)


def waited(session: Session, now: datetime) -> str:
    minutes = int((now - session.arrived_at).total_seconds() // 60) if session.arrived_at else 0
    return say("less than a minute") if minutes < 1 else say("1 minute") if minutes == 1 else say("{minutes} minutes", minutes=minutes)


def way_in(session: Session) -> str:
    """The link to the session's room; nothing while there is none."""
    return f"[{say('Open the room')}]({room_link(session.room)})" if session.room else ""


def room_link(room: str) -> str:
    """A link that every Element opens (Matrix specification, appendix "matrix.to navigation")."""
    return f"https://matrix.to/#/{quote(room, safe='')}"
