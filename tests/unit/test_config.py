"""The configuration: what is read, what is refused, and in which words."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import time, timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import BaseModel, SecretStr

from teleconnect_bot.config import Config, ConfigError, load, parse, unused
from teleconnect_bot.config.example import render
from teleconnect_bot.config.reading import entry_of, fields_of, section_of
from teleconnect_bot.config.values import is_loopback, matches, written_duration
from teleconnect_bot.domain.channels import Channel, ChannelOrder, CountryOrder
from teleconnect_bot.domain.schedule import Policy

ROOT = Path(__file__).parents[2]
SECRET = "hunter2-is-not-to-be-seen"
SMALLEST: dict[str, Any] = {
    "homeserver": {"address": "http://localhost:8008", "domain": "example.org"},
    "appservice": {"as_token": "a-token", "hs_token": "h-token"},
    "public_url": "https://meet.example.org",
    "public": {"name": "Example"},
    "email": {"host": "smtp.example.org", "from": "Example <tc@example.org>"},
}


def with_changes(**changes: Any) -> dict[str, Any]:
    """The smallest configuration; a change names a key as `section__key`, or a whole section."""
    content = {key: dict(value) if isinstance(value, dict) else value for key, value in SMALLEST.items()}
    for name, value in changes.items():
        section, _, key = name.partition("__")
        if key:
            content.setdefault(section, {})[key] = value
        else:
            content[section] = value
    return content


def read(folder: Path, environ: dict[str, str] | None = None, **changes: Any) -> Config:
    return parse(with_changes(**changes), folder=folder, environ=environ or {})


def refused(folder: Path, environ: dict[str, str] | None = None, **changes: Any) -> str:
    with pytest.raises(ConfigError) as error:
        read(folder, environ, **changes)
    return str(error.value)


def refused_text(folder: Path, text: str) -> str:
    path = folder / "config.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as error:
        load(path, environ={})
    return str(error.value)


def every_field() -> Iterator[tuple[str, Any, int]]:
    """(name, field, depth) of every key that stands in the example, in its order."""

    def below(model: type[BaseModel], depth: int) -> Iterator[tuple[str, Any, int]]:
        for name, field in fields_of(model):
            yield name, field, depth
            inner = section_of(field.annotation)
            if inner and field.get_default() is not None:
                yield from below(inner, depth + 1)

    return below(Config, 0)


def test_the_smallest_configuration_has_the_numbers_of_the_product(tmp_path: Path) -> None:
    config = read(tmp_path)
    assert config.retention.after_close == timedelta(hours=24)
    assert config.retention.sync_grace == timedelta(seconds=120)
    assert config.retention.max_open == timedelta(days=30)
    assert config.retention.unused_link == timedelta(days=7)
    assert config.reminders == [timedelta(hours=24), timedelta(minutes=15)]
    assert config.ring.every == timedelta(seconds=60)
    assert config.email.tls == "starttls"
    assert config.languages == ["en", "fr"]
    assert config.messages.quiet_hours == (time(21), time(8))
    assert config.trusted_proxies == [ip_network("127.0.0.0/8"), ip_network("::1/128")]
    assert config.bot == "@teleconnect:example.org"


def test_a_session_lives_by_the_numbers_that_the_domain_knows_by_itself(tmp_path: Path) -> None:
    assert read(tmp_path).policy() == Policy()


def test_a_configured_number_reaches_the_session(tmp_path: Path) -> None:
    policy = read(tmp_path, retention={"after_close": "5s"}, ring={"every": "2s", "for": "20s"}, sessions={"away_after": "9s"}).policy()
    assert policy.after_close == timedelta(seconds=5)
    assert policy.ring.rungs[0].every == timedelta(seconds=2)
    assert policy.ring.rungs[0].until == timedelta(seconds=20)
    assert policy.away_after == timedelta(seconds=9)


def test_paths_begin_at_the_folder_of_the_configuration_also_those_of_defaults(tmp_path: Path) -> None:
    config = read(tmp_path)
    assert config.keys_directory == tmp_path / "var/keys"
    assert config.database.url.get_secret_value() == f"sqlite+aiosqlite:///{tmp_path}/var/database/teleconnect.db"


def test_a_postgresql_url_gets_the_driver_and_keeps_its_password(tmp_path: Path) -> None:
    config = read(tmp_path, database={"url": "postgresql://bot:p%40ss@db/teleconnect"})
    assert config.database.url.get_secret_value() == "postgresql+asyncpg://bot:p%40ss@db/teleconnect"


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "mysql://db/x", "nonsense", "postgresql://db:port/x"])
def test_a_database_that_cannot_serve_is_refused_without_showing_it(tmp_path: Path, url: str) -> None:
    assert refused(tmp_path, database={"url": url}).startswith("database.url must ")


# Unknown and missing keys


def test_an_unknown_key_is_refused_with_its_path_its_line_and_the_nearest_known_key(tmp_path: Path) -> None:
    text = yaml.safe_dump(with_changes(email__hots="x"), sort_keys=False)
    line = next(number for number, row in enumerate(text.splitlines(), 1) if "hots" in row)
    assert refused_text(tmp_path, text) == f"email.hots is not known; did you mean email.host? (config.yaml, line {line})"


def test_a_key_in_the_wrong_section_is_found_in_the_right_one(tmp_path: Path) -> None:
    assert "after_close is not known; did you mean retention.after_close?" in refused(tmp_path, after_close="24h")


def test_a_key_like_nothing_known_is_answered_with_what_is_known(tmp_path: Path) -> None:
    assert "logs.qqq is not known; known here: level, format" in refused(tmp_path, logs={"qqq": 1})


def test_unknown_keys_are_found_inside_lists_and_mappings(tmp_path: Path) -> None:
    words = refused(
        tmp_path,
        teams={"night": {"roim": "", "room": "!night:example.org"}},
        organisations=[{"name": "A", "languages": ["so"], "mail": "x"}],
    )
    assert "teams.night.roim is not known; did you mean teams.night.room?" in words
    assert "organisations[0].mail is not known; did you mean organisations[0].email?" in words


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    words = refused(tmp_path, public_url=None, email={"from": 3, "port": "many"}, retention__after_close="a day", listen__port=99999)
    assert [line.split()[0] for line in words.splitlines()] == [
        "public_url",
        "listen.port",
        "email.host",
        "email.port",
        "email.from",
        "retention.after_close",
    ]


def test_a_missing_key_says_what_it_is_for(tmp_path: Path) -> None:
    content = with_changes()
    del content["public_url"]
    with pytest.raises(ConfigError, match="public_url is missing: Where guests' browsers reach the bot"):
        parse(content, folder=tmp_path)


def test_a_section_without_keys_has_all_defaults(tmp_path: Path) -> None:
    assert read(tmp_path, ring=None).ring == read(tmp_path).ring


def test_a_key_that_stands_twice_is_refused(tmp_path: Path) -> None:
    text = yaml.safe_dump(with_changes()) + "logs:\n  level: info\n  level: debug\n"
    assert refused_text(tmp_path, text).startswith("logs.level stands twice (config.yaml, line ")


def test_a_missing_file_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"does not exist: copy config\.example\.yaml"):
        load(tmp_path / "config.yaml")


@pytest.mark.parametrize(
    "text", ["- a list", "a: [", f"a: *{SECRET}", f"a: !{SECRET} x", f"a: &x [*x]\n# {SECRET}", "? [a]\n: b", "a: \x00"]
)
def test_a_file_that_is_no_configuration_is_refused_without_quoting_it(tmp_path: Path, text: str) -> None:
    words = refused_text(tmp_path, text)
    assert words.startswith(str(tmp_path / "config.yaml"))
    assert SECRET not in words


# Values


@pytest.mark.parametrize(
    ("written", "duration"),
    [
        ("24h", timedelta(hours=24)),
        ("15m", timedelta(minutes=15)),
        ("90s", timedelta(seconds=90)),
        ("7d", timedelta(days=7)),
        ("0s", timedelta()),
    ],
)
def test_durations_are_read(tmp_path: Path, written: str, duration: timedelta) -> None:
    assert read(tmp_path, retention={"sync_grace": written}).retention.sync_grace == duration


@pytest.mark.parametrize("written", ["24", 90, "24 h", "-1h", "h", "1.5h", None, True, "1h30m"])
def test_what_is_no_duration_is_refused(tmp_path: Path, written: Any) -> None:
    assert "retention.sync_grace must be a duration such as 7d, 24h, 15m or 90s" in refused(tmp_path, retention={"sync_grace": written})


def test_a_bell_that_would_ring_without_pause_is_refused(tmp_path: Path) -> None:
    assert "ring.every must be longer than nothing" in refused(tmp_path, ring={"every": "0s"})


@pytest.mark.parametrize("duration", ["90s", "24h", "7d", "15m", "250ms", "36h"])
def test_a_duration_is_written_as_it_is_read(tmp_path: Path, duration: str) -> None:
    assert written_duration(read(tmp_path, retention={"sync_grace": duration}).retention.sync_grace) == duration


@pytest.mark.parametrize(
    "url", ["https://meet.example.org", "https://meet.example.org:8443", "http://localhost:8080", "http://127.0.0.1:1"]
)
def test_a_public_url_may_be_https_or_this_machine(tmp_path: Path, url: str) -> None:
    assert read(tmp_path, public_url=url + "/").public_url == url


@pytest.mark.parametrize(
    "url",
    [
        "http://meet.example.org",
        "https://meet.example.org/x",
        "https://u:p@meet.example.org",
        "meet.example.org",
        "https://a?b",
        "ftp://a",
        3,
    ],
)
def test_any_other_public_url_is_refused(tmp_path: Path, url: Any) -> None:
    assert refused(tmp_path, public_url=url).startswith("public_url must ")


@pytest.mark.parametrize(("address", "loopback"), [("http://[::1]:1", True), ("localhost", True), ("10.0.0.1", False), ("", False)])
def test_loopback_is_known(address: str, loopback: bool) -> None:
    assert is_loopback(address) is loopback


def test_proxies_are_networks_and_a_sloppy_one_is_refused(tmp_path: Path) -> None:
    assert read(tmp_path, trusted_proxies=["10.1.0.0/16", "10.2.3.4"]).trusted_proxies == [
        ip_network("10.1.0.0/16"),
        ip_network("10.2.3.4/32"),
    ]
    assert "trusted_proxies[0] must be a network" in refused(tmp_path, trusted_proxies=["10.1.2.3/16"])


def test_numbers_that_yaml_made_of_text_are_refused_with_the_way_out(tmp_path: Path) -> None:
    text = yaml.safe_dump(with_changes()).replace("name: Example\n", "name: Example\n  support_phone: +41220000000\n")
    assert "public.support_phone must be text that is not empty; write it in quotes" in refused_text(tmp_path, text)


def test_keys_stay_what_was_written(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(yaml.safe_dump(with_changes()) + "messages:\n  order:\n    +41: [sms]\n")
    assert load(path).messages.order == {"+41": ["sms"]}


JITSI: dict[str, Any] = {"domain": "https://jitsi.example.org", "app_id": "teleconnect", "key": "k" * 32}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"guests": {"accounts": "native"}}, "guests.accounts must be 'appservice' or 'matrix'"),
        ({"calls": {"provider": "jitsi"}}, "calls provider jitsi needs calls.jitsi.domain, calls.jitsi.app_id and calls.jitsi.key"),
        ({"calls": {"provider": "zoom"}}, "calls.provider must be 'builtin', 'jitsi', 'element_call' or 'none'"),
        ({"calls": {"jitsi": {**JITSI, "key": "short"}}}, "calls.jitsi.key must be at least 32 characters long for HS256"),
        ({"calls": {"jitsi": {**JITSI, "algorithm": "RS256"}}}, "calls.jitsi.key must be a private key in PEM without a password"),
        ({"calls": {"jitsi": {**JITSI, "domain": "http://jitsi.example.org"}}}, "calls.jitsi.domain must begin with https://"),
        ({"languages": []}, "languages must not be empty"),
        ({"languages": ["en", "en"]}, "languages names a language twice"),
        ({"languages": ["xx"]}, "languages[0] must be 'am'"),
        ({"appservice__bot_localpart": "teleconnect_appservice"}, "appservice.bot_localpart must differ from appservice.sender_localpart"),
        ({"appservice__visitor_prefix": "tele"}, "appservice.visitor_prefix must not be how appservice.bot_localpart begins"),
        ({"appservice__hs_token": "a-token"}, "appservice.hs_token must differ from appservice.as_token"),
        ({"appservice__bot_localpart": "Bot"}, "appservice.bot_localpart may hold only a-z"),
        ({"homeserver__admin_token": "a-token"}, "appservice has an as_token that is also homeserver.admin_token"),
        ({"homeserver__domain": "https://example.org"}, "homeserver.domain must be a server name"),
        ({"email__username": "tc"}, "email.password and email.username go together"),
        ({"email__tls": "none", "email__username": "tc", "email__password": "x"}, "email.password would travel in the clear"),
        ({"email__tls": "ssl"}, "email.tls must be 'none', 'starttls' or 'tls'"),
        ({"email__from": "nobody"}, "email.from must be an e-mail address"),
        ({"email__from": "A\nBcc: x <a@b.c>"}, "email.from must be an e-mail address"),
        ({"access": {"requesters": ["example.org"]}}, "access.requesters[0] must be a Matrix id, a pattern"),
        ({"access": {"requesters": "@a:b"}}, "access.requesters must be a list"),
        ({"uploads": {"max_size": "big"}}, "uploads.max_size must be a size such as 20MiB"),
        ({"messages": {"quiet_hours": "at night"}}, 'messages.quiet_hours must be two times such as "21:00-08:00"'),
        ({"keys_directory": "var/database/keys"}, "keys_directory must not lie in the folder of the database"),
        ({"keys_directory": "var/database/../database"}, "keys_directory must not lie in the folder of the database"),
        ({"listen": "here"}, "listen must be a section with keys below it"),
    ],
)
def test_what_cannot_work_is_refused_in_words(tmp_path: Path, changes: dict[str, Any], words: str) -> None:
    assert words in refused(tmp_path, **changes)


@pytest.mark.parametrize(
    ("pattern", "user", "fits"),
    [
        ("@*:example.org", "@anna:example.org", True),
        ("@*:example.org", "@anna:example.org.evil.net", False),
        ("@*:example.org", "@anna:evil.net:example.org", False),
        ("@*:exampleXorg", "@anna:example.org", False),
        ("@nurse-?:example.org", "@nurse-7:example.org", True),
        ("@nurse-?:example.org", "@nurse-77:example.org", False),
        ("@anna:example.org", "@Anna:example.org", False),
        ("@*:*.example.org", "@anna:hq.example.org", True),
        ("@*:*", "@anna:anywhere:8448", True),
        ("@anna:example.org", "@anna:example.org\n", False),
        ("@[ab]:example.org", "@a:example.org", False),
    ],
)
def test_a_pattern_lets_in_whom_it_names_and_nobody_else(pattern: str, user: str, fits: bool) -> None:
    assert matches(pattern, user) is fits


def test_access_is_decided_by_the_patterns(tmp_path: Path) -> None:
    access = read(tmp_path, access={"requesters": ["@*:example.org"], "admins": ["@root:example.org"]}).access
    assert (access.requesters, access.admins) == (["@*:example.org"], ["@root:example.org"])
    assert access.rooms == ()


def test_a_room_may_stand_where_a_pattern_of_people_does(tmp_path: Path) -> None:
    access = read(tmp_path, access={"requesters": ["#staff:example.org", "@*:example.org"], "admins": ["!opaque"]}).access
    assert access.rooms == ("#staff:example.org", "!opaque")
    assert "must be a room id or alias" in refused(tmp_path, teams={"night": {"room": "@anna:example.org"}})


def test_without_patterns_nobody_has_access(tmp_path: Path) -> None:
    assert read(tmp_path).access.requesters == []


# Secrets


def test_a_secret_comes_from_a_value_a_file_or_the_environment(tmp_path: Path) -> None:
    (tmp_path / "as").write_text("from-file\n")
    config = read(tmp_path, {"HS_TOKEN": "from-env"}, appservice={"as_token": {"file": "as"}, "hs_token": {"env": "HS_TOKEN"}})
    assert config.appservice.as_token == SecretStr("from-file")
    assert config.appservice.hs_token == SecretStr("from-env")


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ({"file": "nowhere"}, "which cannot be read (No such file or directory)"),
        ({"file": "empty"}, "which is empty"),
        ({"file": "."}, "which cannot be read (Is a directory)"),
        ({"file": "binary"}, "which does not hold text"),
        ({"env": "NOT_SET"}, "names an environment variable that is not set: NOT_SET"),
        ({"file": "a", "env": "B"}, "must be text in quotes, {file: /path} or {env: NAME}"),
        ({"flie": "a"}, "must be text in quotes, {file: /path} or {env: NAME}"),
        ("", "must be text in quotes"),
        (12345, "must be text in quotes"),
    ],
)
def test_a_secret_that_is_not_there_is_told_with_its_place(tmp_path: Path, source: Any, words: str) -> None:
    (tmp_path / "empty").touch()
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    told = refused(tmp_path, appservice__as_token=source)
    assert told.startswith("appservice.as_token ")
    assert words in told


def test_no_secret_shows_in_repr_or_in_an_error(tmp_path: Path) -> None:
    secrets: dict[str, Any] = {
        "homeserver__admin_token": SECRET + "-1",
        "appservice__as_token": SECRET + "-2",
        "appservice__hs_token": SECRET + "-3",
        "email__username": "tc",
        "email__password": SECRET + "-4",
        "database": {"url": f"postgresql://bot:{SECRET}@db/x"},
        "twilio": {"account_sid": "AC1", "auth_token": SECRET},
    }
    config = read(tmp_path, **secrets)
    assert SECRET not in f"{config!r} {config} {config.model_dump()} {config.model_dump_json()}"
    broken = {**secrets, "email__tls": SECRET, "email__port": SECRET, "listen": SECRET, "logs": {"level": SECRET}, "public_url": SECRET}
    broken |= {
        "retention": {"after_close": SECRET},
        "database": {"url": SECRET},
        "twilio": {"auth_token": [SECRET]},
        "keys_directory": [SECRET],
    }
    broken |= {
        "appservice__hs_token": {"env": SECRET},
        "languages": [SECRET],
        "trusted_proxies": [SECRET],
        "access": {"requesters": [SECRET]},
    }
    assert SECRET not in refused(tmp_path, **broken)


def test_who_may_use_the_bot_does_not_show_in_repr(tmp_path: Path) -> None:
    assert "anna" not in repr(read(tmp_path, access={"requesters": ["@anna:example.org"]}, teams={"night": {"room": "#anna:example.org"}}))


# The example


@pytest.fixture
def example(tmp_path: Path) -> Path:
    """The committed example in a folder of its own, with the secrets that it names."""
    path = tmp_path / "config.yaml"
    path.write_text((ROOT / "config.example.yaml").read_text())
    (tmp_path / "var/secrets").mkdir(parents=True)
    for name in ("admin_token", "as_token", "hs_token", "email_password"):
        (tmp_path / "var/secrets" / name).write_text(f"{name}-value\n")
    return path


def test_the_example_is_good_and_sets_nothing_that_is_not_used_yet(example: Path) -> None:
    assert unused(load(example)) == []


def test_the_example_holds_every_key_with_its_default_or_a_placeholder(example: Path) -> None:
    config, content = load(example), yaml.safe_load(example.read_text())

    def compare(section: BaseModel, written: dict[str, Any]) -> None:
        assert set(written) == {name for name, _ in fields_of(type(section))}
        defaults = Config.model_validate(SMALLEST, context={"folder": example.parent})
        for attribute, field in type(section).model_fields.items():
            value = getattr(section, attribute)
            if isinstance(value, BaseModel):
                compare(value, written[field.alias or attribute])
            elif not field.examples and not field.is_required():
                found = next(getattr(part, attribute) for part in parts(defaults) if type(part) is type(section))
                assert value == found, attribute

    def parts(section: BaseModel) -> Iterator[BaseModel]:
        yield section
        for attribute in type(section).model_fields:
            if isinstance(value := getattr(section, attribute), BaseModel):
                yield from parts(value)

    compare(config, content)


def test_a_placeholder_of_a_key_with_a_fixed_default_is_that_default(example: Path) -> None:
    assert load(example).uploads.max_size == 10 * 1024**2


def test_every_key_of_the_example_has_its_description_above_it() -> None:
    lines = (ROOT / "config.example.yaml").read_text().splitlines()
    position = 0
    for name, field, depth in every_field():
        indent = "  " * depth
        position = next(number for number in range(position, len(lines)) if lines[number].startswith(f"{indent}{name}:")) + 1
        above: list[str] = []
        for line in reversed(lines[: position - 1]):
            if not line.startswith(f"{indent}# "):
                break
            above.insert(0, line.removeprefix(f"{indent}# ").strip())
        assert field.description, name
        assert " ".join(above).startswith(field.description), name


def test_the_entries_of_lists_and_optional_sections_are_documented_too() -> None:
    text = " ".join(line.strip().removeprefix("# ").strip() for line in (ROOT / "config.example.yaml").read_text().splitlines())
    models = [entry_of(field.annotation) or section_of(field.annotation) for _, field, _ in every_field()]
    documented = [(name, field) for model in models if model for name, field in fields_of(model)]
    assert {"account_sid", "room"} <= {name for name, _ in documented}
    for name, field in documented:
        assert f"{field.description}" in text, name


def test_the_example_is_what_check_config_prints() -> None:
    assert (ROOT / "config.example.yaml").read_text() == render(), "teleconnect-bot check-config --example > config.example.yaml"


def test_the_operations_guide_names_only_keys_that_exist() -> None:
    text = (ROOT / "docs/operations.md").read_text()
    sections = {name: section_of(field.annotation) for name, field in fields_of(Config)}
    named = [(section, key) for section, key in re.findall(r"`([a-z_]+)\.([a-z_]+)[:`]", text) if section in sections and key != "yaml"]
    assert len(named) > 20
    for section, key in named:
        model = sections[section]
        assert model, section
        assert key in dict(fields_of(model)), f"{section}.{key}"


def test_what_is_set_but_not_used_yet_is_known(tmp_path: Path) -> None:
    assert unused(read(tmp_path, homeserver__public_address="https://matrix.example.org", calls={"provider": "builtin"})) == [
        "homeserver.public_address",
    ]


def test_reminders_and_quiet_hours_go_with_each_new_session(tmp_path: Path) -> None:
    policy = read(tmp_path, reminders=["2h"], messages={"quiet_hours": "22:00-06:30"}).policy()
    assert policy.reminders == (timedelta(hours=2),)
    assert (policy.quiet_hours.start.hour, policy.quiet_hours.end.minute) == (22, 30)
    assert read(tmp_path, reminders=[]).policy().reminders == ()
    assert read(tmp_path).policy() == Policy()


SENDERS = {
    "account_sid": "AC1",
    "auth_token": "t",
    "sms_from": {"default": "MG" + "1" * 32, "+41": "Example"},
    "whatsapp_from": "+41790000000",
}


def test_what_can_be_sent_by_goes_with_each_new_session(tmp_path: Path) -> None:
    assert read(tmp_path).policy().channels.usable == (Channel.EMAIL,)
    policy = read(tmp_path, twilio=SENDERS, messages={"order": {"+380": ["whatsapp"]}, "undelivered_after": "5m"}).policy()
    assert policy.channels == ChannelOrder((Channel.EMAIL, Channel.SMS, Channel.WHATSAPP), (CountryOrder("+380", (Channel.WHATSAPP,)),))
    assert policy.undelivered_after == timedelta(minutes=5)
    assert read(tmp_path, twilio={**SENDERS, "whatsapp_from": None}).policy().channels.usable == (Channel.EMAIL, Channel.SMS)


def test_one_sender_stands_for_every_country(tmp_path: Path) -> None:
    twilio = read(tmp_path, twilio={**SENDERS, "sms_from": "Example"}).twilio
    assert twilio is not None
    assert twilio.sms_from == {"default": "Example"}
    assert twilio.whatsapp_from == {"default": "+41790000000"}


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"sms_from": "A name that is too long"}, "at most 11 letters"),
        ({"sms_from": {"41": "Example"}}, 'such as default or "+41"'),
        ({"sms_from": {}}, 'such as default or "+41"'),
        ({"whatsapp_from": "Example"}, "must be a number"),
        ({"templates": {"invitation": {"en": "the-template"}}}, "ContentSid"),
        ({"templates": {"invitations": {"en": "HX" + "1" * 32}}}, "must be"),
    ],
)
def test_a_wrong_sender_or_template_is_said_with_its_place(tmp_path: Path, wrong: dict[str, object], words: str) -> None:
    with pytest.raises(ConfigError, match=r"^twilio\.") as caught:
        read(tmp_path, twilio={**SENDERS, **wrong})
    assert words in str(caught.value)


def test_reading_a_configuration_loads_neither_matrix_nor_pdf_libraries() -> None:
    program = "import sys, teleconnect_bot.config; print(sorted({'mautrix', 'weasyprint', 'aiohttp', 'twilio'} & sys.modules.keys()))"
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.strip() == "[]"
