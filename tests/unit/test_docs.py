"""What the documents name is there: files, headings, commands, settings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel

from teleconnect_bot.__main__ import main
from teleconnect_bot.chat.commands import COMMANDS
from teleconnect_bot.config.reading import fields_of, section_of
from teleconnect_bot.config.schema import Config
from teleconnect_bot.doctor import CHECKS

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")])
HOMES = (ROOT, ROOT / "teleconnect_bot", ROOT / "docs")
each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


def words_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def without_code(page: Path) -> str:
    return re.sub(r"```.*?```|`[^`\n]*`", "", words_of(page), flags=re.DOTALL)


def headings_of(page: Path) -> set[str]:
    return set(re.findall(r"^#+ (.+)$", words_of(page), re.MULTILINE))


def anchor_of(heading: str) -> str:
    """What GitHub makes of it."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


def settings() -> Iterator[str]:
    """`section.key` of every setting."""

    def below(model: type[BaseModel], before: str) -> Iterator[str]:
        for name, field in fields_of(model):
            yield before + name
            if inner := section_of(field.annotation):
                yield from below(inner, f"{before}{name}.")

    return below(Config, "")


@each_page
def test_every_link_leads_to_a_file_and_a_heading_that_exist(page: Path) -> None:
    for link in re.findall(r"\]\(([^)\s]+)\)", without_code(page)):
        if "://" in link:
            continue
        file, _, anchor = link.partition("#")
        target = page.parent / file if file else page
        assert target.exists(), link
        assert not anchor or anchor in map(anchor_of, headings_of(target)), link


@each_page
def test_every_file_of_ours_that_is_named_exists(page: Path) -> None:
    named = set(re.findall(r"`((?:[\w.-]+/)+[\w.-]+\.(?:py|tsx?|md|sql|ya?ml|toml|html|css))`", words_of(page)))
    assert [name for name in sorted(named) if not any((home / name).exists() for home in HOMES)] == []


@each_page
def test_every_test_that_is_named_exists(page: Path) -> None:
    named = set(re.findall(r"`(?:[\w/.]+::)?(test_\w+)`", words_of(page)))
    sources = [words_of(file) for file in (ROOT / "tests").rglob("test_*.py")] if named else []
    known = {name for source in sources for name in re.findall(r"^ *(?:async )?def (test_\w+)", source, re.MULTILINE)}
    assert named <= known
    assert named or page.name != "data-retention.md"


@each_page
def test_every_setting_that_is_named_exists(page: Path) -> None:
    known = set(settings())
    sections = {name.partition(".")[0] for name in known}
    named = set(re.findall(r"`([a-z_]+(?:\.[a-z_]+)+)(?:: [^`]*)?`", words_of(page)))
    assert {name for name in named if name.partition(".")[0] in sections} <= known


@each_page
def test_every_command_and_option_of_the_program_that_is_named_exists(page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for command, options in set(re.findall(r"teleconnect-bot ([a-z][a-z-]*)((?: --[a-z-]+)*)", words_of(page))):
        with pytest.raises(SystemExit) as end:
            main([command, "--help"])
        assert end.value.code == 0, command
        shown = capsys.readouterr().out
        assert all(option in shown for option in options.split()), f"{command}{options}"


@pytest.mark.parametrize("command", ["doctor", "generate-registration", "migrate", "run", "check-config", "teardown"])
def test_the_operations_guide_says_when_to_run_it(command: str) -> None:
    assert f"teleconnect-bot {command}" in words_of(ROOT / "docs/operations.md")


def test_the_operations_guide_lists_its_sections_and_the_checks_of_the_doctor() -> None:
    guide = words_of(ROOT / "docs/operations.md")
    assert re.findall(r"^- \[(.+)\]\(#", guide, re.MULTILINE) == re.findall(r"^## (.+)$", guide, re.MULTILINE)
    table = guide.partition("| check | what it looks at |")[2].partition("\n\n")[0]
    listed = [title for row in re.findall(r"^\| (.+?) \|", table, re.MULTILINE) for title in row.split(", ")]
    assert listed == [check.title for check in CHECKS]


def test_the_readme_names_every_command_of_the_chat() -> None:
    readme = words_of(ROOT / "README.md")
    assert [name for name in COMMANDS if f"`{name}" not in readme] == []
    also = re.search(r"^Also: (.+?)\.$", readme, re.MULTILINE | re.DOTALL)
    assert also is not None
    assert set(re.findall(r"`([a-z]+)`", also[1])) <= set(COMMANDS)


def test_what_the_program_says_to_read_stands_under_that_heading() -> None:
    sources = [words_of(file) for file in (ROOT / "teleconnect_bot").rglob("*.py")]
    said = {pair for source in sources for pair in re.findall(r"(docs/[a-z-]+\.md), [\"'\s]*\"([\w ]+)\"", source)}
    assert len(said) > 1
    assert [pair for pair in sorted(said) if pair[1] not in headings_of(ROOT / pair[0])] == []


def test_every_document_that_the_code_names_exists() -> None:
    sources = [file for folder in ("teleconnect_bot", "tests", "guest_page/src") for file in (ROOT / folder).rglob("*.*")]
    words = [words_of(file) for file in sources if file.suffix in {".py", ".ts", ".tsx"}]
    named = {name for each in words for name in re.findall(r"docs/[\w-]+\.(?:md|sql)\b", each)}
    assert len(named) > 3
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []
