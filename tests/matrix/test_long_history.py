"""More than 10,000 messages: the whole history, in numbered complete documents (PRODUCT §8). The homeserver is a list."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

from mautrix.crypto.sessions import InboundGroupSession, OutboundGroupSession

from teleconnect_bot.adapters.matrix.history import PAGE, read_history
from teleconnect_bot.adapters.matrix.homeserver import HomeserverApi
from teleconnect_bot.adapters.messaging.texts import Catalogues
from teleconnect_bot.adapters.pdf_document import documents_of
from teleconnect_bot.adapters.storage.sealing import FileSessionKeys
from teleconnect_bot.domain.transcript import Transcript, lines_of
from tests.matrix.test_crypto_store import ROOM, SetClock, Vault, open_vault, outbound

START = datetime(2026, 12, 1, 12, 0, tzinfo=UTC)
SPEAKERS = ("@guest:test", "@keller:test")
MESSAGES, TURN = 10_500, 100
"""A new megolm session each `TURN` messages, as the room's rotation makes them."""


class ListedEvents:
    """`call` is `/messages`, forwards, at most `PAGE` at a time."""

    def __init__(self, events: list[dict[str, Any]]) -> None:
        self.events, self.fetched = events, 0

    async def call(self, _method: object, _path: object, *, query: Mapping[str, str]) -> dict[str, Any]:
        assert (query["dir"], int(query["limit"])) == ("f", PAGE)
        self.fetched += 1
        begun = int(query.get("from", "0"))
        chunk = self.events[begun : begun + PAGE]
        return {"chunk": chunk, **({"end": str(begun + len(chunk))} if chunk else {})}


def event(number: int, sender: str, content: dict[str, Any]) -> dict[str, Any]:
    at = int((START + timedelta(seconds=number)).timestamp() * 1000)
    return {"type": "m.room.encrypted", "event_id": f"$e{number}", "sender": sender, "origin_server_ts": at, "content": content}


async def shared(vault: Vault, sender: str) -> OutboundGroupSession:
    """A new megolm session of this sender, whose key the bot has."""
    session = outbound(ROOM)
    received = InboundGroupSession(session.session_key, "s" * 43, "k" * 43, ROOM)  # type: ignore[arg-type]
    await vault.store.put_group_session(ROOM, received.sender_key, received.id, received)
    await vault.store.put_session_owner(ROOM, received.id, sender)
    return session


async def written(vault: Vault) -> list[dict[str, Any]]:
    """Two people in turns. Message 7 is corrected at the very end, 8 is redacted, of 9 the key never came."""
    events: list[dict[str, Any]] = []
    sessions: dict[str, OutboundGroupSession] = {}

    async def say(sender: str, content: dict[str, Any]) -> None:
        number = len(events)
        if sender not in sessions or number % TURN < len(SPEAKERS):
            sessions[sender] = await shared(vault, sender)
        inside = json.dumps({"type": "m.room.message", "content": content, "room_id": ROOM})
        session = sessions[sender]
        sealed = {"algorithm": "m.megolm.v1.aes-sha2", "session_id": session.id, "ciphertext": session.encrypt(inside)}
        events.append(event(number, sender, sealed))

    for number in range(MESSAGES):
        await say(SPEAKERS[number % 2], {"msgtype": "m.text", "body": f"message {number}"})
    new = {"msgtype": "m.text", "body": "message 7, corrected"}
    await say(SPEAKERS[1], {**new, "m.new_content": new, "m.relates_to": {"rel_type": "m.replace", "event_id": "$e7"}})
    events[8] = {**events[8], "content": {}, "unsigned": {"redacted_because": {"type": "m.room.redaction"}}}
    events[9]["content"]["session_id"] = "a session whose key never came"
    return events


async def test_more_than_10000_messages_are_read_to_the_last_and_stand_in_numbered_complete_documents(tmp_path: Path) -> None:
    vault = await open_vault(f"sqlite+aiosqlite:///{tmp_path / 'crypto.db'}", FileSessionKeys(tmp_path / "keys"), SetClock())
    try:
        vault.keys.create("session-a")
        await vault.store.assign(ROOM, "session-a", "marker")
        homeserver = ListedEvents(await written(vault))
        history = [found async for found in read_history(cast(HomeserverApi, homeserver), vault.store, ROOM)]
    finally:
        await vault.database.close()
    assert homeserver.fetched == len(homeserver.events) // PAGE + 2, "page after page, up to one that is empty"
    lines, undecipherable = lines_of(history, {}, frozenset())
    expected = [f"message {number}" for number in range(MESSAGES) if number not in (8, 9)]
    expected[7] += ", corrected"
    assert [line.text for line in lines] == expected
    assert undecipherable == 1
    transcript = Transcript("K7M2", (START,), "Europe/Kyiv", "en", lines, undecipherable, START + timedelta(days=3))
    documents = documents_of(transcript, Catalogues.load())
    assert [len(document.lines) for document in documents] == [2000] * 5 + [498]
    assert [line.text for document in documents for line in document.lines] == expected
    for number, document in enumerate(documents, 1):
        assert document.title == f"Transcript of session K7M2 · Part {number} of 6"
        assert document.head[-1] == "Messages that could not be decrypted and are missing here: 1"
