"""How the walk-through looks for remains: it must find what is there, or its silence would mean nothing."""

from __future__ import annotations

import json
import os
import socket
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from teleconnect_bot.adapters.messaging.texts import Catalogues
from teleconnect_bot.adapters.pdf_document import documents_of, to_html
from teleconnect_bot.adapters.pdf_worker import html_to_pdf
from teleconnect_bot.demo.addresses import OURS, free_port, listening
from teleconnect_bot.demo.journal import Journal, NotSo
from teleconnect_bot.demo.remains import files_with, session_rows, tables_with
from teleconnect_bot.demo.transcript_check import check_transcript
from teleconnect_bot.domain.transcript import Line, Transcript


@pytest.mark.parametrize("stored", ["J’ai dormi", json.dumps("J’ai dormi"), json.dumps(json.dumps("J’ai dormi"))])
def test_a_text_is_found_in_files_however_json_wrote_it(tmp_path: Path, stored: str) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep/file.db-wal").write_bytes(b"\0\1" + stored.encode() + b"\xff")
    assert files_with(tmp_path, ["nothing", "J’ai dormi"]) == ["deep/file.db-wal"]
    assert files_with(tmp_path, ["J’ai"[:2] + "X"]) == []


def test_a_word_is_found_in_any_table_also_in_bytes(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "teleconnect.db") as connection:
        connection.execute("CREATE TABLE session (id TEXT, key BLOB)")
        connection.execute("CREATE TABLE statistic (month TEXT)")
        connection.execute("INSERT INTO session VALUES ('x', ?)", (b"..!room:hs..",))
        connection.execute("INSERT INTO statistic VALUES ('2026-01')")
    connection.close()
    assert tables_with(tmp_path, ["!room:hs"]) == ["teleconnect.session"]
    assert tables_with(tmp_path, ["!other:hs"]) == []
    assert session_rows(tmp_path) == {"session": 1}


def test_who_listens_where_is_read_from_the_kernel() -> None:
    with socket.socket() as open_to_all, socket.socket() as local:
        before = listening([os.getpid()])
        local.bind(("127.0.0.1", 0))
        local.listen()
        assert listening([os.getpid()]) == before | {"127.0.0.1"}
        open_to_all.bind(("0.0.0.0", 0))  # noqa: S104 - that is what must be noticed
        open_to_all.listen()
        assert listening([os.getpid()]) == before | {"127.0.0.1", "0.0.0.0"}  # noqa: S104


def test_a_taken_port_is_replaced_by_a_free_one() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert free_port(port) not in (0, port)
    assert free_port(port) == port


def test_a_port_that_was_chosen_is_chosen_by_nobody_else_before_it_is_used() -> None:
    """Minutes may lie between: a homeserver starts before the bot listens, and a bot that is killed is started again."""
    chooses = "print(free_port(23_999), *(free_port() for _ in range(50)), flush=True)"
    command = [sys.executable, "-c", f"from teleconnect_bot.demo.addresses import free_port; {chooses}; input()"]
    with (
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as one,
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other,
    ):
        chosen = [int(port) for each in (one, other) if each.stdout for port in each.stdout.readline().split()]
        for each in (one, other):
            each.communicate("\n")
    assert len(set(chosen)) == len(chosen) == 102
    assert 23_999 in chosen


def test_a_free_port_is_none_that_the_kernel_gives_to_somebody_else_before_it_is_used() -> None:
    chosen = {free_port() for _ in range(20)}
    assert chosen <= set(OURS)
    with socket.socket() as anybody:
        anybody.bind(("127.0.0.1", 0))
        assert anybody.getsockname()[1] not in OURS


def test_the_journal_tells_what_was_checked_and_what_failed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    journal = Journal(tmp_path / "out/journal.json")
    with journal.step("One.") as step:
        step.check(True, "it holds")
    with pytest.raises(NotSo, match="it should hold"), journal.step("Two.") as step:
        step.check(False, "it should hold")
    written = json.loads((tmp_path / "out/journal.json").read_text())
    assert [(entry["step"], entry["checked"], "failed" in entry) for entry in written] == [
        ("One.", ["it holds"], False),
        ("Two.", [], True),
    ]
    assert all(isinstance(entry["seconds"], float) for entry in written)
    shown = capsys.readouterr().out
    assert "✓ One." in shown
    assert "✗ Two." in shown


STARTED = datetime(2026, 11, 22, 20, 43, 30, tzinfo=UTC)
SAID = [("Amina K.", "شكرا لكم"), ("nurse", "Hello 🙂\nHow are you?")]


def transcript_of(lines: list[tuple[str, str]]) -> bytes:
    words = [Line(STARTED + timedelta(minutes=number), who, text) for number, (who, text) in enumerate(lines)]
    transcript = Transcript("K7M2", (STARTED,), "UTC", "en", tuple(words), 0, STARTED + timedelta(days=1))
    (document,) = documents_of(transcript, Catalogues.load())
    return html_to_pdf(to_html(document))


def test_a_good_transcript_passes(tmp_path: Path) -> None:
    with Journal(tmp_path / "journal.json").step("Check.") as step:
        check_transcript(transcript_of(SAID), "K7M2", STARTED, SAID, step)
    assert "it holds the 2 messages with speaker and time, in their order, and nothing else" in step.checked


@pytest.mark.parametrize(
    ("code", "started", "lines"),
    [
        ("K7M3", STARTED, SAID),
        ("K7M2", STARTED + timedelta(minutes=3), SAID),
        ("K7M2", STARTED, SAID[:1]),
        ("K7M2", STARTED, [*SAID, ("nurse", "More.")]),
        ("K7M2", STARTED, SAID[::-1]),
        ("K7M2", STARTED, [SAID[0], ("Amina K.", SAID[1][1])]),
    ],
)
def test_a_transcript_of_something_else_is_noticed(code: str, started: datetime, lines: list[tuple[str, str]], tmp_path: Path) -> None:
    with pytest.raises(NotSo), Journal(tmp_path / "journal.json").step("Check.") as step:
        check_transcript(transcript_of(SAID), code, started, lines, step)
