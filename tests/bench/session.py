"""Row "one session": see the package's docstring for what is compared with what."""

from __future__ import annotations

import statistics
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from urllib.parse import quote

from aiohttp import ClientSession

from teleconnect_bot.demo.stack import DOMAIN, Stack

from .device import CLIENT, CouldNotMeasure, Device, appservice_device
from .play import SETTINGS, Clock, Nurse, play
from .recorder import Call, recording
from .replay import Replay, StandIns
from .results import Row

ROUNDS, EACH = 3, 2
ROUNDS_WITH_TRANSCRIPT = 2
"""Sessions and repetitions take turns, so that a busy moment of the machine meets both."""
LARGEST_RATIO = 1.5


@asynccontextmanager
async def met_nurse(stack: Stack, http: ClientSession, address: str, localpart: str) -> AsyncIterator[Nurse]:
    nurse = await Nurse.meet_the_bot(stack, http, address, localpart)
    async with nurse.device.listening():
        await nurse.open_chat()
        yield nurse


async def measure(stack: Stack, http: ClientSession, *, transcript: bool) -> tuple[Row, str, float]:
    """The row, a line that tells where the time went, and the seconds of a teardown. The stack's bot is restarted twice."""
    words = "transcript" if transcript else "plain"
    calls, stand_ins, visitor = await _record(stack, http, f"nurse-recorded-{words}", transcript)
    played: list[Clock] = []
    repeated: list[float] = []
    async with met_nurse(stack, http, stack.homeserver.address, f"nurse-timed-{words}") as nurse:
        await play(stack, http, nurse, transcript=transcript)  # the first of a process pays for what is loaded once
        for _ in range(ROUNDS_WITH_TRANSCRIPT if transcript else ROUNDS):
            played += [await play(stack, http, nurse, transcript=transcript) for _ in range(EACH)]
            repeated += [await Replay(http, stack.homeserver.address, calls, stand_ins, visitor, DOMAIN).run() for _ in range(EACH)]
    value = statistics.median(sum(clock.phases.values()) for clock in played)
    baseline = statistics.median(repeated)
    name = "one session from invite to torn down" + (", with transcript" if transcript else "")
    row = Row(name, value, "s", baseline, value / baseline, f"ratio <= {LARGEST_RATIO}", value / baseline <= LARGEST_RATIO)
    return (
        row,
        f"{name}: {sum(not call.is_wait for call in calls)} calls; {_where(played)}",
        statistics.median(clock.phases["teardown"] for clock in played),
    )


def _where(played: Sequence[Clock]) -> str:
    return ", ".join(f"{phase} {statistics.median(clock.phases[phase] for clock in played):.2f} s" for phase in played[0].phases)


async def _record(stack: Stack, http: ClientSession, localpart: str, transcript: bool) -> tuple[list[Call], StandIns, str]:
    async with recording(stack.homeserver.address) as recorder:
        await stack.restart_bot({**SETTINGS, "homeserver": {"address": recorder.address}})
        async with met_nurse(stack, http, recorder.address, localpart) as nurse:
            recorder.calls.clear()
            await play(stack, http, nurse, transcript=transcript)
            calls = list(recorder.calls)
        await stack.restart_bot(SETTINGS)
    prefix = stack.config.appservice.visitor_prefix
    visitor = next((part[1:].partition(":")[0] for call in calls for _, part in call.query if part.startswith(f"@{prefix}")), None)
    if visitor is None:
        raise CouldNotMeasure("no call of a visitor was recorded")
    return calls, await _stand_ins(stack, http, nurse, localpart, calls), visitor


async def _stand_ins(stack: Stack, http: ClientSession, nurse: Nurse, localpart: str, calls: Sequence[Call]) -> StandIns:
    """Another nurse, and an account of the appservice in the bot's place, in an encrypted direct chat of their own."""
    login = await stack.new_account(f"{localpart}-again")
    other = Device(http, stack.homeserver.address, login.user, login.device, login.token)
    appservice = stack.config.appservice
    device = next(value for call in calls for key, value in call.query if key == "device_id" and ("user_id", nurse.bot) in call.query)
    user = f"@{appservice.visitor_prefix}for_{localpart}:{DOMAIN}"
    bot = await appservice_device(http, stack.homeserver.address, appservice.as_token.get_secret_value(), user, device)
    chat = (await other.ask("POST", f"{CLIENT}/v3/createRoom", {"preset": "trusted_private_chat", "invite": [bot.user]}))["room_id"]
    await bot.ask("POST", f"{CLIENT}/v3/rooms/{quote(chat, safe='')}/join", {})
    tokens = {f"Bearer {nurse.device.token}": f"Bearer {login.token}"}
    return StandIns({nurse.bot: bot.user, nurse.device.user: login.user, nurse.chat: chat}, tokens)
