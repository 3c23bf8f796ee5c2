"""What must hold for the project as a whole: its lock files, its licences, its targets, its layers."""

import ast
import json
import re
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
FIXED_TARGETS = {"demo", "test", "test-long", "bench", "page", "lint"}

# Written in two parts, because this file is searched as well.
REGISTRY_HOSTS = [
    ".".join(parts)
    for parts in [
        ("pypi", "org"),
        ("pypi", "python.org"),
        ("pythonhosted", "org"),
        ("registry.npmjs", "org"),
        ("npmjs", "com"),
        ("registry.yarnpkg", "com"),
        ("jsdelivr", "net"),
        ("unpkg", "com"),
    ]
]
ADDRESS = re.compile(r"[a-z+]+://|\bfile:[./]|\bgit@", re.IGNORECASE)
OPTION_WITH_ADDRESS = re.compile(r"^\s*(-i|-f|--index-url|--extra-index-url|--find-links|--trusted-host)\b", re.MULTILINE)


def repository_files() -> list[Path]:
    # The clone may belong to somebody else than the one who tests it.
    command = ["git", "-c", f"safe.directory={ROOT}", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    return [ROOT / name for name in listed.stdout.decode().split("\0") if name and (ROOT / name).is_file()]


def locked_names() -> set[str]:
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    return {canonicalize_name(name) for name in re.findall(r"^([A-Za-z0-9._-]+)==", text, re.MULTILINE)}


def runtime_closure() -> dict[str, metadata.Distribution]:
    """Every distribution that an installation without extras brings along, by canonical name."""
    found: dict[str, metadata.Distribution] = {}
    to_visit: list[tuple[str, frozenset[str]]] = [("teleconnect-bot", frozenset())]
    visited: set[tuple[str, frozenset[str]]] = set()
    while to_visit:
        name, extras = to_visit.pop()
        if (name, extras) in visited:
            continue
        visited.add((name, extras))
        found[name] = metadata.distribution(name)
        for line in found[name].requires or []:
            requirement = Requirement(line)
            environments = [{"extra": extra} for extra in extras | {""}]
            if requirement.marker is None or any(requirement.marker.evaluate(environment) for environment in environments):
                to_visit.append((canonicalize_name(requirement.name), frozenset(requirement.extras)))
    return found


def licence_words(distribution: metadata.Distribution) -> str:
    """What the metadata say of the licence; where they are silent, how the licence file begins."""
    fields = distribution.metadata
    classifiers = [line for line in fields.get_all("Classifier") or [] if line.startswith("License")]
    words = " ".join([*(fields[name] for name in ("License-Expression", "License") if name in fields), *classifiers]).strip()
    if words:
        return words
    texts = [file for file in distribution.files or [] if re.match(r"licen[cs]e|copying", file.name, re.IGNORECASE)]
    return " ".join(file.read_text(encoding="utf-8")[:300] for file in texts)


@pytest.mark.parametrize("lock", ["requirements.lock", "guest_page/package-lock.json"])
def test_a_lock_file_holds_no_address(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert ADDRESS.findall(text) == [], f"{lock} holds addresses; make it anew with: make lock"
    assert OPTION_WITH_ADDRESS.findall(text) == []


def test_every_locked_python_package_carries_a_hash() -> None:
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    entries = re.split(r"^(?=[A-Za-z0-9._-]+==)", text, flags=re.MULTILINE)[1:]
    assert len(entries) == len(locked_names())
    assert [entry.split("==")[0] for entry in entries if "--hash=sha256:" not in entry] == []


def test_every_locked_page_package_carries_a_hash() -> None:
    packages = json.loads((ROOT / "guest_page/package-lock.json").read_text(encoding="utf-8"))["packages"]
    assert [name for name, entry in packages.items() if name and not entry.get("integrity", "").startswith("sha512-")] == []


def test_every_dependency_the_project_names_is_locked() -> None:
    requires = metadata.distribution("teleconnect-bot").requires or []
    assert {canonicalize_name(Requirement(line).name) for line in requires} <= locked_names()


def test_no_file_of_the_repository_names_a_registry() -> None:
    named = [
        f"{path.relative_to(ROOT)}: {host}"
        for path in repository_files()
        for host in REGISTRY_HOSTS
        if host.encode() in path.read_bytes().lower()
    ]
    assert named == []


def test_an_installation_without_extras_brings_no_agpl() -> None:
    closure = runtime_closure()
    assert "matrix-synapse" not in closure
    affero = [name for name, distribution in closure.items() if re.search(r"agpl|affero", licence_words(distribution), re.IGNORECASE)]
    assert affero == []


def test_every_run_time_dependency_says_its_licence() -> None:
    assert [name for name, distribution in runtime_closure().items() if not licence_words(distribution)] == []


def test_every_make_target_that_the_readme_shows_exists() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z][a-z-]*):", makefile, re.MULTILINE))
    # In a code span or at the start of a line of code, not in a sentence.
    shown = set(re.findall(r"(?:`|^\s*\$? ?)make ([a-z][a-z-]*)", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE))
    assert targets >= FIXED_TARGETS
    assert shown, "the README shows no target at all"
    assert shown <= targets


def test_the_domain_imports_nothing_but_the_standard_library() -> None:
    foreign = []
    for path in (ROOT / "teleconnect_bot" / "domain").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                modules = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                modules = [node.module or ""]
            else:
                continue
            foreign += [
                f"{path.name}: {module}"
                for module in modules
                if module.split(".")[0] not in sys.stdlib_module_names and not module.startswith("teleconnect_bot.domain")
            ]
    assert foreign == []
