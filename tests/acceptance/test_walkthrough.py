"""`make demo ONCE=1`: one whole session on a fresh stack, from the invitation to the last deleted row."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.timeout(400)
def test_the_walk_through_ends_well_and_leaves_journal_transcript_and_pictures(tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "teleconnect_bot", "demo", "--once"], cwd=tmp_path, capture_output=True, text=True, timeout=360, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr

    journal = json.loads((tmp_path / "demo-output/journal.json").read_text())
    assert all(step["checked"] and step["seconds"] >= 0 and "failed" not in step for step in journal)
    checked = {words for step in journal for words in step["checked"]}
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
    assert (tmp_path / "demo-output/transcript.pdf").read_bytes().startswith(b"%PDF-")
    for picture in ("landing", "waiting", "session", "ended"):
        assert (tmp_path / f"demo-output/{picture}.png").read_bytes().startswith(b"\x89PNG")
    for secret in ("as_token", "Bearer", "syt_"):
        assert secret not in run.stdout + run.stderr
    assert not (tmp_path / "var/demo").exists()
    assert not _processes_in(tmp_path)


def _processes_in(directory: Path) -> list[str]:
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
