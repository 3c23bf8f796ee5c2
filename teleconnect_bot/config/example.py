"""`config.example.yaml`, made from the schema: every key with its meaning, and its default or a placeholder."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from .reading import entry_of, fields_of, section_of
from .schema import Config
from .values import QuietHours, written_duration

_WIDTH = 118
_HEAD = """\
# The configuration of the Teleconnect bot, with every key. What is not marked as needed may be left out: it then has the
# value that stands here. Unknown keys are refused. `teleconnect-bot check-config` says what is wrong.
#
# A secret is text in quotes, {file: path} or {env: NAME}. Relative paths begin at the folder of this file.
# Durations: 7d, 24h, 15m, 90s.
"""


def render() -> str:
    return _HEAD + "\n" + "\n".join(_section(Config, ""))


def _section(model: type[BaseModel], indent: str) -> Iterator[str]:
    for name, field in fields_of(model):
        needed = " Needed." if field.is_required() else ""
        yield from _comment(f"{field.description}{needed}", indent)
        inner = section_of(field.annotation)
        if inner and field.get_default() is not None:
            yield f"{indent}{name}:"
            yield from _section(inner, indent + "  ")
        else:
            if entry := entry_of(field.annotation) or inner:
                yield from _entries(entry, indent)
            yield f"{indent}{name}: {_written(_value(field))}"
        if not indent:
            yield ""


def _entries(model: type[BaseModel], indent: str) -> Iterator[str]:
    for name, field in fields_of(model):
        default = "needed" if field.is_required() else f"default {_written(_value(field))}"
        yield from _comment(f"  {name}: {field.description} ({default})", indent, hang="    ")


def _comment(text: str, indent: str, hang: str = "") -> list[str]:
    prefix = f"{indent}# "
    return textwrap.wrap(
        text, _WIDTH, initial_indent=prefix, subsequent_indent=prefix + hang, break_long_words=False, break_on_hyphens=False
    )


def _value(field: FieldInfo) -> Any:
    if field.examples:
        return field.examples[0]
    default = field.get_default(call_default_factory=True, validated_data={})
    return None if default is PydanticUndefined else default


def _written(value: Any) -> str:
    """In YAML; JSON is YAML, but reads worse."""
    match value:
        case timedelta():
            return written_duration(value)
        case QuietHours():
            return json.dumps(f"{value.start:%H:%M}-{value.end:%H:%M}")
        case SecretStr():
            return json.dumps(value.get_secret_value())
        case list():
            return f"[{', '.join(_written(item) for item in value)}]"
        case dict() if value.keys() in ({"file"}, {"env"}):
            return "{" + ", ".join(f"{key}: {item}" for key, item in value.items()) + "}"
        case dict():
            return "{" + ", ".join(f"{json.dumps(key)}: {_written(item)}" for key, item in value.items()) + "}"
        case None | bool() | int():
            return json.dumps(value)
        case Path():
            return str(value)
        case _:
            text = str(value)
            plain = text.replace("-", "").replace("_", "").replace(".", "")
            return text if plain.isalpha() and text.lower() not in ("none", "yes", "no", "on", "off", "true", "false") else json.dumps(text)
