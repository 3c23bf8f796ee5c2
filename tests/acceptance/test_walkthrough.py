"""`make demo`: one whole session on a fresh stack, from the invitation to the last deleted row; and that nothing runs on afterwards."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest


@contextmanager
def demo(directory: Path, *options: str) -> Iterator[subprocess.Popen[str]]:
    """The demo in a directory of its own, with its output in one stream; killed when the block is left."""
    command = [sys.executable, "-u", "-m", "teleconnect_bot", "demo", *options]
    with subprocess.Popen(command, cwd=directory, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def read_until(process: subprocess.Popen[str], words: str) -> str:
    """What was printed up to the line that holds these words, or to the end."""
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line)
        if words in line:
            break
    return "".join(lines)


def running_in(directory: Path) -> list[str]:
    """Command lines of processes that work in the directory or were started with a path in it."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            where = str((process / "cwd").readlink())
        except OSError:
            continue
        if str(directory) in words or where.startswith(str(directory)):
            found.append(words)
    return found


def journal_of(directory: Path) -> list[dict[str, Any]]:
    """The steps of the demo that ran in the directory."""
    journal: list[dict[str, Any]] = json.loads((directory / "demo-output/journal.json").read_text())
    return journal


def checked_in(journal: list[dict[str, Any]]) -> set[str]:
    return {words for step in journal for words in step["checked"]}


def wait_until_nothing_runs_in(directory: Path) -> None:
    end = time.monotonic() + 60
    while left := running_in(directory):
        assert time.monotonic() < end, left
        time.sleep(0.1)


@pytest.mark.timeout(400)
def test_the_walk_through_ends_well_and_leaves_journal_transcript_and_pictures(tmp_path: Path) -> None:
    with demo(tmp_path, "--once") as process:
        shown = read_until(process, "no line holds this")
        assert process.wait() == 0, shown
        wait_until_nothing_runs_in(tmp_path)
    output = tmp_path / "demo-output"
    journal = journal_of(tmp_path)
    assert all(step["checked"] and step["seconds"] >= 0 and "failed" not in step for step in journal)
    checked = checked_in(journal)
    for needed in (
        "the homeserver does not know the session's room",
        "the homeserver does not know the transcript's file",
        "the guest's account is deactivated",
        "no table of the bot holds a row of the session",
        "no value in the bot's databases names it, the room's encryption keys are gone",
        "the session's key is destroyed",
        "no file of the homeserver holds a message, a name or the address in plain text",
    ):
        assert needed in checked
    assert any(
        re.fullmatch(r"it holds the \d messages with speaker and time, in their order, and nothing else", words) for words in checked
    )
    assert (output / "transcript.pdf").read_bytes().startswith(b"%PDF-")
    for picture in ("landing", "waiting", "session", "ended"):
        assert (output / f"{picture}.png").read_bytes().startswith(b"\x89PNG")
    for secret in ("as_token", "Bearer", "syt_", "/j#"):
        assert secret not in shown + (output / "journal.json").read_text()
    assert not (tmp_path / "var/demo").exists()


@pytest.mark.parametrize("ended_by", [pytest.param(signal.SIGINT, marks=pytest.mark.long), signal.SIGKILL])
def test_a_demo_that_is_ended_on_the_way_leaves_nothing_running(ended_by: signal.Signals, tmp_path: Path) -> None:
    with demo(tmp_path) as process:
        shown = read_until(process, "✓ The guest opens the link")
        assert "✓ The guest opens the link" in shown
        assert len(running_in(tmp_path)) > 3
        process.send_signal(ended_by)
        assert process.wait(60) != 0
        wait_until_nothing_runs_in(tmp_path)


def test_two_demos_in_one_place_do_not_disturb_each_other(tmp_path: Path) -> None:
    with demo(tmp_path, "--calls", "jitsi") as first:
        assert "✓" in read_until(first, "✓ A real Synapse")
        assert "a double of Jitsi Meet, which lets in by token alone" in read_until(first, "Jitsi Meet")
        with demo(tmp_path, "--once") as second:
            assert "Another demo is running here" in read_until(second, "no line holds this")
            assert second.wait() == 1
        assert "✓" in read_until(first, "✓ A nurse signs in")
    wait_until_nothing_runs_in(tmp_path)


def test_an_address_of_another_machine_is_refused_in_words(tmp_path: Path) -> None:
    with demo(tmp_path, "--once", "--host", "192.0.2.77") as process:
        shown = read_until(process, "no line holds this")
        assert process.wait() == 1
        wait_until_nothing_runs_in(tmp_path)
    assert "192.0.2.77 is not an address of this machine" in shown
    assert "Traceback" not in shown


@pytest.mark.long
@pytest.mark.timeout(400)
def test_after_the_walk_through_it_stays_up_for_hands_on_use_until_ctrl_c(tmp_path: Path) -> None:
    with demo(tmp_path) as process:
        shown = read_until(process, "Ctrl-C ends it")
        page = re.search(r"mails +(http://127\.0\.0\.1:\d+/)", shown)
        homeserver = re.search(r"edit the homeserver · (http://127\.0\.0\.1:\d+)", shown)
        account = re.search(r"user +(@staff:\S+)\s+password +(\S+)", shown)
        assert page
        assert homeserver
        assert account
        with urllib.request.urlopen(page[1]) as answer:  # noqa: S310
            assert "None so far" in answer.read().decode()
        body = {"type": "m.login.password", "identifier": {"type": "m.id.user", "user": account[1]}, "password": account[2]}
        login = urllib.request.Request(f"{homeserver[1]}/_matrix/client/v3/login", json.dumps(body).encode())  # noqa: S310
        with urllib.request.urlopen(login) as answer:  # noqa: S310
            assert answer.status == 200
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0
        wait_until_nothing_runs_in(tmp_path)
    assert not (tmp_path / "var/demo").exists()


@pytest.mark.long
@pytest.mark.timeout(400)
def test_with_jitsi_meet_both_come_into_one_conference_which_ends_with_the_session_and_is_there_for_hands_on_use(tmp_path: Path) -> None:
    with demo(tmp_path, "--calls", "jitsi") as process:
        shown = read_until(process, "Ctrl-C ends it")
        checked = checked_in(journal_of(tmp_path))
        for needed in (
            "the guest's page rings",
            "both are in one conference, each let in by a token of their own",
            "another library than the bot's has found each claim of the tokens right",
            "the nurse moderates, the guest does not",
            "nobody is in the conference any more",
            "the homeserver does not know the session's room",
        ):
            assert needed in checked, shown
        assert (tmp_path / "demo-output/conference.png").read_bytes().startswith(b"\x89PNG")
        bot = re.search(r"bot +(http://127\.0\.0\.1:\d+)/health", shown)
        assert bot
        with urllib.request.urlopen(f"{bot[1]}/api/public") as answer:  # noqa: S310
            assert json.load(answer)["calls"]["provider"] == "jitsi", "after the walk-through calls go by Jitsi Meet as well"
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0
        wait_until_nothing_runs_in(tmp_path)
