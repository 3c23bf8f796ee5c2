"""What a real homeserver says of the bot's rooms, visitors and files."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from mautrix.api import Method
from mautrix.api import Path as MatrixPath

from teleconnect_bot.adapters.matrix.inventory import MatrixInventory
from tests.fixtures_homeserver import NewStaff
from tests.matrix.bot import Bot
from tests.matrix.test_session_rooms import session_room


def inventory_of(bot: Bot) -> MatrixInventory:
    return MatrixInventory(bot.account.api, bot.admin, bot.user, bot.homeserver.visitor_prefix)


async def test_session_rooms_are_told_from_direct_chats_by_their_marker(bot: Bot, new_staff: NewStaff) -> None:
    alice = await new_staff("alice")
    await bot.chat_with(alice)
    room = await session_room(bot, alice, marker="m-inventory")
    inventory = inventory_of(bot)
    assert await inventory.session_rooms() == {room: "m-inventory"}
    assert await inventory.room_exists(room)

    await bot.rooms.remove(room, alice.user)
    await bot.rooms.leave(room)
    await bot.rooms.purge(room)
    assert await inventory.session_rooms() == {}
    assert not await inventory.room_exists(room)


async def test_active_visitors_are_listed_until_they_are_removed(bot: Bot) -> None:
    user = bot.visitors.user_id(bot.homeserver.new_localpart("visitor"))
    inventory = inventory_of(bot)
    await bot.visitors.register(user)
    made = (await inventory.visitors())[user]
    assert abs(datetime.now(UTC) - made) < timedelta(minutes=5)
    assert bot.user not in await inventory.visitors()
    await bot.visitors.remove(user)
    assert user not in await inventory.visitors()


async def test_the_bots_files_are_listed_but_for_its_picture(bot: Bot, new_staff: NewStaff) -> None:
    chat = await bot.chat_with(await new_staff("alice"))
    inventory = inventory_of(bot)
    file, picture = await bot.chat.reserve_file(), await bot.chat.reserve_file()
    await bot.chat.send_file(chat, file, b"%PDF-", "transcript.pdf", "application/pdf", "t1")
    await bot.chat.send_file(chat, picture, b"picture", "picture.png", "image/png", "t2")
    await bot.account.api.call(Method.PUT, MatrixPath.v3.profile[bot.user].avatar_url, {"avatar_url": picture})
    assert list(await inventory.files()) == [file]
    await bot.rooms.delete_media(file, bot.user)
    assert await inventory.files() == {}
