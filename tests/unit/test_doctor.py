"""`doctor`: what is good is called good by a real Synapse; each thing that can be wrong is told with its remedy."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from teleconnect_bot.__main__ import main
from teleconnect_bot.config import Config, parse
from teleconnect_bot.doctor import CHECKS, Check, Finding, Level, Result, any_error, examine, of_homeserver, of_machine, report
from teleconnect_bot.doctor.of_homeserver import judge_settings
from teleconnect_bot.doctor.of_machine import judge_directory
from tests.fixtures_homeserver import TestHomeserver
from tests.unit.test_config import with_changes

BOT = "@teleconnect:example.org"
WHOAMI = "/_matrix/client/v3/account/whoami"
VERSION = "/_synapse/admin/v1/server_version"
ADMIN = "/_synapse/admin/v1/users/{user}/admin"
UNREGISTERED = {"errcode": "M_FORBIDDEN", "error": "Application service has not registered this user (@x:example.org)"}
OUTSIDE = {"errcode": "M_FORBIDDEN", "error": "Application service cannot masquerade as this user (@x:example.org)."}

Answer = tuple[int, Any]
Diagnose = Callable[..., Awaitable[dict[str, Finding]]]


class PretendedSynapse:
    """Answers as a good Synapse does, except for what a test changes; every request is kept with its method."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {
            "/_matrix/client/versions": (200, {"versions": ["v1.11"]}),
            VERSION: (200, {"server_version": "1.163.2"}),
            WHOAMI: (200, {"user_id": "@teleconnect_appservice:example.org"}),
            f"{WHOAMI}?{BOT}": (403, UNREGISTERED),
            f"{WHOAMI}?@teleconnect_visitor_doctor:example.org": (403, UNREGISTERED),
            "/_matrix/client/v3/voip/turnServer": (200, {"uris": ["turn:turn.example.org?transport=tcp"]}),
            "/_matrix/client/v1/media/config": (200, {"m.upload.size": 100 * 1024**2}),
            f"/_synapse/admin/v1/users/{BOT}/admin": (200, {"admin": False}),
        }
        self.asked: list[tuple[str, str, str]] = []

    async def answer(self, request: web.Request) -> web.Response:
        user = request.query.get("user_id")
        key = f"{request.path}?{user}" if user else request.path
        self.asked.append((request.method, key, request.headers.get("Authorization", "")))
        status, body = self.answers.get(key, (404, {"errcode": "M_UNRECOGNIZED"}))
        return web.json_response(body, status=status) if not isinstance(body, str) else web.Response(text=body, status=status)


@pytest.fixture
async def synapse() -> AsyncIterator[tuple[PretendedSynapse, str]]:
    pretended = PretendedSynapse()
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", pretended.answer)
    server = TestServer(application)
    await server.start_server()
    yield pretended, str(server.make_url("")).rstrip("/")
    await server.close()


def config(folder: Path, address: str, **changes: Any) -> Config:
    return parse(with_changes(homeserver__address=address, **changes), folder=folder)


@pytest.fixture
def diagnose(synapse: tuple[PretendedSynapse, str], tmp_path: Path) -> Diagnose:
    """Only the checks of the homeserver, by name."""

    async def run(answers: dict[str, Answer] | None = None, **changes: Any) -> dict[str, Finding]:
        pretended, address = synapse
        pretended.answers |= answers or {}
        settings: dict[str, Any] = {"homeserver__admin_token": "admin-token", **changes}
        results = await examine(config(tmp_path, address, email__host="127.0.0.1", email__port=1, **settings))
        return {result.check.name: result.finding for result in results}

    return run


async def test_a_good_homeserver_is_called_good_and_only_asked(synapse: tuple[PretendedSynapse, str], diagnose: Diagnose) -> None:
    found = await diagnose()
    for name in ("homeserver", "version", "registration", "bot", "visitors", "uploads", "admin", "calls"):
        assert found[name].level is Level.OK, found[name]
    assert {method for method, _, _ in synapse[0].asked} == {"GET"}


async def test_the_admin_token_is_shown_to_the_admin_api_alone(synapse: tuple[PretendedSynapse, str], diagnose: Diagnose) -> None:
    await diagnose()
    shown = {key.partition("/users/")[0] for _, key, authorization in synapse[0].asked if authorization == "Bearer admin-token"}
    assert shown == {"/_synapse/admin/v1"}


WRONG_ANSWERS: list[tuple[str, dict[str, Answer], str, Level, str, str]] = [
    (
        "no homeserver there",
        {"/_matrix/client/versions": (200, "<html>")},
        "homeserver",
        Level.ERROR,
        "not as a homeserver",
        "passes /_matrix",
    ),
    (
        "proxy without upstream",
        {"/_matrix/client/versions": (502, "bad gateway")},
        "homeserver",
        Level.ERROR,
        "status 502",
        "passes /_matrix",
    ),
    ("old Synapse", {VERSION: (200, {"server_version": "1.149.0"})}, "version", Level.ERROR, "1.149 is too old", "1.150"),
    ("version hidden", {VERSION: (404, {})}, "version", Level.WARNING, "does not say", "/_synapse/admin"),
    (
        "another homeserver",
        {VERSION: (404, {}), "/_matrix/federation/v1/version": (200, {"server": {"name": "Other", "version": "9.9"}})},
        "version",
        Level.ERROR,
        "is Other, not Synapse",
        "Synapse alone",
    ),
    (
        "version by federation",
        {VERSION: (404, {}), "/_matrix/federation/v1/version": (200, {"server": {"name": "Synapse", "version": "1.150.0 (b=x)"}})},
        "version",
        Level.OK,
        "Synapse 1.150",
        "",
    ),
    ("token unknown", {WHOAMI: (401, {})}, "registration", Level.ERROR, "does not know appservice.as_token", "generate-registration"),
    ("token refused", {WHOAMI: (500, {})}, "registration", Level.ERROR, "status 500", "generate-registration"),
    (
        "another server name",
        {WHOAMI: (200, {"user_id": "@teleconnect_appservice:other.org"})},
        "registration",
        Level.ERROR,
        "another server_name",
        "homeserver.domain",
    ),
    ("bot is the sender", {WHOAMI: (200, {"user_id": BOT})}, "registration", Level.ERROR, "the bot is the sender_localpart", "must differ"),
    (
        "old registration",
        {WHOAMI: (200, {"user_id": "@old:example.org"})},
        "registration",
        Level.ERROR,
        "another registration",
        "restart Synapse",
    ),
    ("bot outside", {f"{WHOAMI}?{BOT}": (403, OUTSIDE)}, "bot", Level.ERROR, f"does not let the bot be {BOT}", "generate-registration"),
    ("bot there", {f"{WHOAMI}?{BOT}": (200, {"user_id": BOT})}, "bot", Level.OK, "is there", ""),
    (
        "visitors outside",
        {f"{WHOAMI}?@teleconnect_visitor_doctor:example.org": (403, OUTSIDE)},
        "visitors",
        Level.ERROR,
        "visitor_prefix",
        "generate-registration",
    ),
    (
        "small uploads",
        {"/_matrix/client/v1/media/config": (200, {"m.upload.size": 1000})},
        "uploads",
        Level.WARNING,
        "1000 bytes",
        "max_upload_size",
    ),
    (
        "admin token expired",
        {f"/_synapse/admin/v1/users/{BOT}/admin": (401, {})},
        "admin",
        Level.ERROR,
        "has expired",
        "homeserver.admin_token",
    ),
    ("no admin", {f"/_synapse/admin/v1/users/{BOT}/admin": (403, {})}, "admin", Level.ERROR, "not belong to a server admin", "admin scope"),
    ("admin API hidden", {f"/_synapse/admin/v1/users/{BOT}/admin": (404, {})}, "admin", Level.ERROR, "does not answer", "internal address"),
    (
        "bot is admin",
        {f"/_synapse/admin/v1/users/{BOT}/admin": (200, {"admin": True})},
        "admin",
        Level.ERROR,
        "must not be",
        "Take that right away",
    ),
]


@pytest.mark.parametrize(
    ("answers", "name", "level", "words", "remedy"), [row[1:] for row in WRONG_ANSWERS], ids=[row[0] for row in WRONG_ANSWERS]
)
async def test_what_the_homeserver_answers_is_judged(
    diagnose: Diagnose, answers: dict[str, Answer], name: str, level: Level, words: str, remedy: str
) -> None:
    finding = (await diagnose(answers))[name]
    assert finding.level is level
    assert words in finding.words
    assert remedy in finding.remedy


async def test_native_guests_do_not_exist_with_mas(diagnose: Diagnose) -> None:
    answers: dict[str, Answer] = {"/_matrix/client/v1/auth_metadata": (200, {"issuer": "https://mas.example.org/"})}
    finding = (await diagnose(answers, guests={"accounts": "matrix"}))["visitors"]
    assert (finding.level, finding.remedy) == (Level.ERROR, "Set guests.accounts: appservice, which works with MAS.")


@pytest.mark.parametrize(
    ("written", "level", "words"),
    [
        ("allow_guest_access: true", Level.WARNING, "their devices are not signed"),
        ("allow_guest_access: false", Level.ERROR, "Synapse makes no guests"),
        ("server_name: example.org", Level.ERROR, "Synapse makes no guests"),
        ("{", Level.WARNING, "their devices are not signed"),
    ],
)
async def test_native_guests_need_a_synapse_that_makes_them_and_can_do_less(
    written: str, level: Level, words: str, synapse: tuple[PretendedSynapse, str], diagnose: Diagnose, tmp_path: Path
) -> None:
    (tmp_path / "homeserver.yaml").write_text(written)
    finding = (await diagnose(guests={"accounts": "matrix"}, homeserver__config_files=["homeserver.yaml"]))["visitors"]
    assert finding.level is level
    assert words in finding.words
    assert {method for method, _, _ in synapse[0].asked} == {"GET"}, "no guest is made to see whether one can be made"


async def test_without_an_admin_token_nothing_could_be_deleted(diagnose: Diagnose) -> None:
    finding = (await diagnose(homeserver__admin_token=None))["admin"]
    assert finding.level is Level.ERROR
    assert "cannot be deleted" in finding.words


async def test_when_nothing_answers_the_rest_is_not_asked(tmp_path: Path, unused_tcp_port: int) -> None:
    results = await examine(config(tmp_path, f"http://127.0.0.1:{unused_tcp_port}", email__host="127.0.0.1", email__port=1))
    found = {result.check.name: result.finding for result in results}
    assert found["homeserver"].level is Level.ERROR
    assert "Nothing answers" in found["homeserver"].words
    for name in ("version", "registration", "bot", "visitors", "uploads", "admin", "calls"):
        assert found[name] == Finding(
            Level.SKIPPED, f'Not checked, because of "{"Homeserver" if name in ("version", "registration", "admin") else "Registration"}".'
        )
    assert found["email"].level is Level.ERROR


async def test_no_token_shows_in_a_report(diagnose: Diagnose) -> None:
    found = await diagnose({row: (500, {"error": "a-token admin-token"}) for row in (WHOAMI, f"/_synapse/admin/v1/users/{BOT}/admin")})
    shown = report([Result(check, found[check.name]) for check in CHECKS])
    assert "-token" not in shown.replace("generate-registration", "")


# Settings of Synapse that no API shows


GOOD_SETTINGS: dict[str, Any] = {"redaction_retention_period": "1h", "user_ips_max_age": "1d"}


@pytest.mark.parametrize(
    ("change", "level", "words"),
    [
        ({}, Level.OK, "in time"),
        ({"redaction_retention_period": 3600000}, Level.OK, "in time"),
        ({"redaction_retention_period": "61m"}, Level.ERROR, "keeps redacted messages readable for 1:01:00"),
        ({"redaction_retention_period": None}, Level.ERROR, "keeps redacted messages readable for ever"),
        ({"redaction_retention_period": "a while"}, Level.ERROR, "for ever"),
        ({"user_ips_max_age": "28d"}, Level.WARNING, "keeps addresses of its users for 28 days"),
        ({"user_ips_max_age": None}, Level.WARNING, "for ever"),
        ({"media_storage_providers": [{"module": "s3"}]}, Level.WARNING, "does not delete them there"),
        ({"block_non_admin_invites": True}, Level.ERROR, "cannot invite anybody"),
    ],
    ids=str,
)
def test_settings_that_keep_what_should_go_are_found(change: dict[str, Any], level: Level, words: str) -> None:
    finding = judge_settings(GOOD_SETTINGS | change)
    assert finding.level is level
    assert words in finding.words


def test_synapses_own_defaults_keep_redacted_messages_for_a_week() -> None:
    assert judge_settings({}).words.startswith("Synapse keeps redacted messages readable for 7 days")


async def test_synapses_files_are_read_as_synapse_reads_them(diagnose: Diagnose, tmp_path: Path) -> None:
    folder = tmp_path / "conf.d"
    folder.mkdir()
    (tmp_path / "homeserver.yaml").write_text("redaction_retention_period: 7d\nuser_ips_max_age: 1d\n")
    (folder / "a.yaml").write_text("redaction_retention_period: 30d\n")
    (folder / "b.yaml").write_text("redaction_retention_period: 10m\n")
    (folder / "c.yaml.old").write_text("redaction_retention_period: 90d\n")
    found = await diagnose(homeserver__config_files=["homeserver.yaml", "conf.d"])
    assert found["deletion"].level is Level.OK
    found = await diagnose(homeserver__config_files=["homeserver.yaml"])
    assert found["deletion"].level is Level.ERROR


def _handler(settings: str) -> str:
    return f"root: {{level: WARNING}}\nhandlers: {{file: {{class: logging.handlers.TimedRotatingFileHandler, {settings}}}}}"


@pytest.mark.parametrize(
    ("logs", "words"),
    [
        ("root: {level: WARNING}", None),
        ("root: {level: INFO}", "names room, account and address with each request"),
        ("root: {level: INFO}\nloggers: {synapse.access: {level: WARNING}}", None),
        ("root: {level: WARNING}\nloggers: {synapse.storage: {level: DEBUG}}", "holds what it stores"),
        ("root: {level: WARNING}\nloggers: {synapse.access.http: {level: 20}}", "names room, account and address"),
        (_handler("backupCount: 3, when: midnight"), None),
        (_handler("backupCount: 30, when: midnight"), "keeps its old logs for 30 days"),
        (_handler("backupCount: 3, when: W0"), "keeps its old logs for 21 days"),
        (_handler("when: midnight"), "keeps its old logs for ever"),
        (_handler("backupCount: many, when: midnight"), None),
        ("root: {level: WARNING}\nhandlers: {file: {class: logging.FileHandler}}", None),
        ("root: [", None),
        ("- no mapping", None),
        (None, None),
    ],
)
async def test_a_log_that_names_people_and_rooms_or_is_kept_for_long_is_found(
    diagnose: Diagnose, tmp_path: Path, logs: str | None, words: str | None
) -> None:
    settings = {**GOOD_SETTINGS, "log_config": "log.yaml"}
    (tmp_path / "homeserver.yaml").write_text(_yaml(settings))
    if logs is not None:
        (tmp_path / "log.yaml").write_text(logs)
    finding = (await diagnose(homeserver__config_files=["homeserver.yaml"]))["deletion"]
    assert finding.level is (Level.WARNING if words else Level.OK)
    assert (words or "") in finding.words


@pytest.mark.parametrize("files", [[], ["missing.yaml"], ["broken.yaml"]])
async def test_settings_that_cannot_be_seen_are_said_to_be_unseen(diagnose: Diagnose, tmp_path: Path, files: list[str]) -> None:
    (tmp_path / "broken.yaml").write_text("a: [")
    finding = (await diagnose(homeserver__config_files=files))["deletion"]
    assert finding.level is Level.WARNING
    assert "redaction_retention_period" in finding.remedy


# The machine


def test_a_private_directory_is_good(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    path.mkdir(mode=0o700)
    assert judge_directory(path).level is Level.OK


@pytest.mark.parametrize("mode", [0o750, 0o701, 0o770, 0o777])
def test_a_directory_that_others_may_enter_is_an_error(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "keys"
    path.mkdir()
    path.chmod(mode)
    finding = judge_directory(path)
    assert finding.level is Level.ERROR
    assert finding.remedy == f"chmod 700 {path}"


def test_a_directory_that_others_could_replace_is_an_error(tmp_path: Path) -> None:
    around = tmp_path / "around"
    (around / "keys").mkdir(parents=True)
    (around / "keys").chmod(0o700)
    around.chmod(0o777)
    assert f"chmod go-w {around}" in judge_directory(around / "keys").remedy
    around.chmod(0o1777)
    assert judge_directory(around / "keys").level is Level.OK


def test_a_missing_directory_a_file_and_a_link_are_errors(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "real").mkdir(mode=0o700)
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert "does not exist" in judge_directory(tmp_path / "missing").words
    assert "no directory" in judge_directory(tmp_path / "file").words
    assert "no directory" in judge_directory(tmp_path / "link").words
    assert "cannot be looked at" in judge_directory(tmp_path / "file" / "keys").words


async def look(check: Callable[[Any], Awaitable[Finding]], configuration: Config) -> Finding:
    """One check of the machine; none of them uses the connection to the homeserver."""
    from teleconnect_bot.doctor.findings import Surroundings

    return await check(Surroundings(configuration, None))  # type: ignore[arg-type]


async def test_the_guest_page_must_be_built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    configuration = config(tmp_path, "http://localhost")
    monkeypatch.setattr(of_machine, "GUEST_PAGE", tmp_path / "guest.html")
    assert "make page" in (await look(of_machine.guest_page, configuration)).remedy
    (tmp_path / "guest.html").touch()
    assert (await look(of_machine.guest_page, configuration)).level is Level.OK


async def test_a_database_that_was_not_made_is_told_and_not_made(tmp_path: Path) -> None:
    finding = await look(of_machine.database, config(tmp_path, "http://localhost"))
    assert finding.level is Level.WARNING
    assert "teleconnect-bot migrate" in finding.remedy
    assert not (tmp_path / "var").exists()


async def test_an_unfinished_a_foreign_and_a_broken_database_are_told_apart(tmp_path: Path) -> None:
    configuration = config(tmp_path, "http://localhost", database={"url": "sqlite:///rows/bot.db"})
    path = tmp_path / "rows/bot.db"
    path.parent.mkdir()
    path.touch()
    assert "not up to date" in (await look(of_machine.database, configuration)).words
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE alembic_version (version_num TEXT)")
        connection.execute("INSERT INTO alembic_version VALUES ('from-the-future')")
    connection.close()
    assert "newer version" in (await look(of_machine.database, configuration)).words
    path.write_bytes(b"this is no database, but long enough to be taken for one" * 100)
    assert "cannot be reached or read" in (await look(of_machine.database, configuration)).words


async def test_a_database_server_that_is_not_there_is_an_error_that_hides_the_password(tmp_path: Path, unused_tcp_port: int) -> None:
    url = f"postgresql://bot:hunter2@127.0.0.1:{unused_tcp_port}/x"
    finding = await look(of_machine.database, config(tmp_path, "http://localhost", database={"url": url}))
    assert finding.level is Level.ERROR
    assert "hunter2" not in f"{finding}"


async def test_a_migrated_database_is_good(tmp_path: Path) -> None:
    configuration = config(tmp_path, "http://localhost")
    path = tmp_path / "config.yaml"
    path.write_text(_yaml(with_changes()))
    assert await asyncio.to_thread(main, ["migrate", "--config", str(path)]) == 0
    assert (await look(of_machine.database, configuration)).level is Level.OK


def _yaml(content: dict[str, Any]) -> str:
    import yaml

    return yaml.safe_dump(content)


def _authenticate(server: SMTP, session: Session, envelope: Envelope, mechanism: str, login: LoginPassword) -> AuthResult:
    return AuthResult(success=login.password == b"right", handled=False)


@pytest.fixture
def mail_server(unused_tcp_port: int) -> Iterator[Controller]:
    controller = Controller(Sink(), hostname="127.0.0.1", port=unused_tcp_port, auth_require_tls=False, authenticator=_authenticate)
    controller.start()
    yield controller
    controller.stop()


def _mail(folder: Path, port: int, **changes: Any) -> Config:
    settings = {"email__host": "127.0.0.1", "email__port": port, **changes}
    return config(folder, "http://localhost", **settings)


async def test_a_mail_server_is_greeted_and_signed_in_to(tmp_path: Path, mail_server: Controller) -> None:
    plain = {"email__tls": "none"}
    assert (await look(of_machine.email, _mail(tmp_path, mail_server.port, **plain))).level is Level.OK
    right = await look(of_machine.email, _mail(tmp_path, mail_server.port, **plain, email__username="tc", email__password="right"))
    assert right.level is Level.OK
    wrong = await look(of_machine.email, _mail(tmp_path, mail_server.port, **plain, email__username="tc", email__password="hunter2"))
    assert "refuses email.username and email.password" in wrong.words
    assert "hunter2" not in f"{wrong}"


@pytest.mark.parametrize("tls", ["starttls", "tls"])
async def test_a_mail_server_that_does_not_encrypt_as_configured_is_an_error(tmp_path: Path, mail_server: Controller, tls: str) -> None:
    finding = await look(of_machine.email, _mail(tmp_path, mail_server.port, email__tls=tls))
    assert finding.level is Level.ERROR
    assert "465 with tls" in finding.remedy


async def test_transcripts_can_be_drawn_on_a_machine_with_fonts(tmp_path: Path) -> None:
    finding = await look(of_machine.pdf, config(tmp_path, "http://localhost"))
    assert finding.level is Level.OK


async def test_missing_fonts_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(of_machine, "_FONTS", ("Noto Sans", "A Font That Nobody Has"))
    finding = await look(of_machine.pdf, config(tmp_path, "http://localhost"))
    assert finding.level is Level.WARNING
    assert finding.words.endswith("in transcripts: A Font That Nobody Has.")


async def test_a_bot_that_nobody_may_use_is_told(tmp_path: Path) -> None:
    assert (await look(of_machine.access, config(tmp_path, "http://localhost"))).level is Level.WARNING
    allowed = config(tmp_path, "http://localhost", access={"requesters": ["@*:example.org"]})
    assert (await look(of_machine.access, allowed)).level is Level.OK


# The whole


async def test_a_check_that_breaks_hides_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, diagnose: Diagnose) -> None:
    async def breaks(around: Any) -> Finding:
        raise RuntimeError("a-token")

    broken = tuple(Check(check.name, check.title, breaks, check.after) if check.name == "page" else check for check in CHECKS)
    monkeypatch.setattr("teleconnect_bot.doctor.CHECKS", broken)
    found = await diagnose()
    assert found["page"] == Finding(Level.ERROR, "The check itself failed (RuntimeError).", "Please report this.")
    assert found["pdf"].level is Level.OK


def test_every_check_has_a_name_of_its_own_and_comes_after_what_it_needs() -> None:
    names = [check.name for check in CHECKS]
    assert len(set(names)) == len(names)
    for check in CHECKS:
        assert check.after is None or check.after in names[: names.index(check.name)]


def test_a_report_says_level_words_remedy_and_the_sum() -> None:
    good, bad = (
        Result(Check("x", "Thing", of_machine.access), finding)
        for finding in (Finding(Level.OK, "Fine."), Finding(Level.ERROR, "Bad.", "Do."))
    )
    assert report([good, bad]) == "ok       Thing: Fine.\nerror    Thing: Bad.\n         → Do.\n\n1 ok, 1 error"
    assert any_error([good, bad])
    assert not any_error([good])


def test_doctor_ends_with_1_when_there_is_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str], unused_tcp_port: int) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(_yaml(with_changes(homeserver__address=f"http://127.0.0.1:{unused_tcp_port}", email__host="127.0.0.1", email__port=1)))
    assert main(["doctor", "--config", str(path)]) == 1
    assert "error    Homeserver: Nothing answers" in capsys.readouterr().out


# A real Synapse


def _of(homeserver: TestHomeserver, folder: Path, **changes: Any) -> Config:
    content = with_changes(
        homeserver__address=homeserver.address,
        homeserver__domain=homeserver.domain,
        homeserver__admin_token=homeserver.admin_token,
        homeserver__config_files=[str(homeserver.synapse.directory / "homeserver.yaml")],
        appservice={
            "as_token": homeserver.as_token,
            "hs_token": homeserver.hs_token,
            "sender_localpart": homeserver.sender_localpart,
            "bot_localpart": homeserver.bot_localpart(),
            "visitor_prefix": homeserver.visitor_prefix,
        },
        email__host="127.0.0.1",
        email__port=1,
    )
    for name, value in changes.items():
        section, _, key = name.partition("__")
        content[section][key] = value
    return parse(content, folder=folder)


async def _examined(configuration: Config) -> dict[str, Finding]:
    return {result.check.name: result.finding for result in await examine(configuration)}


async def test_a_real_synapse_with_our_registration_is_good(homeserver: TestHomeserver, tmp_path: Path) -> None:
    found = await _examined(_of(homeserver, tmp_path))
    for name in ("homeserver", "version", "registration", "bot", "visitors", "uploads", "admin", "deletion"):
        assert found[name].level is Level.OK, found[name]
    assert "will be made" in found["bot"].words


async def test_a_real_synapse_shows_what_is_wrong(homeserver: TestHomeserver, tmp_path: Path) -> None:
    await homeserver.synapse.register(localpart := homeserver.new_localpart("nurse"), "a password")
    no_admin = (await homeserver.synapse.login(localpart, "a password")).token
    found = await _examined(_of(homeserver, tmp_path, homeserver__admin_token=no_admin, appservice__bot_localpart="elsewhere"))
    assert "does not belong to a server administrator" in found["admin"].words
    assert "does not let the bot be @elsewhere" in found["bot"].words
    found = await _examined(_of(homeserver, tmp_path, homeserver__admin_token="unknown", appservice__as_token="unknown-too"))
    assert "does not know it" in found["admin"].words
    assert "does not know appservice.as_token" in found["registration"].words
    found = await _examined(_of(homeserver, tmp_path, appservice__visitor_prefix="other-", homeserver__domain="other.org"))
    assert "another server_name" in found["registration"].words
    found = await _examined(_of(homeserver, tmp_path, appservice__visitor_prefix="other-"))
    assert found["visitors"].level is Level.ERROR
    found = await _examined(_of(homeserver, tmp_path, appservice__sender_localpart="other-sender"))
    assert "sender_localpart differs" in found["registration"].words


def test_the_limits_are_those_that_were_promised() -> None:
    assert timedelta(hours=1) == of_homeserver.LONGEST_REDACTION_RETENTION
    assert of_homeserver.OLDEST_SYNAPSE == (1, 150)
