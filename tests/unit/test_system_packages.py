"""`scripts/system-packages` on machines that it is told to be on: its own PATH with stand-ins for the system's programs."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "scripts" / "system-packages"

Result = subprocess.CompletedProcess[str]
Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Runs the script with the given stand-ins; each call of `apt-get` and `sudo` is one line in tmp_path/calls."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ["bash", "cat", "dirname", "env", "mktemp", "rm"]:
        found = next(Path(folder, name) for folder in ["/usr/bin", "/bin"] if Path(folder, name).exists())
        (programs / name).symlink_to(found)

    def stand_in(name: str, body: str) -> None:
        path = programs / name
        path.write_text(f"#!/usr/bin/bash\n{body}\n", encoding="utf-8")
        path.chmod(0o755)

    def run_with(*arguments: str, installed: str = "", user: int = 0, sudo: bool = False, apt_fails: bool = False) -> Result:
        calls = tmp_path / "calls"
        stand_in("id", f"echo {user}")
        stand_in("dpkg-query", f'case " {installed} " in *" ${{!#}} "*) printf installed;; *) exit 1;; esac')
        stand_in("apt-get", f'echo "apt-get $*" >>{calls}; echo "what apt-get has to say"; exit {int(apt_fails)}')
        if sudo:
            stand_in("sudo", f'echo sudo >>{calls}; exec "$@"')
        environment = {"PATH": str(programs)}
        return subprocess.run(
            [SCRIPT, *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False
        )

    return run_with


def calls(tmp_path: Path) -> list[str]:
    file = tmp_path / "calls"
    return file.read_text(encoding="utf-8").splitlines() if file.exists() else []


def test_when_all_is_there_it_says_nothing_and_calls_nobody(run: Run, tmp_path: Path) -> None:
    result = run("chromium", "fontconfig", installed="fontconfig chromium", user=1000)
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
    assert calls(tmp_path) == []


def test_as_root_it_updates_the_lists_and_installs_only_what_is_missing(run: Run, tmp_path: Path) -> None:
    result = run("chromium", "fontconfig", "postgresql", installed="fontconfig")
    assert result.returncode == 0
    update, install = calls(tmp_path)
    assert update.endswith("update")
    assert install.endswith("install --no-install-recommends chromium postgresql")
    assert "what apt-get has to say" not in result.stdout + result.stderr


def test_another_user_installs_through_sudo(run: Run, tmp_path: Path) -> None:
    assert run("chromium", user=1000, sudo=True).returncode == 0
    assert [line.split()[0] for line in calls(tmp_path)] == ["sudo", "apt-get", "sudo", "apt-get"]


def test_without_root_and_sudo_it_names_the_packages_and_the_command(run: Run, tmp_path: Path) -> None:
    result = run("chromium", "postgresql", user=1000)
    assert result.returncode == 1
    assert "missing: chromium postgresql" in result.stderr
    assert "apt-get update && apt-get install --no-install-recommends chromium postgresql" in result.stderr
    assert calls(tmp_path) == []


def test_when_apt_get_fails_its_own_words_are_shown(run: Run) -> None:
    result = run("chromium", apt_fails=True)
    assert result.returncode == 1
    assert "what apt-get has to say" in result.stderr
