"""The table of commands: whole, explained, and each example right (PRODUCT §3)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teleconnect_bot.chat.answers import DONE
from teleconnect_bot.chat.commands import COMMANDS, ChatCommand, checked, help_text
from teleconnect_bot.chat.meant import ASKS, POSSIBLE_WITH
from teleconnect_bot.chat.parser import NotUnderstood, parse
from teleconnect_bot.chat.reactions import CHOICES, ON_CARDS

EACH = pytest.mark.parametrize("command", COMMANDS.values(), ids=lambda command: command.name)


@EACH
def test_each_example_is_a_right_line_of_its_command(command: ChatCommand) -> None:
    assert checked(parse(command.example)) is command


@EACH
def test_each_command_is_explained_with_usage_and_example(command: ChatCommand) -> None:
    explained = help_text(command.name)
    assert command.usage in explained
    assert command.summary in explained
    assert command.example in explained
    assert command.usage.split()[0] == command.name
    assert command.usage in help_text(None)
    assert not command.summary.endswith(".")


@EACH
def test_each_option_stands_in_the_usage(command: ChatCommand) -> None:
    assert all(f"{option}=" in command.usage for option in command.options)


@EACH
def test_too_many_words_and_an_unknown_option_are_refused_with_a_right_example(command: ChatCommand) -> None:
    for wrong in (f"{command.name} {'word ' * (command.words[1] + 1)}", f"{command.name} {'word ' * command.words[1]} zzz=1"):
        with pytest.raises(NotUnderstood) as refused:
            checked(parse(wrong))
        assert command.example in str(refused.value)


@EACH
def test_a_mistyped_command_suggests_the_right_one(command: ChatCommand) -> None:
    for mistyped in (command.name[:-1] + "x" + command.name[-1], command.name + command.name[-1], command.name[1:] + command.name[0]):
        if len(command.name) < 4 or mistyped in COMMANDS:
            continue
        with pytest.raises(NotUnderstood) as refused:
            checked(parse(mistyped))
        assert "Did you mean" in str(refused.value)
        assert "`help`" in str(refused.value)


def test_a_mistyped_option_suggests_the_right_one() -> None:
    with pytest.raises(NotUnderstood, match="Did you mean `lang=`"):
        checked(parse("invite anna@example.org lnag=fr"))


def test_invite_without_a_contact_says_how_it_is_written() -> None:
    with pytest.raises(NotUnderstood, match="Something is missing"):
        checked(parse("invite"))


@pytest.mark.parametrize("topic", ["invite", "INVITE", "!invite"])
def test_help_finds_a_command_however_it_is_written(topic: str) -> None:
    assert COMMANDS["invite"].example in help_text(topic)


def test_help_for_something_unknown_suggests_the_nearest() -> None:
    assert help_text("cancle") == "There is no such command. Did you mean `cancel`? `help` lists them."


@given(st.text())
def test_help_never_repeats_what_it_was_asked(topic: str) -> None:
    assert help_text(f"qqq{topic}qqq@example.org") == "There is no such command. `help` lists them."


def test_reactions_stand_for_commands() -> None:
    assert set(ON_CARDS) <= set(COMMANDS)
    assert {name for choice in CHOICES.values() for name in choice} <= set(COMMANDS)


def test_each_command_for_one_session_is_carried_out_by_the_table() -> None:
    for_one = {name for name, command in COMMANDS.items() if command.takes_code}
    assert for_one | {"close now"} == set(POSSIBLE_WITH)
    assert set(DONE) | {"start"} == set(ASKS)
