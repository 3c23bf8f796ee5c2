"""Every sentence that the bot says to staff, found in its source, and the files of their translations.

`python -m tests.staff_sentences` enters new sentences into `chat/texts/*.po` without a translation and takes out those that are no
longer said. `bypassing()` finds words in `chat/` that would be said without being translated.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from teleconnect_bot.adapters.messaging.email import REASONS
from teleconnect_bot.chat.answers import DONE
from teleconnect_bot.chat.voice import TEXTS
from teleconnect_bot.domain import errors
from teleconnect_bot.domain.delivery import NOT_CONFIRMED, NOT_TAKEN
from teleconnect_bot.domain.people import LABELS
from teleconnect_bot.domain.requester import STAFF_LANGUAGES
from teleconnect_bot.services import telephone
from teleconnect_bot.services.messages import MAILED_LATER, NO_ADDRESS
from teleconnect_bot.services.phone_messages import NOT_SET_UP, TRIED_AGAIN
from teleconnect_bot.services.provider_words import NO_SENDER, NO_TEMPLATE, OTHERWISE, WITH_CODE, WORDS
from teleconnect_bot.services.spending import TOO_MANY_OF_YOURS, TOO_MANY_TO_A_NUMBER, USED_UP

CHAT = TEXTS.parent
LANGUAGES = tuple(language for language in STAFF_LANGUAGES if language != "en")
SAID_BY = {"say": 0, "in_words": 0, "NotUnderstood": 0, "_tell": 1, "NotATelephone": 0}
"""The functions that say a sentence, and which of their arguments it is."""
_CODE = re.compile("`[^`]*(?:`|$)")
PROSE = re.compile(r"[A-Za-zÀ-ÿ]{2,}[,.:]? [A-Za-zÀ-ÿ]{2,}")


PROBLEMS = frozenset(WORDS.values()) | REASONS
PROBLEMS |= {
    TOO_MANY_OF_YOURS,
    TOO_MANY_TO_A_NUMBER,
    USED_UP,
    WITH_CODE,
    OTHERWISE,
    NO_TEMPLATE,
    NO_SENDER,
    NOT_SET_UP,
    TRIED_AGAIN,
    NOT_CONFIRMED,
    NOT_TAKEN,
    NO_ADDRESS,
    MAILED_LATER,
}
"""Why a message has not arrived, as the card says it."""


def sources() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(CHAT.glob("*.py")):
        yield path.name, ast.parse(path.read_text(encoding="utf-8"))


def sentences() -> frozenset[str]:
    """All sentences: those that are said in `chat/`, the refusals of the domain, the roles, and why a number is none."""
    telephone_source = ast.parse(Path(telephone.__file__).read_text(encoding="utf-8"))
    found = {sentence for tree in (*(tree for _, tree in sources()), telephone_source) for sentence, _ in _said(tree)}
    found |= {kind.sentence() for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.Refused)}
    return frozenset(found | set(LABELS.values()) | PROBLEMS)


def _said(tree: ast.Module) -> Iterator[tuple[str, ast.Constant]]:
    for node in ast.walk(tree):
        for argument in _spoken(node):
            for part in ast.walk(argument):
                if isinstance(part, ast.Constant) and isinstance(part.value, str) and re.search(r"\w", part.value):
                    yield part.value, part


def _spoken(node: ast.AST) -> Iterable[ast.expr]:
    """The expressions whose text constants are sentences."""
    match node:
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=args) if len(args) > SAID_BY.get(name, 99):
            argument = args[SAID_BY[name]]
            return [argument.body, argument.orelse] if isinstance(argument, ast.IfExp) else _literal(argument)
        case ast.Call(func=ast.Name(id="ChatCommand"), args=args) if len(args) > 2:
            return [args[2]]
        case ast.AnnAssign(annotation=annotation, value=ast.Dict(values=values)) if re.search("Sentence|Reason", ast.unparse(annotation)):
            return values
        case ast.AnnAssign(annotation=annotation, value=ast.expr() as value) if "Sentence" in ast.unparse(annotation):
            return _literal(value)
    return []


def _literal(argument: ast.expr) -> list[ast.expr]:
    return [argument] if isinstance(argument, ast.Constant) else []


def bypassing() -> list[str]:
    """Where `chat/` has words that are not given to `say`, as `file:line`; docstrings, regular expressions and syntax are no words."""
    found = []
    for name, tree in sources():
        known = {id(constant) for _, constant in _said(tree)} | _no_words(tree)
        constants = (node for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str))
        found += [f"{name}:{node.lineno}" for node in constants if id(node) not in known and _is_prose(str(node.value))]
    return found


def _is_prose(words: str) -> bool:
    return words not in COMMAND_NAMES and PROSE.search(_CODE.sub("", words)) is not None


def _no_words(tree: ast.Module) -> set[int]:
    silent: set[int] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Expr(value=ast.Constant() as docstring):
                silent.add(id(docstring))
            case ast.Call(func=ast.Name(id="ChatCommand"), args=args):
                silent |= {id(part) for place, argument in enumerate(args) if place != 2 for part in ast.walk(argument)}
            case ast.Call(func=ast.Attribute(attr="compile") | ast.Name(id="ValueError" | "AssertionError")):
                silent |= {id(part) for part in ast.walk(node)}
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)) if name in NO_SENTENCES:
                silent |= {id(part) for part in ast.walk(node)}
            case ast.keyword(arg="example", value=written):
                silent |= {id(part) for part in ast.walk(written)}
            case ast.Dict(keys=keys):
                silent |= {id(key) for key in keys}
            case ast.Compare():
                silent |= {id(part) for part in ast.walk(node)}
    return silent


COMMAND_NAMES = frozenset(DONE)
NO_SENTENCES = frozenset({"_DAYS_AHEAD", "ASKS", "POSSIBLE_WITH", "REMOTE_WORDS", "IN_PERSON_WORDS", "NOW"})
"""Tables of what staff write, not of what they read."""


def catalogue(language: str) -> Catalog:
    path = TEXTS / f"{language}.po"
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def translations(language: str) -> dict[str, str]:
    return {str(message.id): str(message.string) for message in catalogue(language) if message.id}


def write(language: str, texts: dict[str, str]) -> None:
    """The file of a language, sorted, so that two people who add sentences seldom meet on a line."""
    made = Catalog(locale=language, project="Teleconnect bot", charset="utf-8")
    for sentence in sorted(texts):
        made.add(sentence, texts[sentence])
    path: Path = TEXTS / f"{language}.po"
    head = ["# What the bot says to staff, in this language. See chat/voice.py.", 'msgid ""', 'msgstr ""']
    head += [r'"Content-Type: text/plain; charset=utf-8\n"', rf'"Language: {language}\n"', "", ""]
    with path.open("wb") as file:
        write_po(file, made, width=120, no_location=True, omit_header=True)
    path.write_text("\n".join(head) + path.read_text(encoding="utf-8"), encoding="utf-8")


def main() -> None:
    TEXTS.mkdir(exist_ok=True)
    for language in LANGUAGES:
        known = translations(language)
        write(language, {sentence: known.get(sentence, "") for sentence in sentences()})


if __name__ == "__main__":
    main()
