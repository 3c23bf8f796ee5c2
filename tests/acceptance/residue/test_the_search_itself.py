"""A search that finds nothing proves nothing, unless it would have found something."""

from __future__ import annotations

import base64
import json
import sqlite3
from pathlib import Path

import pytest

from tests.acceptance.residue.allowed import Allowed, allow_list, compare
from tests.acceptance.residue.search import UNREADABLE, Search
from tests.acceptance.residue.sentinels import CHOSEN_NAME, NUMBER_FOR_SMS, Exact, word

HERE = word("contact")


@pytest.fixture
def search() -> Search:
    exact = Exact()
    exact.add("number for sms", NUMBER_FOR_SMS[3:])
    exact.add("file", "äöüÄÖÜ-name")
    return Search(exact)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (f"<{HERE}@example.org>".encode(), "contact"),
        (HERE.encode("utf-16-le"), "contact"),
        (json.dumps({"name": CHOSEN_NAME}).encode(), "chosenname"),
        (base64.b64encode(f"a {HERE}".encode()), UNREADABLE),
        (base64.b64encode(f"ab {HERE}".encode()), UNREADABLE),
        (base64.b64encode(f"abc {HERE}".encode()), UNREADABLE),
        (HERE.encode().hex().encode(), UNREADABLE),
        (f"tel:0{NUMBER_FOR_SMS[3:]}".encode(), "number for sms"),
        ("äöüÄÖÜ-name".encode(), "file"),
        (json.dumps("äöüÄÖÜ-name").encode(), "file"),
        (json.dumps(json.dumps("äöüÄÖÜ-name")).encode(), "file"),
        (b"%C3%A4%C3%B6%C3%BC%C3%84%C3%96%C3%9C-name", "file"),
    ],
)
def test_each_way_of_writing_it_down_is_found(search: Search, content: bytes, kind: str) -> None:
    assert search.kinds_in(b"\0" * 20 + content + b"\xff") == {kind}
    assert search.kinds_in(b"\0" * 2_000_000 + content) == {kind}


def test_names_and_contents_of_files_and_every_column_are_looked_at(search: Search, tmp_path: Path) -> None:
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / f"{word('filenameofguest')}.jpg").write_bytes(HERE.encode())
    search.files("files", tmp_path)
    with sqlite3.connect(tmp_path / "some.db") as connection:
        for number in range(6):
            connection.execute(f"CREATE TABLE t{number} (text TEXT, bytes BLOB)")
        connection.execute("INSERT INTO t5 VALUES (?, ?)", (word("note"), word("reason").encode()))
    connection.close()
    search.sqlite("database", tmp_path / "some.db")
    assert search.found == {
        ("files", "filenameofguest"),
        ("files", "contact"),
        ("database: t5.text", "note"),
        ("database: t5.bytes", "reason"),
    }


def test_page_and_world_are_compared_both_ways() -> None:
    allowed = {Allowed("bot: log", "session id", always=True), Allowed("homeserver: log", "room id", always=False)}
    assert compare({("bot: log", "session id")}, allowed) == []
    assert compare({("bot: log", "session id"), ("homeserver: log", "room id")}, allowed) == []
    assert compare({("bot: log", "contact"), ("bot: log", "session id")}, allowed) == ["remains, and is not in the page: bot: log: contact"]
    assert compare(set(), allowed) == ["is in the page, and does not remain: bot: log: session id"]


def test_the_page_allows_no_person_no_word_and_no_number_at_bot_homeserver_or_provider() -> None:
    opaque = {"session id", "room id", "room event", "chat event", "visitor", "visitor device", "file", "provider record"}
    encrypted = {"chat message, encrypted", "message, encrypted", "key backed up late", "key backed up early"}
    for kind in ("SQLite", "PostgreSQL"):
        allowed = allow_list({"bot": kind, "homeserver": kind})
        ours = {entry for entry in allowed if not entry.place.startswith(("mail server", "browser"))}
        assert len(ours) > 30
        assert {entry.kind for entry in ours} <= opaque | encrypted
