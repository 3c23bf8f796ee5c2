"""The rooms whose members have access or are a team, as the bot sees them (`access`, `teams`). Nothing is changed there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from teleconnect_bot.config import Config
from teleconnect_bot.doctor.findings import Finding, Surroundings, error, ok

CLIENT = "/_matrix/client/v3"
_ENCRYPTED = "m.room.encrypted"

RoomState = Mapping[tuple[str, str], Mapping[str, Any]]
"""The content of each state event by its type and state key."""


@dataclass(frozen=True, slots=True)
class Problem:
    words: str
    remedy: str


async def staff_rooms(around: Surroundings) -> Finding:
    problems = [problem for where, name, is_team in named(around.config) for problem in await _problems(around, where, name, is_team)]
    good = "The bot is in each of them, and can read and write what it must." if named(around.config) else "None are configured."
    return finding_of(problems, good)


def named(config: Config) -> list[tuple[str, str, bool]]:
    """Where each room stands in the configuration, its id or alias, and whether it is a team's."""
    access = [("access", name, False) for name in dict.fromkeys(config.access.rooms)]
    return access + [(f"teams.{team}", team_config.room, True) for team, team_config in config.teams.items()]


async def _problems(around: Surroundings, where: str, name: str, is_team: bool) -> list[Problem]:
    content = await state_of(around, where, name, "nobody is a member for it")
    if isinstance(content, Problem):
        return [content]
    return list(judge_state(where, name, content, around.config.bot, is_team=is_team))


async def state_of(around: Surroundings, where: str, name: str, without_the_bot: str) -> RoomState | Problem:
    """The state of the room with this id or alias, as the bot sees it; else why it does not, and what follows `without_the_bot`."""
    room = name
    if name.startswith("#"):
        status, found = await _get(around, f"/directory/room/{quote(name, safe='')}")
        if status != 200 or not isinstance(found, dict):
            return Problem(f"{where}: the homeserver knows no room {name}.", f"Correct {where}, or give the room this alias.")
        room = str(found.get("room_id", ""))
    status, state = await _get(around, f"/rooms/{quote(room, safe='')}/state")
    content: RoomState = (
        {(event["type"], event["state_key"]): event["content"] for event in state} if status == 200 and isinstance(state, list) else {}
    )
    if content.get(("m.room.member", around.config.bot), {}).get("membership") != "join":
        invite = (
            f"Invite {around.config.bot} into {name}: in Element, write there `/invite {around.config.bot}`. A running bot comes at once."
        )
        return Problem(f"{where}: the bot is not in {name}, so that {without_the_bot}.", invite)
    return content


def finding_of(problems: Sequence[Problem], good: str) -> Finding:
    """All of them in one; `good` is said when there is none."""
    if not problems:
        return ok(good)
    words, remedies = (list(dict.fromkeys(each)) for each in zip(*((found.words, found.remedy) for found in problems), strict=True))
    return error(" ".join(words), " ".join(remedies))


def judge_state(where: str, name: str, content: RoomState, bot: str, *, is_team: bool) -> Iterator[Problem]:
    """What is wrong with a room in which the bot is."""
    if content.get(("m.room.join_rules", ""), {}).get("join_rule") == "public":
        yield Problem(
            f"{where}: anybody can join {name} and would be staff.", "In the room's settings, let people in by invitation alone (Security)."
        )
    if not is_team:
        return
    yield from judge_confidence(where, name, content, bot, unencrypted="the bot speaks of no session there")


def judge_confidence(where: str, name: str, content: RoomState, bot: str, *, unencrypted: str) -> Iterator[Problem]:
    """What keeps the bot from speaking in confidence to the members alone; `unencrypted` is what follows without encryption."""
    if ("m.room.encryption", "") not in content:
        yield Problem(f"{where}: {name} is not encrypted, and {unencrypted}.", "Switch encryption on in the room's settings.")
    if content.get(("m.room.history_visibility", ""), {}).get("history_visibility") == "world_readable":
        yield Problem(f"{where}: anybody can read {name}.", "In the room's settings, show its history to members alone.")
    if not may_write(content.get(("m.room.power_levels", ""), {}), bot):
        yield Problem(f"{where}: the bot may not write in {name}.", "In the room's settings, give it the right to send messages (Roles).")


def may_write(levels: Mapping[str, Any], user: str) -> bool:
    """Whether `m.room.power_levels` let this member send encrypted messages (Matrix specification, "m.room.power_levels")."""
    needed = levels.get("events", {}).get(_ENCRYPTED, levels.get("events_default", 0))
    return bool(int(levels.get("users", {}).get(user, levels.get("users_default", 0))) >= int(needed))


async def _get(around: Surroundings, path: str) -> tuple[int, Any]:
    """As the bot; Synapse answers 403 for a room in which it is not, and for a bot that was never started."""
    headers = {"Authorization": f"Bearer {around.config.appservice.as_token.get_secret_value()}"}
    url = f"{around.config.homeserver.address}{CLIENT}{path}"
    async with around.http.get(url, headers=headers, params={"user_id": around.config.bot}, allow_redirects=False) as answer:
        return answer.status, await answer.json(content_type=None)
