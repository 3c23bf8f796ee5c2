"""The command line: what it prints, what it ends with, and that small commands stay small."""

from __future__ import annotations

import re
import sqlite3
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml

import teleconnect_bot
from teleconnect_bot.__main__ import main
from teleconnect_bot.services.ports import ServiceUnavailable
from tests.unit.test_config import ROOT, with_changes


@pytest.fixture
def config_file(tmp_path: Path) -> Path:
    path = tmp_path / "config.yaml"
    path.write_text(yaml.safe_dump(with_changes()))
    return path


def put_in_place(monkeypatch: pytest.MonkeyPatch, module: str, **names: Any) -> None:
    """A stand-in for a module that a command calls; what it does is tested elsewhere."""
    parent, _, name = module.rpartition(".")
    stand_in = SimpleNamespace(**names)
    monkeypatch.setitem(sys.modules, module, stand_in)
    monkeypatch.setattr(sys.modules[parent], name, stand_in, raising=False)


def test_version_answers_and_loads_almost_nothing() -> None:
    program = (
        "import sys; from teleconnect_bot.__main__ import main; code = main(['version']);"
        "print(code, sorted({'pydantic', 'yaml', 'aiohttp', 'mautrix', 'sqlalchemy'} & sys.modules.keys()))"
    )
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert answer.stdout.splitlines() == [f"teleconnect-bot {teleconnect_bot.__version__}", "0 []"]


def test_the_installed_command_and_the_module_are_the_same_program() -> None:
    command = Path(sys.executable).with_name("teleconnect-bot")
    for start in ([str(command)], [sys.executable, "-m", "teleconnect_bot"]):
        answer = subprocess.run([*start, "version"], capture_output=True, text=True, check=True)
        assert answer.stdout == f"teleconnect-bot {teleconnect_bot.__version__}\n"


def test_every_command_of_the_product_is_there(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["--help"])
    assert end.value.code == 0
    shown = capsys.readouterr().out
    for command in ("run", "demo", "check-config", "generate-registration", "migrate", "doctor", "teardown", "residue", "version"):
        assert re.search(rf"^    {command}\b", shown, re.MULTILINE), command


@pytest.mark.parametrize("arguments", [[], ["unknown"], ["run", "--unknown"], ["teardown"]])
def test_a_command_line_that_cannot_be_understood_ends_with_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(arguments)
    assert end.value.code == 2
    assert "usage: teleconnect-bot" in capsys.readouterr().err


def test_check_config_ends_with_0_when_all_is_good(config_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check-config", "--config", str(config_file)]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said == ["Offered: en, fr.", "Not reviewed by a native speaker: fr.", f"{config_file} is good."]


def test_check_config_says_which_languages_are_not_offered_because_nobody_has_read_them(
    config_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config_file.write_text(yaml.safe_dump(with_changes(languages=["en", "so"], unreviewed_languages=False)))
    assert main(["check-config", "--config", str(config_file)]) == 0
    said = capsys.readouterr().out.splitlines()
    assert "Offered: en." in said
    assert "Not offered, because not reviewed: so." in said


def test_a_configuration_that_leaves_no_language_is_refused_with_what_to_do(config_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config_file.write_text(yaml.safe_dump(with_changes(languages=["so"], unreviewed_languages=False)))
    assert main(["check-config", "--config", str(config_file)]) == 1
    assert "Name en as well, or allow the others by unreviewed_languages: true" in capsys.readouterr().err


def test_check_config_names_what_native_guests_cannot_do(config_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config_file.write_text(yaml.safe_dump(with_changes(guests={"accounts": "matrix"})))
    assert main(["check-config", "--config", str(config_file)]) == 0
    assert "their devices are not signed" in capsys.readouterr().out


def test_check_config_names_what_is_set_for_nothing(config_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config_file.write_text(yaml.safe_dump(with_changes(homeserver__public_address="https://matrix.example.org")))
    assert main(["check-config", "--config", str(config_file)]) == 0
    assert "homeserver.public_address is set, but nothing uses it yet (config.yaml)\n" in capsys.readouterr().out


def test_check_config_ends_with_1_and_says_everything_that_is_wrong(config_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config_file.write_text(yaml.safe_dump(with_changes(email__hots="x", logs={"level": "loud"})))
    assert main(["check-config", "--config", str(config_file)]) == 1
    shown = capsys.readouterr()
    assert not shown.out
    assert "did you mean email.host?" in shown.err
    assert "logs.level must be" in shown.err


def test_the_default_configuration_is_config_yaml_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["check-config"]) == 1
    assert capsys.readouterr().err.startswith("config.yaml does not exist: copy config.example.yaml")


def test_an_example_can_be_printed_without_any_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["check-config", "--example"]) == 0
    assert capsys.readouterr().out == (ROOT / "config.example.yaml").read_text()


@pytest.mark.parametrize("command", ["run", "migrate", "doctor", "generate-registration", "check-config"])
def test_no_command_goes_on_with_a_bad_configuration(command: str, config_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config_file.write_text("listn: 1\n")
    assert main([command, "--config", str(config_file)]) == 1
    assert "listn is not known; did you mean listen?" in capsys.readouterr().err


def test_generate_registration_makes_tokens_and_file_from_the_example_configuration(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "config.yaml"
    content = yaml.safe_load((ROOT / "config.example.yaml").read_text())
    content["homeserver"]["admin_token"] = None
    content["email"] |= {"username": None, "password": None}
    path.write_text(yaml.safe_dump(content))
    assert main(["generate-registration", "--config", str(path)]) == 0
    written = yaml.safe_load((tmp_path / "registration.yaml").read_text())
    assert written["as_token"] == (tmp_path / "var/secrets/as_token").read_text().strip()
    assert len({written["as_token"], written["hs_token"]}) == 2
    assert len(written["as_token"]) == 52
    shown = capsys.readouterr().out
    assert "app_service_config_files" in shown
    assert written["as_token"] not in shown


def test_generate_registration_replaces_nothing_unless_forced(
    config_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "other.yaml"
    command = ["generate-registration", "--config", str(config_file), "--output", str(output)]
    assert main(command) == 0
    output.write_text("mine")
    assert main(command) == 1
    assert output.read_text() == "mine"
    assert "--force" in capsys.readouterr().err
    assert main([*command, "--force"]) == 0
    assert output.read_text() != "mine"


def test_generate_registration_says_when_it_cannot_write(config_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output = tmp_path / "no such folder" / "r.yaml"
    assert main(["generate-registration", "--config", str(config_file), "--output", str(output)]) == 1
    assert f"{output} cannot be written: No such file or directory." in capsys.readouterr().err


def test_run_hands_the_configuration_to_the_application(config_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Any] = []

    async def run(config: Any) -> None:
        seen.append(config.public_url)

    put_in_place(monkeypatch, "teleconnect_bot.app", run=run)
    assert main(["run", "--config", str(config_file)]) == 0
    assert seen == ["https://meet.example.org"]


@pytest.mark.parametrize(
    ("arguments", "called_with"),
    [
        ([], {"once": False, "host": None, "calls": "builtin"}),
        (["--once", "--host", "192.0.2.1"], {"once": True, "host": "192.0.2.1", "calls": "builtin"}),
        (["--calls", "jitsi"], {"once": False, "host": None, "calls": "jitsi"}),
    ],
    ids=["plain", "with both options", "with Jitsi Meet"],
)
def test_demo_needs_no_configuration_and_ends_with_its_own_code(
    arguments: list[str], called_with: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[dict[str, Any]] = []

    def demo(**options: Any) -> int:
        seen.append(options)
        return 3

    put_in_place(monkeypatch, "teleconnect_bot.demo", main=demo)
    assert main(["demo", *arguments]) == 3
    assert seen == [called_with]


def test_migrate_makes_the_configured_database_and_may_be_repeated(config_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(2):
        assert main(["migrate", "--config", str(config_file)]) == 0
        assert capsys.readouterr().out == "The database is up to date.\n"
    with sqlite3.connect(config_file.parent / "var/database/teleconnect.db") as connection:
        assert connection.execute("SELECT count(*) FROM session").fetchone() == (0,)
    connection.close()


def test_migrate_says_when_the_database_cannot_be_reached(
    config_file: Path, capsys: pytest.CaptureFixture[str], unused_tcp_port: int
) -> None:
    url = f"postgresql://bot:hunter2@127.0.0.1:{unused_tcp_port}/x"
    config_file.write_text(yaml.safe_dump(with_changes(database={"url": url})))
    assert main(["migrate", "--config", str(config_file)]) == 1
    shown = capsys.readouterr().err
    assert shown.startswith("Nothing was changed: ")
    assert "hunter2" not in shown


def test_teardown_status_prints_what_the_application_says(
    config_file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    put_in_place(monkeypatch, "teleconnect_bot.administration", teardown_status=lambda config: f"nothing at {config.homeserver.domain}")
    assert main(["teardown", "--status", "--config", str(config_file)]) == 0
    assert capsys.readouterr().out == "nothing at example.org\n"


def test_residue_prints_what_the_application_found(
    config_file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    put_in_place(monkeypatch, "teleconnect_bot.administration", residue=lambda config, code: f"{code} at {config.homeserver.domain}")
    assert main(["residue", "K7M2", "--config", str(config_file)]) == 0
    assert capsys.readouterr().out == "K7M2 at example.org\n"


def test_a_database_is_confirmed_by_its_own_option_and_not_together_with_a_code(
    monkeypatch: pytest.MonkeyPatch, config_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put_in_place(monkeypatch, "teleconnect_bot.administration", confirm_database=lambda config: "confirmed")
    assert main(["residue", "--confirm-database", "--config", str(config_file)]) == 0
    assert capsys.readouterr().out == "confirmed\n"
    with pytest.raises(SystemExit) as end:
        main(["residue", "K7M2", "--confirm-database", "--config", str(config_file)])
    assert end.value.code == 2


def test_residue_says_when_the_homeserver_cannot_be_asked(
    config_file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def away(config: object, code: str | None) -> str:
        raise ServiceUnavailable("homeserver")

    put_in_place(monkeypatch, "teleconnect_bot.administration", residue=away)
    assert main(["residue", "--config", str(config_file)]) == 1
    assert capsys.readouterr().err.startswith("It could not be looked for everywhere: ")
