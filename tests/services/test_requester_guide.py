"""docs/requester-guide.md shows what really can be written, and what is really answered."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from teleconnect_bot.chat.commands import COMMANDS, checked
from teleconnect_bot.chat.dialogue import beginning
from teleconnect_bot.chat.inviting import with_whole_number
from teleconnect_bot.chat.markup import text
from teleconnect_bot.chat.parser import parse
from teleconnect_bot.chat.reactions import CHOICES, ON_CARDS
from teleconnect_bot.domain.organisations import Organisation
from tests.services.world import World
from tests.staff_sentences import sentences

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs/requester-guide.md").read_text(encoding="utf-8")


def blocks(kind: str) -> list[str]:
    """The lines of all fenced blocks of this kind."""
    return [line for block in re.findall(rf"```{kind}\n(.*?)```", GUIDE, re.DOTALL) for line in block.splitlines()]


COMMAND_LINES = blocks("command")
IN_THE_TEXT = sorted(
    {code for code in re.findall(r"(?<!`)`([^`\n]+)`(?!`)", GUIDE) if code.split()[0] in COMMANDS and code not in COMMANDS}
)


@pytest.mark.parametrize("line", sorted({*COMMAND_LINES, *IN_THE_TEXT}))
def test_each_command_in_the_guide_is_one(line: str) -> None:
    if line == "invite in-person":
        assert "`invite in-person`**:" in GUIDE, "named there as the beginning of a line"
    elif beginning(line) is None:
        checked(with_whole_number(parse(line)))


def shown_as(sentence: str) -> re.Pattern[str]:
    """What the sentence looks like in a client, whatever stands in the place of its values."""
    parts = (re.escape(part) for part in re.split(r"\{\w+\}", text(sentence).plain))
    return re.compile(".*".join(parts).replace("\\ ", " "))


SHOWN = [shown_as(sentence) for sentence in sorted(sentences()) if re.search(r"\w", re.sub(r"\{\w+\}", "", sentence))]


@pytest.mark.parametrize("line", blocks("screen"))
def test_each_line_on_a_screen_of_the_guide_is_said_by_the_bot(line: str) -> None:
    assert [pattern.pattern for pattern in SHOWN if pattern.fullmatch(line) and len(pattern.pattern) > len(line) / 3]


def test_the_guide_explains_every_sign_that_can_be_pressed() -> None:
    """Each with the command that it stands for."""
    rows = dict(re.findall(r"^\| (\S+) \| (.+) \|$", GUIDE, re.MULTILINE))
    offered = [*ON_CARDS.items(), *(each for choice in CHOICES.values() for each in choice.items())]
    assert {key.rstrip("\ufe0f") for _, key in offered} == {key.rstrip("\ufe0f") for key in rows if key not in ("sign", "|---|---|")}
    bare = {key.rstrip("\ufe0f"): words for key, words in rows.items()}
    assert [name for name, key in offered if f"`{name}`" not in bare[key.rstrip("\ufe0f")]] == []


def test_the_guide_has_commands_and_a_dialogue() -> None:
    assert len(blocks("screen")) > 10
    assert len(COMMAND_LINES) > 20
    assert len(IN_THE_TEXT) > 7
    assert len(blocks("dialogue")) > 15


async def test_the_dialogue_in_the_guide_goes_as_it_is_shown(world: World) -> None:
    said, lines = "", blocks("dialogue")
    for number, line in enumerate(lines):
        who, _, words = line.partition(": ")
        if who == "you":
            before = set(world.homeserver.events)
            await world.write(words, f"$line{number}")
            new = [event for name, event in world.homeserver.events.items() if name not in before and event.text]
            said = "\n".join(event.text.plain for event in new if event.text)
        else:
            assert who == "bot"
            assert words in said
    assert [mail.to for mail in world.mailer.taken] == ["anna@example.net"]


LINGUA = Organisation(id="lingua", name="Lingua", languages=("en", "fr", "prs"), email="lingua@example.net")


@pytest.mark.parametrize("line", [line for line in COMMAND_LINES if line.startswith("invite ") and "again" not in line])
async def test_each_invitation_in_the_guide_is_sent_or_says_that_telephones_are_not_configured(world: World, line: str) -> None:
    if "interpreter" in line:
        await world.organisations.put(LINGUA)
    await world.write(line, "$line")
    (session,) = await world.sessions.sessions_of("@nurse:example.org")
    text = world.texts()[-1]
    assert (
        session.state.value == ("held" if "interpreter" in line else "invited") or "not configured here" in text or "Please check" in text
    )


README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_readme_leads_to_the_guide() -> None:
    assert "docs/requester-guide.md" in README


def test_readme_names_every_command() -> None:
    assert [name for name in COMMANDS if f"`{name}`" not in README and f"`{name} " not in README] == []
