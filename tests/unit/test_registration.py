"""`registration.yaml`: Synapse takes it unchanged, and it gives the bot its own accounts and no others."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from synapse.appservice import ApplicationService
from synapse.config.appservice import load_appservices

from teleconnect_bot.config import Config, parse
from teleconnect_bot.registration import RegistrationExists, make_missing_tokens, render, write
from tests.unit.test_config import ROOT, with_changes


def config(folder: Path, **changes: Any) -> Config:
    return parse(with_changes(**changes), folder=folder)


def as_synapse_reads_it(folder: Path, **changes: Any) -> ApplicationService:
    made = config(folder, **changes)
    path = folder / "registration.yaml"
    write(made, path)
    [service] = load_appservices(made.homeserver.domain, [str(path)])
    return service


def test_synapse_takes_the_file_unchanged(tmp_path: Path) -> None:
    service = as_synapse_reads_it(tmp_path)
    assert (service.id, service.token, service.hs_token, service.url) == ("teleconnect", "a-token", "h-token", None)
    assert service.sender.to_string() == "@teleconnect_appservice:example.org"
    assert service.msc4190_device_management
    assert not service.is_rate_limited()


@pytest.mark.parametrize(
    ("user", "own"),
    [
        ("@teleconnect:example.org", True),
        ("@teleconnect_visitor_a2b3:example.org", True),
        ("@teleconnect_appservice:example.org", True),
        ("@teleconnect2:example.org", False),
        ("@teleconnect_visitor_:example.org", False),
        ("@anna:example.org", False),
        ("@teleconnect:exampleXorg", False),
        ("@teleconnect:example.org.evil.net", False),
        ("@teleconnect_visitor_a:evil.net:example.org", False),
    ],
)
def test_the_namespaces_hold_the_bots_own_accounts_and_no_others(tmp_path: Path, user: str, own: bool) -> None:
    assert as_synapse_reads_it(tmp_path).is_exclusive_user(user) is own


def test_signs_with_a_meaning_in_patterns_stand_for_themselves(tmp_path: Path) -> None:
    service = as_synapse_reads_it(tmp_path, appservice__visitor_prefix="tc.v+", homeserver__domain="example.org:8448")
    assert service.is_exclusive_user("@tc.v+a:example.org:8448")
    assert not service.is_exclusive_user("@tcxvva:example.org:8448")


@pytest.mark.parametrize("token", ["it's", "a: b", "*x", "yes", "007", "#a", 'a"b\\n', "x" * 500])
def test_a_token_of_any_form_arrives_as_it_is(tmp_path: Path, token: str) -> None:
    assert as_synapse_reads_it(tmp_path, appservice__as_token=token).token == token


def test_the_file_is_readable_by_its_owner_alone_also_when_it_replaces_an_open_one(tmp_path: Path) -> None:
    path = tmp_path / "registration.yaml"
    write(config(tmp_path), path)
    assert path.stat().st_mode & 0o777 == 0o600
    path.chmod(0o644)
    write(config(tmp_path), path, force=True)
    assert path.stat().st_mode & 0o777 == 0o600


def test_an_existing_file_is_kept_unless_forced(tmp_path: Path) -> None:
    path = tmp_path / "registration.yaml"
    path.write_text("mine")
    with pytest.raises(RegistrationExists, match="--force"):
        write(config(tmp_path), path)
    assert path.read_text() == "mine"
    write(config(tmp_path), path, force=True)
    assert yaml.safe_load(path.read_text())["id"] == "teleconnect"


def test_the_committed_example_is_what_the_example_configuration_gives(tmp_path: Path) -> None:
    content = yaml.safe_load((ROOT / "config.example.yaml").read_text())
    content["appservice"] |= {"as_token": "EXAMPLE-AS-TOKEN", "hs_token": "EXAMPLE-HS-TOKEN"}
    content["homeserver"]["admin_token"] = content["email"]["password"] = "example"
    assert (ROOT / "registration.yaml").read_text() == render(parse(content, folder=tmp_path))


def test_every_line_of_meaning_has_a_comment_above_it() -> None:
    lines = (ROOT / "registration.yaml").read_text().splitlines()
    for number, line in enumerate(lines):
        if line and line[0].isalpha() and not line.startswith("hs_token"):
            assert lines[number - 1].startswith("# "), line


# Tokens that do not exist yet


def test_missing_token_files_are_made_private_and_different(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("appservice:\n  as_token: {file: secrets/as}\n  hs_token: {file: secrets/hs}\n")
    tokens = iter(["one", "two"])
    made = make_missing_tokens(path, lambda: next(tokens))
    assert [file.read_text() for file in made] == ["one\n", "two\n"]
    assert {file.stat().st_mode & 0o777 for file in made} == {0o600}
    assert (tmp_path / "secrets").stat().st_mode & 0o777 == 0o700


def test_tokens_that_exist_or_come_from_elsewhere_are_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    (tmp_path / "as").write_text("old\n")
    path.write_text("appservice:\n  as_token: {file: as}\n  hs_token: {env: HS_TOKEN}\n")
    assert make_missing_tokens(path, lambda: "new") == []
    assert (tmp_path / "as").read_text() == "old\n"
