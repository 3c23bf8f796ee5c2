"""The texts of refusals (domain/errors.py): each is whole, fits its values, and says what can be done."""

from __future__ import annotations

import inspect
import re
from string import Formatter

import pytest

from teleconnect_bot.chat.commands import COMMANDS
from teleconnect_bot.chat.markup import escaped
from teleconnect_bot.domain import absence, calls, colleagues, errors, interpreting, life, rules, seating, teams
from teleconnect_bot.domain import arrival as arrival_rules

ERRORS = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.DomainError)]
VALUES = {"code": "K7M2", "holder": "@nurse:hospital.example"}
NOT_YET_WRITABLE = {"send"}
"""What the texts name although it cannot be written yet: drafts are made by the dialogue."""


@pytest.mark.parametrize("kind", ERRORS, ids=lambda kind: kind.__name__)
def test_each_text_is_a_whole_sentence_and_needs_nothing_but_code_and_holder(kind: type[errors.DomainError]) -> None:
    words = kind(**VALUES).text()
    assert words.endswith(".")
    assert words[0].isupper()
    assert not re.search(r"[{}\n]|  ", words)
    assert {name for _, name, _, _ in Formatter().parse(inspect.getdoc(kind) or "") if name} <= set(VALUES)


@pytest.mark.parametrize("kind", ERRORS, ids=lambda kind: kind.__name__)
def test_each_command_that_a_text_names_exists(kind: type[errors.DomainError]) -> None:
    named = {words.split()[0] for words in re.findall(r"`([^`]+)`", kind(**VALUES).text())}
    assert named <= set(COMMANDS) | NOT_YET_WRITABLE


def test_values_can_be_quoted_for_the_place_where_they_are_shown() -> None:
    refused = errors.AlreadyStarted(code="K7M2", holder="@_nurse_:hospital.example")
    assert r"@\_nurse\_:hospital" in refused.text(escaped)
    assert "@_nurse_:hospital" in refused.text()


def test_what_somebody_wrote_stands_in_no_representation_of_an_error() -> None:
    refused = errors.NotYours(code="amina@example.org")
    assert "amina" not in f"{refused} {refused!r}"


def test_each_refusal_is_used_somewhere() -> None:
    modules = (absence, calls, life, rules, arrival_rules, colleagues, interpreting, seating, teams)
    source = "".join(inspect.getsource(module) for module in modules)
    bases = {errors.DomainError, errors.Refused, errors.LinkRefused}
    assert [kind.__name__ for kind in ERRORS if kind not in bases and kind.__name__ not in source] == []
