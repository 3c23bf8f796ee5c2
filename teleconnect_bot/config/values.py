"""The kinds of value that a configuration holds: durations, sizes, secrets, addresses, patterns of Matrix ids.

Each kind is a type for pydantic that reads what people write in YAML. Its errors are the end of a sentence that begins
with the key ("must be a duration such as …") and never repeat the value, which may be a secret in the wrong place.
"""

from __future__ import annotations

import ipaddress
import os
import re
import unicodedata
from collections.abc import Mapping
from datetime import time, timedelta
from email.utils import parseaddr
from pathlib import Path
from typing import Annotated, Any, NamedTuple
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from pydantic import BeforeValidator, SecretStr, ValidationInfo
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from teleconnect_bot.domain.organisations import WORD, language_tag
from teleconnect_bot.services.telephone import COUNTRIES

_UNITS = {
    "d": timedelta(days=1),
    "h": timedelta(hours=1),
    "m": timedelta(minutes=1),
    "s": timedelta(seconds=1),
    "ms": timedelta(milliseconds=1),
}
_SIZES = {"GiB": 1024**3, "MiB": 1024**2, "KiB": 1024, "B": 1}
_DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg", "postgres": "postgresql+asyncpg"}
_DOMAIN = re.compile(r"(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?")
_LOCALPART = re.compile(r"[a-z0-9._=/+-]+")


class QuietHours(NamedTuple):
    """From `start` to `end` in the person's own time zone; over midnight when `end` is the earlier one."""

    start: time
    end: time


def folder_of(info: ValidationInfo) -> Path:
    """Where relative paths begin: the folder of the configuration file."""
    return Path((info.context or {}).get("folder", "."))


def _environment(info: ValidationInfo) -> Mapping[str, str]:
    environment: Mapping[str, str] = (info.context or {}).get("environ", os.environ)
    return environment


def _duration(value: Any) -> timedelta:
    if isinstance(value, timedelta):
        return value
    match = re.fullmatch(r"(\d{1,9})(d|h|ms|m|s)", value) if isinstance(value, str) else None
    if not match:
        raise ValueError("must be a duration such as 7d, 24h, 15m or 90s")
    return int(match[1]) * _UNITS[match[2]]


def _positive_duration(value: Any) -> timedelta:
    duration = _duration(value)
    if not duration:
        raise ValueError("must be longer than nothing")
    return duration


def written_duration(value: timedelta) -> str:
    """As it stands in a configuration, in the largest unit of h, m, s that is exact; days from two days on."""
    for unit, length in _UNITS.items():
        if not value % length and (unit != "d" or value >= 2 * length):
            return f"{value // length}{unit}"
    raise ValueError("a duration has at most millisecond precision")


def _size(value: Any) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    match = re.fullmatch(r"(\d{1,9}) ?(GiB|MiB|KiB|B)", value) if isinstance(value, str) else None
    if not match:
        raise ValueError("must be a size such as 20MiB or 500KiB")
    return int(match[1]) * _SIZES[match[2]]


def _secret(value: Any, info: ValidationInfo) -> SecretStr:
    if isinstance(value, SecretStr):
        return value
    if isinstance(value, Mapping):
        value = _secret_from_elsewhere(value, info)
    if not isinstance(value, str) or not value:
        raise ValueError("must be text in quotes, {file: /path} or {env: NAME}")
    return SecretStr(value)


def _secret_from_elsewhere(source: Mapping[str, Any], info: ValidationInfo) -> str:
    match dict(source):
        case {"file": str(name), **rest} if not rest:
            path = folder_of(info) / name
            try:
                text = path.read_text(encoding="utf-8").strip("\r\n")
            except OSError as error:
                raise ValueError(f"names the file {path}, which cannot be read ({error.strerror})") from None
            except UnicodeDecodeError:
                raise ValueError(f"names the file {path}, which does not hold text") from None
            if not text:
                raise ValueError(f"names the file {path}, which is empty")
            return text
        case {"env": str(name), **rest} if not rest:
            if not _environment(info).get(name):
                # A secret written here by mistake must not be shown.
                shown = f" {name}" if re.fullmatch(r"[A-Z][A-Z0-9_]*", name) else ""
                raise ValueError(f"names an environment variable that is not set:{shown}".rstrip(":"))
            return _environment(info)[name]
        case _:
            raise ValueError("must be text in quotes, {file: /path} or {env: NAME}")


def _path(value: Any, info: ValidationInfo) -> Path:
    if isinstance(value, Path) or (isinstance(value, str) and value):
        return (folder_of(info) / value).absolute()
    raise ValueError("must be a path")


def _database_url(value: Any, info: ValidationInfo) -> SecretStr:
    text = _secret(value, info).get_secret_value()
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise ValueError("must be a URL such as sqlite:///folder/file or postgresql://user:password@host/database") from None
    url = url.set(drivername=_DRIVERS.get(url.drivername, url.drivername))
    if url.drivername not in _DRIVERS.values():
        raise ValueError("must begin with sqlite:// or postgresql://")
    if url.drivername.startswith("sqlite"):
        if not url.database or url.database == ":memory:":
            raise ValueError("must name a file: what is kept in memory alone would be forgotten at a restart")
        url = url.set(database=str(_path(url.database, info)))
    return SecretStr(url.render_as_string(hide_password=False))


def _origin(value: Any) -> str:
    words = "must be an address such as https://host.example.org, without path, query or sign-in"
    try:
        parts = urlsplit(value if isinstance(value, str) else "")
        host, port = parts.hostname, parts.port
    except ValueError:
        raise ValueError(words) from None
    named = host and parts.scheme in ("http", "https") and re.fullmatch(r"[A-Za-z0-9.:_-]+", host)
    if not named or parts.path not in ("", "/") or parts.query or parts.fragment or parts.username is not None:
        raise ValueError(words)
    host = f"[{host}]" if host and ":" in host else host
    return f"{parts.scheme}://{host}" + (f":{port}" if port else "")


def is_loopback(address: str) -> bool:
    """Whether a host name or a base URL names this machine itself."""
    host = (urlsplit(address).hostname if "//" in address else address) or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _network(value: Any) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    if isinstance(value, (ipaddress.IPv4Network, ipaddress.IPv6Network)):
        return value
    try:
        return ipaddress.ip_network(value if isinstance(value, str) else "", strict=True)
    except ValueError:
        raise ValueError("must be a network such as 10.1.0.0/16 or an address such as 10.1.2.3") from None


def matched(pattern: re.Pattern[str], words: str) -> BeforeValidator:
    def read(value: Any) -> str:
        if not isinstance(value, str) or not pattern.fullmatch(value):
            raise ValueError(words)
        return value

    return BeforeValidator(read)


def _mailbox(value: Any) -> str:
    _, address = parseaddr(value) if isinstance(value, str) else ("", "")
    if not re.fullmatch(r"[^@\s]+@[^@\s]+", address) or "\n" in value or "\r" in value:
        raise ValueError('must be an e-mail address, alone or as "Name <address>"')
    return str(value)


def _quiet_hours(value: Any) -> QuietHours:
    if isinstance(value, QuietHours):
        return value
    try:
        start, end = (time.fromisoformat(part.strip()) for part in value.split("-"))
    except (AttributeError, ValueError):
        raise ValueError('must be two times such as "21:00-08:00"') from None
    return QuietHours(start, end)


def _zone(value: Any) -> str:
    if isinstance(value, str) and value in available_timezones():
        return value
    raise ValueError("must be a time zone such as Europe/Kyiv or UTC")


def _country(value: Any) -> str:
    if isinstance(value, str) and value.upper() in COUNTRIES:
        return value.upper()
    # A bare NO is false in YAML.
    raise ValueError('must be the two letters of a country in quotes, such as "CH" or "UA"')


def _language_tag(value: Any) -> str:
    tag = language_tag(value) if isinstance(value, str) else None
    if tag is None:
        # A bare NO is false in YAML.
        raise ValueError('must be a BCP 47 tag in quotes, such as "prs", "ar-SD" or "zh-Hant"')
    return tag


def word_of(name: str) -> str:
    """A short word made of a name; empty when nothing of it is left."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:32]


def is_room(pattern: str) -> bool:
    """A room id or alias, whose members are meant."""
    return pattern.startswith(("!", "#"))


def matches(pattern: str, user: str) -> bool:
    """Whether a Matrix id fits a pattern; `*` stands for any text, but never reaches over the colon before the domain."""
    sides = zip(pattern.partition(":")[::2], user.partition(":")[::2], strict=True)
    return all(re.fullmatch(re.escape(wanted).replace(r"\*", ".*").replace(r"\?", "."), found, re.DOTALL) for wanted, found in sides)


Duration = Annotated[timedelta, BeforeValidator(_duration)]
PositiveDuration = Annotated[timedelta, BeforeValidator(_positive_duration)]
Size = Annotated[int, BeforeValidator(_size)]
Secret = Annotated[SecretStr, BeforeValidator(_secret)]
DatabaseUrl = Annotated[SecretStr, BeforeValidator(_database_url)]
AbsolutePath = Annotated[Path, BeforeValidator(_path)]
Origin = Annotated[str, BeforeValidator(_origin)]
Network = Annotated[ipaddress.IPv4Network | ipaddress.IPv6Network, BeforeValidator(_network)]
Domain = Annotated[str, matched(_DOMAIN, "must be a server name such as example.org")]
Localpart = Annotated[str, matched(_LOCALPART, "may hold only a-z, 0-9 and . _ = / + -")]
AccessPattern = Annotated[
    str,
    matched(
        re.compile(r"@[^:\s]+:\S+|![^\s]+|#[^:\s]+:\S+"),
        'must be a Matrix id, a pattern such as "@*:example.org", or a room such as "#staff:example.org" whose members are meant',
    ),
]
RoomName = Annotated[str, matched(re.compile(r"![^\s]+|#[^:\s]+:\S+"), 'must be a room id or alias such as "#staff:example.org"')]
Mailbox = Annotated[str, BeforeValidator(_mailbox)]
Word = Annotated[str, matched(WORD, "must be a short word of a-z, 0-9 and hyphens, such as lingua")]
LanguageTag = Annotated[str, BeforeValidator(_language_tag)]
Zone = Annotated[str, BeforeValidator(_zone)]
Country = Annotated[str, BeforeValidator(_country)]
Quiet = Annotated[QuietHours, BeforeValidator(_quiet_hours)]
Text = Annotated[str, matched(re.compile(r"(?s).*\S.*"), "must be text that is not empty; write it in quotes")]
