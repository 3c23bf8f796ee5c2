"""The bot and staff in their encrypted direct chat (PRODUCT §3); staff have a client that shares no code with the bot."""

from __future__ import annotations

from teleconnect_bot.services.ports import Membership, Text, Unusable
from tests.fixtures_homeserver import NewStaff
from tests.matrix.bot import Bot
from tests.matrix.conftest import NewBot


async def test_staff_and_bot_read_each_other_encrypted(bot: Bot, new_staff: NewStaff) -> None:
    alice = await new_staff("alice")
    room = await bot.chat_with(alice)
    assert bot.told.invites == [(room, alice.user, True)]
    await alice.say(room, "help me")
    await bot.told.wait_for(lambda: bot.told.written(room) == ["help me"])
    told = bot.told.texts[0]
    assert told.encrypted
    assert told.sender == alice.user
    assert told.at.utcoffset() is not None
    await bot.chat.post(room, Text("here I am", "<b>here</b> I am"), "t1")
    seen = await alice.wait_for_text(room, "here I am")
    assert seen.encrypted
    assert seen.html == "<b>here</b> I am"
    assert seen.content["msgtype"] == "m.text"
    assert bot.told.undecryptable == []


async def test_the_same_transaction_id_is_sent_once(bot: Bot, new_staff: NewStaff) -> None:
    alice = await new_staff("alice")
    room = await bot.chat_with(alice)
    first = await bot.chat.post(room, Text("only once"), "t1")
    assert await bot.chat.post(room, Text("only once"), "t1") == first
    await bot.chat.post(room, Text("then this"), "t2")
    await alice.wait_for_text(room, "then this")
    assert [seen.text for seen in alice.messages(room)] == ["only once", "then this"]


async def test_a_card_is_edited_reacted_to_and_redacted(bot: Bot, new_staff: NewStaff) -> None:
    alice = await new_staff("alice")
    room = await bot.chat_with(alice)
    card = await bot.chat.post(room, Text("waiting"), "t1")
    await bot.chat.edit(room, card, Text("active"), "t2")
    await alice.wait_for(lambda: (latest := alice.latest(room, card)) is not None and latest.text == "active")
    reaction = await bot.chat.react(room, card, "▶", "t3")
    assert await bot.chat.react(room, card, "▶", "t4") == reaction, "the same reaction twice is one"
    await alice.wait_for(lambda: alice.reactions(card) == [(bot.user, "▶")])
    await alice.react(room, card, "▶")
    await bot.told.wait_for(lambda: bot.told.reactions == [(room, alice.user, card, "▶")])
    assert not await bot.chat.is_redacted(room, card)
    await bot.chat.redact(room, card, "t5")
    await bot.chat.redact(room, card, "t6")
    assert await bot.chat.is_redacted(room, card)
    await alice.wait_for(lambda: alice.is_redacted(card))
    await bot.chat.redact(room, "$nothing-of-this-name", "t7")
    assert await bot.chat.is_redacted(room, "$nothing-of-this-name")


async def test_the_bot_can_take_back_what_the_requester_wrote(bot: Bot, new_staff: NewStaff) -> None:
    alice = await new_staff("alice")
    room = await bot.chat_with(alice)
    event = await alice.say(room, "invite someone@example.org")
    await bot.told.wait_for(lambda: bool(bot.told.texts))
    await bot.chat.redact(room, event, "t1")
    assert await bot.chat.is_redacted(room, event)


async def test_a_mention_names_the_person_so_that_element_rings(bot: Bot, new_staff: NewStaff) -> None:
    alice = await new_staff("alice")
    room = await bot.chat_with(alice)
    await bot.chat.post(room, Text("<somebody> is here"), "t1", mention=alice.user)
    seen = await alice.wait_for_text(room, "is here")
    assert seen.mentions == (alice.user,)
    assert f'<a href="https://matrix.to/#/{alice.user}">' in seen.html
    assert "&lt;somebody&gt; is here" in seen.html


async def test_a_file_arrives_encrypted_and_a_repeat_sends_nothing_more(bot: Bot, new_staff: NewStaff) -> None:
    alice = await new_staff("alice")
    room = await bot.chat_with(alice)
    mxc = await bot.chat.reserve_file()
    event = await bot.chat.send_file(room, mxc, b"%PDF-1.7 words", "transcript.pdf", "application/pdf", "t1")
    # A second attempt has an address of its own; the message is there already.
    other = await bot.chat.reserve_file()
    assert await bot.chat.send_file(room, other, b"%PDF-1.7 words", "transcript.pdf", "application/pdf", "t1") == event
    await bot.chat.post(room, Text("after"), "t2")
    await alice.wait_for_text(room, "after")
    assert [seen.text for seen in alice.messages(room)] == ["transcript.pdf", "after"]
    seen = alice.messages(room)[0]
    assert await alice.download(seen) == b"%PDF-1.7 words"
    assert seen.file is not None
    assert seen.file["url"] == mxc
    for address in (mxc, other):
        assert not await bot.rooms.media_is_gone(address, bot.user)
        await bot.rooms.delete_media(address, bot.user)
        assert await bot.rooms.media_is_gone(address)


async def test_room_of_finds_the_chat_only_while_it_may_be_written_to(bot: Bot, new_staff: NewStaff) -> None:
    alice, mallory = await new_staff("alice"), await new_staff("mallory")
    assert await bot.chat.room_of(alice.user) is None
    room = await bot.chat_with(alice)
    assert await bot.chat.room_of(alice.user) == room
    assert await bot.chat.why_unusable(room) is None
    await alice.client.room_invite(room, mallory.user)
    await bot.told.wait_for(lambda: (room, mallory.user, Membership.INVITE) in bot.told.members)
    assert await bot.chat.why_unusable(room) is Unusable.THIRD_MEMBER
    assert await bot.chat.room_of(alice.user) is None
    await alice.client.room_kick(room, mallory.user)
    await bot.told.wait_for(lambda: (room, mallory.user, Membership.LEAVE) in bot.told.members)
    assert await bot.chat.room_of(alice.user) == room
    await alice.leave(room)
    await bot.told.wait_for(lambda: (room, alice.user, Membership.LEAVE) in bot.told.members)
    assert await bot.chat.why_unusable(room) is Unusable.ALONE


async def test_an_unencrypted_chat_and_one_where_the_bot_cannot_redact_are_named_unusable(bot: Bot, new_staff: NewStaff) -> None:
    alice = await new_staff("alice")
    plain = await alice.start_chat(bot.user, encrypted=False)
    await bot.told.wait_for(lambda: len(bot.told.invites) == 1)
    await bot.chat.accept_invite(plain)
    assert await bot.chat.why_unusable(plain) is Unusable.NOT_ENCRYPTED
    answer = await bot.chat.post(plain, Text("please use an encrypted chat"), "t1")
    seen = await alice.wait_for_text(plain, "please use")
    assert (seen.event, seen.encrypted) == (answer, False)
    await alice.say(plain, "why?")
    await bot.told.wait_for(lambda: bot.told.written(plain) == ["why?"])
    assert not bot.told.texts[0].encrypted

    encryption = {"type": "m.room.encryption", "state_key": "", "content": {"algorithm": "m.megolm.v1.aes-sha2"}}
    made = await alice.client.room_create(is_direct=True, invite=[bot.user], initial_state=[encryption])
    await bot.told.wait_for(lambda: len(bot.told.invites) == 2)
    await bot.chat.accept_invite(made.room_id)
    assert await bot.chat.why_unusable(made.room_id) is Unusable.CANNOT_REDACT
    assert await bot.chat.why_unusable("!unknown") is Unusable.NOT_JOINED
    assert await bot.chat.room_of(alice.user) is None


async def test_an_invitation_is_refused(bot: Bot, new_staff: NewStaff) -> None:
    mallory = await new_staff("mallory")
    room = await mallory.start_chat(bot.user)
    await bot.told.wait_for(lambda: bool(bot.told.invites))
    await bot.chat.refuse_invite(room)
    await bot.chat.refuse_invite(room)
    await mallory.wait_for(lambda: bot.user not in mallory.client.rooms[room].users)


async def test_what_was_written_between_invitation_and_acceptance_is_read(bot: Bot, new_staff: NewStaff) -> None:
    alice = await new_staff("alice")
    room = await alice.start_chat(bot.user)
    await bot.told.wait_for(lambda: bool(bot.told.invites))
    await alice.sync()
    await alice.say(room, "are you there?")
    await bot.chat.accept_invite(room)
    await bot.told.wait_for(lambda: bot.told.written(room) == ["are you there?"])


async def test_edits_are_no_new_text_and_replies_lose_their_quotation(bot: Bot, new_staff: NewStaff) -> None:
    alice = await new_staff("alice")
    room = await bot.chat_with(alice)
    event = await alice.say(room, "first")
    await alice.edit(room, event, "second")
    relation = {"m.in_reply_to": {"event_id": event}}
    await alice.say(room, "> <@somebody:test> first\n\nan answer", **{"m.relates_to": relation})
    await bot.told.wait_for(lambda: len(bot.told.written(room)) == 2)
    assert bot.told.written(room) == ["first", "an answer"]


async def test_every_file_that_a_message_names_is_reported(bot: Bot, new_staff: NewStaff) -> None:
    alice = await new_staff("alice")
    room = await bot.chat_with(alice)
    event, mxc = await alice.send_file(room, b"picture", "x.png", "image/png", "m.image")
    await bot.told.wait_for(lambda: bot.told.media == [(event, alice.user, (mxc,))])
    assert bot.told.texts == []


async def test_two_bots_on_one_homeserver_do_not_disturb_each_other(new_bot: NewBot, new_staff: NewStaff) -> None:
    one, other = await new_bot(), await new_bot()
    alice = await new_staff("alice")
    first, second = await one.chat_with(alice), await other.chat_with(alice)
    await one.chat.post(first, Text("from one"), "same")
    await other.chat.post(second, Text("from other"), "same")
    assert (await alice.wait_for_text(first, "from one")).sender == one.user
    assert (await alice.wait_for_text(second, "from other")).sender == other.user
