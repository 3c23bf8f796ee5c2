"""The process may die between any two commits and calls to the outside: the end is the same, and nothing is orphaned."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from teleconnect_bot.domain.channels import Channel, ChannelOrder
from teleconnect_bot.domain.organisations import Organisation
from teleconnect_bot.domain.people import Contact
from teleconnect_bot.services.interpreter_door import OfferStatus
from teleconnect_bot.services.ports import Membership
from teleconnect_bot.services.requester_settings import with_contact
from teleconnect_bot.services.sessions import Invitation
from tests.services.fakes import Killed
from tests.services.interpreters import AMINA, HORN, LINGUA, SELAM, Desk
from tests.services.test_whole_session import nothing_is_left
from tests.services.world import CHAT, GRACE, LINGUAS_ROOM, NURSE, World

Step = Callable[[World], Awaitable[None]]
Same = Callable[[World, World], Awaitable[None]]
MEMBER = "@selam:example.org"
IN_ITS_ROOM = Organisation(id="tigre", name="Tigre", languages=("ti",), room=LINGUAS_ROOM)


async def invite(world: World) -> None:
    await world.write('invite anna@example.net name="Anna" lang=fr', "$invite")


async def invite_by_sms(world: World) -> None:
    world.sessions.policy = replace(world.policy, channels=ChannelOrder((Channel.EMAIL, Channel.SMS)))
    number, mail = Contact.phone("+41791234567"), Contact.email("anna@example.net")
    await world.sessions.invite(Invitation(by=NURSE, chat=CHAT, event="$invite", contact=number, more=(mail,), language="fr"))
    await world.settle()


async def the_sms_is_lost(world: World) -> None:
    """The provider reports it, and reports it again when nobody heard."""
    for record, found in list(world.provider.records.items()):
        world.provider.finish(record)
        await world.deliveries.reported(found.message.message_id, record, "undelivered", 30003)
    await world.settle()


async def enter(world: World) -> None:
    await world.enter()


async def arrive(world: World) -> None:
    """As the page does it: ready, then join once invited. A page that is already in the room asks for nothing."""
    if not any(member is Membership.JOIN for user, member in _members(world).items() if "visitor" in user):
        await world.arrive()
    else:
        await world.join_as_visitor()


async def join(world: World) -> None:
    await world.join_as_staff()


async def close(world: World) -> None:
    await world.write("close", "$close")


async def ask_for_pdf(world: World) -> None:
    await world.write("pdf", "$pdf")


async def a_day_passes(world: World) -> None:
    await world.pass_time(timedelta(hours=24))
    await world.pass_time(GRACE + timedelta(minutes=5))
    await world.guard.forget(world.units, world.clock.now())


async def cancel(world: World) -> None:
    await world.write("cancel", "$cancel")


async def with_organisations(world: World) -> None:
    """Two are asked by mail, one in its own room."""
    await world.settings.change(NURSE, lambda chosen: with_contact(chosen, "email", Contact.email("nurse@example.org")))
    for organisation in (LINGUA, HORN, IN_ITS_ROOM):
        await world.organisations.put(organisation)


async def ask(world: World) -> None:
    await world.write(f'invite {AMINA} guest=karim@example.net interpreter=ti at="2026-11-12 14:00"', "$invite")


async def accept_by_mail(world: World) -> None:
    """Also when the page has lost the answer and the interpreter presses once more."""
    view = await world.interpreters.accept(Desk(world, LINGUA.email or "").token, 1, "Selam", SELAM, "en", "1")
    await world.settle()
    assert view is not None
    assert view.status is OfferStatus.ACCEPTED


async def accept_in_the_room(world: World) -> None:
    card = next(name for name, event in world.homeserver.events.items() if event.room == LINGUAS_ROOM and ".offer." in event.transaction)
    await world.desk.reacted(LINGUAS_ROOM, "$check", MEMBER, card, "✅")
    await world.settle()


async def all_decline(world: World) -> None:
    for organisation in (LINGUA, HORN):
        await world.interpreters.decline(Desk(world, organisation.email or "").token, 1, "nobody is free", "en")
        await world.settle()
    code = (await world.session()).code
    await world.write(f"decline {code} nobody is free", "$decline", by=MEMBER, room=LINGUAS_ROOM)


async def the_time_is_over(world: World) -> None:
    world.clock.moment = max(world.clock.moment, datetime(2026, 11, 3, 9, 1, tzinfo=UTC))
    await world.settle()


async def move(world: World) -> None:
    await world.write('reschedule at="2026-11-14 10:00"', "$move")


async def go_on_without(world: World) -> None:
    await world.write(f"without {(await world.session()).code}", "$without")


async def withdraw(world: World) -> None:
    await world.interpreters.withdraw(Desk(world, LINGUA.email or "").token, "ill", "en")
    await world.settle()


HELD: tuple[Step, ...] = (invite, enter, arrive, join, close, ask_for_pdf, a_day_passes)
BY_SMS: tuple[Step, ...] = (invite_by_sms, the_sms_is_lost, cancel, a_day_passes)
NOT_HELD: tuple[Step, ...] = (invite, enter, cancel, a_day_passes)
SOUGHT: tuple[Step, ...] = (with_organisations, ask)


def _members(world: World) -> dict[str, Membership]:
    return {user: member for room in world.homeserver.rooms.values() for user, member in room.members.items()}


async def play(world: World, steps: tuple[Step, ...], die_at: int | None) -> int:
    """The steps one after another, dying at a point of the first; what died is delivered again to the new process.

    Returns how many points there are in the first step.
    """
    begun, world.crash.at = world.crash.passed, None if die_at is None else world.crash.passed + die_at
    try:
        await steps[0](world)
    except* Killed:
        await world.stop()
        world.start()
        await world.organisations.follow([])
        await world.tidy()
        await world.settle()
        await steps[0](world)
    passed, world.crash.at = world.crash.passed - begun, None
    for step in steps[1:]:
        await step(world)
    return passed


async def same_end(world: World, expected: World) -> None:
    await nothing_is_left(world)
    sent, once = Counter(mail.message_id for mail in world.mailer.taken), Counter(mail.message_id for mail in expected.mailer.taken)
    assert len(sent) == len(once)
    assert sum(sent.values()) - sum(once.values()) <= 1, "one repeat at the most, with the same Message-ID"
    by_phone, once_by_phone = ([message.message_id for message in each.provider.taken] for each in (world, expected))
    assert len(by_phone) == len(set(by_phone)) == len(once_by_phone), "an SMS is looked for before it is sent again"
    assert world.provider.records == {}
    assert world.homeserver.created == expected.homeserver.created
    assert len(world.homeserver.purged) == len(expected.homeserver.purged)
    assert Counter(_said(world)) == Counter(_said(expected))


def _said(world: World) -> list[str]:
    return sorted(event.transaction.partition(".")[2].partition(".")[0] for event in world.homeserver.events.values() if event.mention)


async def same_now(world: World, expected: World) -> None:
    """As far as it has come, it is what it would be without a death: nobody was told twice, or never."""
    session, uninterrupted = await world.session(), await expected.session()
    assert session.state is uninterrupted.state
    assert [(offer.organisation, offer.state) for offer in session.offers] == [
        (offer.organisation, offer.state) for offer in uninterrupted.offers
    ]
    assert [(link.role, link.contact.value, link.dead) for link in session.links] == [
        (link.role, link.contact.value, link.dead) for link in uninterrupted.links
    ]
    mails, once = (Counter((mail.to, mail.message_id.partition(".")[2]) for mail in each.mailer.taken) for each in (world, expected))
    assert len(mails) == len(once)
    assert sum(mails.values()) - sum(once.values()) <= 1, "one repeat at the most, with the same Message-ID"
    assert Counter(to for to, _ in mails) == Counter(to for to, _ in once)
    assert _told(world, session.code) == _told(expected, uninterrupted.code)


def _told(world: World, code: str) -> Counter[tuple[str, str]]:
    """New messages by room, without the session's `code`: notices to staff, and organisations' cards with all that became of them."""
    told: Counter[tuple[str, str]] = Counter()
    for event in world.homeserver.events.values():
        if event.text and (event.mention or event.room == LINGUAS_ROOM):
            told[event.room, event.text.plain.replace(code, "")] += 1
    return told


@pytest.fixture
def memory() -> Iterator[Path]:
    """A folder in memory where there is one: hundreds of small databases need no disk."""
    shared = Path("/dev/shm")
    with TemporaryDirectory(dir=shared if shared.is_dir() else None) as directory:
        yield Path(directory)


async def _at_every_point(memory: Path, steps: tuple[Step, ...], step: Step, same: Same = same_end, every: int = 1) -> None:
    (memory / "before").mkdir()
    before = await World(memory / "before").create()
    number = steps.index(step)
    for earlier in steps[:number]:
        await earlier(before)
    expected = await before.copy_to(memory / "uninterrupted")
    points = await play(expected, steps[number:], None)
    if same is same_end:
        await expected.stop()
    assert points > 10
    for point in range(1, points + 1, every):
        world = await before.copy_to(memory / "killed")
        await play(world, steps[number:], point)
        await same(world, expected)
        await world.stop()
        shutil.rmtree(memory / "killed")
    await expected.stop()


async def test_killed_anywhere_in_an_invitation(memory: Path) -> None:
    await _at_every_point(memory, NOT_HELD, invite)


async def test_killed_anywhere_while_somebody_enters(memory: Path) -> None:
    await _at_every_point(memory, NOT_HELD, enter)


async def test_killed_anywhere_in_an_invitation_by_sms(memory: Path) -> None:
    await _at_every_point(memory, BY_SMS, invite_by_sms)


async def test_killed_anywhere_while_an_sms_is_reported_lost_and_a_mail_takes_its_place(memory: Path) -> None:
    await _at_every_point(memory, BY_SMS, the_sms_is_lost)


async def test_killed_anywhere_in_the_teardown(memory: Path) -> None:
    await _at_every_point(memory, HELD, a_day_passes)


async def test_killed_here_and_there_while_an_interpreter_accepts(memory: Path) -> None:
    """One interpreter, one set of invitations: nobody is told twice, and nobody never. At all points by the long tests."""
    await _at_every_point(memory, (*SOUGHT, accept_by_mail), accept_by_mail, same_now, every=7)


@pytest.mark.long
@pytest.mark.timeout(1200)
@pytest.mark.parametrize(
    ("steps", "every"),
    [
        (SOUGHT, 3),
        ((*SOUGHT, accept_by_mail), 1),
        ((*SOUGHT, accept_in_the_room), 1),
        ((*SOUGHT, all_decline), 3),
        ((*SOUGHT, the_time_is_over), 3),
        ((*SOUGHT, accept_by_mail, withdraw), 3),
        ((*SOUGHT, accept_by_mail, move, go_on_without), 3),
    ],
    ids=lambda given: given[-1].__name__ if isinstance(given, tuple) else "",
)
async def test_killed_anywhere_while_an_interpreter_is_sought(memory: Path, steps: tuple[Step, ...], every: int) -> None:
    """At all points of an acceptance, at many of the others."""
    await _at_every_point(memory, steps, steps[-1], same_now, every)


@pytest.mark.long
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("step", [enter, arrive, join, close, ask_for_pdf], ids=lambda step: step.__name__)
async def test_killed_anywhere_in_between(memory: Path, step: Step) -> None:
    await _at_every_point(memory, HELD, step)


async def test_a_key_whose_session_was_never_committed_is_destroyed_at_the_next_start(memory: Path) -> None:
    (memory / "world").mkdir()
    world = await World(memory / "world").create()
    await world.tidy()
    await invite(world)
    world.keys.create("session-never")
    world.keys.create("account")
    await world.tidy()
    assert world.keys.ids() == ["account", (await world.session()).key]
    await world.stop()
