"""The same calls once more, without a bot: one client, one after the other, as fast as the homeserver answers.

Each recorded call is asked again with its own body; ids that the homeserver hands out are replaced by the new ones, and
people by stand-ins, so that the running bot sees nothing of it. Long polls are left out. A purge is asked after until it is done.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from time import perf_counter
from urllib.parse import quote, unquote

from aiohttp import ClientSession
from yarl import URL

from .device import CouldNotMeasure, Identity
from .recorder import Call

NEW_IDS = ("room_id", "event_id", "content_uri", "delete_id", "end", "start")
"""Where an answer holds an id that later calls name."""
PURGE_POLL_SECONDS = 0.005
MOST_PURGES = 5


@dataclass
class StandIns:
    """What takes the place of what: user ids, the direct chat, tokens of staff."""

    names: dict[str, str]
    tokens: dict[str, str] = field(repr=False)


class Replay:
    def __init__(self, http: ClientSession, homeserver: str, calls: Sequence[Call], stand_ins: StandIns, visitor: str, domain: str) -> None:
        """`visitor` is the localpart of the visitor's account in the recorded session."""
        self._http, self._homeserver = http, homeserver
        self._calls = [call for call in calls if not call.is_wait and "/delete_status/" not in call.path]
        self._tokens, self._suffix = stand_ins.tokens, f"-{secrets.token_hex(3)}"
        stand_in = visitor[:-8] + secrets.token_hex(4)
        self._names = {**stand_ins.names, visitor: stand_in}
        self._prepared = self._keys_of(f"@{visitor}:{domain}", f"@{stand_in}:{domain}")

    async def run(self) -> float:
        """Seconds for all calls. Raises `CouldNotMeasure` when one is answered in another way than when it was recorded."""
        start = perf_counter()
        for index, call in enumerate(self._calls):
            await self._repeat(index, call)
        return perf_counter() - start

    def _keys_of(self, visitor: str, stand_in: str) -> dict[int, bytes]:
        """Signatures hold for one user alone, so a new visitor's keys are made; before the time is taken."""
        identity: Identity | None = None
        bodies: dict[str, object] = {}
        prepared = {}
        for index, call in enumerate(self._calls):
            query = dict(call.query)
            if query.get("user_id") != visitor or not call.path.endswith(("/keys/upload", "/device_signing/upload", "/signatures/upload")):
                continue
            if identity is None:
                identity = Identity(stand_in, query["device_id"])
                signing, signatures = identity.cross_signing()
                bodies = {"device_signing/upload": signing, "signatures/upload": signatures, "keys/upload": identity.keys_upload()}
            name = next(name for name in bodies if call.path.endswith(name))
            prepared[index] = json.dumps(bodies[name]).encode()
        return prepared

    async def _repeat(self, index: int, call: Call) -> None:
        body = self._prepared.get(index) or self._renamed_bytes(call)
        answer = await self._ask(call.method, self._path(call), call, body, call.status)
        if call.method == "DELETE" and "/v2/rooms/" in call.path:
            for _ in range(MOST_PURGES):
                if await self._purged(call, json.loads(answer)["delete_id"]):
                    break
                answer = await self._ask(call.method, self._path(call), call, body, call.status)
            else:
                raise CouldNotMeasure("the homeserver does not purge a room")
        self._learn(call.answer, answer)

    async def _ask(self, method: str, path: str, call: Call, body: bytes, status: int) -> bytes:
        given = {"Authorization": self._tokens.get(call.authorization, call.authorization), "Content-Type": call.content_type}
        headers = {name: value for name, value in given.items() if value}
        url = URL(self._homeserver + path, encoded=True)
        async with self._http.request(method, url, data=body or None, headers=headers, allow_redirects=False) as answer:
            content = await answer.read()
            if answer.status != status:
                raise CouldNotMeasure(f"repeating {method} {call.path}: {answer.status} in place of {status}")
            return content

    async def _purged(self, call: Call, delete_id: str) -> bool:
        """Synapse may fail and must be told again, when its SQLite is written to at the same moment."""
        while True:
            found = json.loads(await self._ask("GET", f"/_synapse/admin/v2/rooms/delete_status/{delete_id}", call, b"", 200))
            if found["status"] in ("complete", "failed"):
                return bool(found["status"] == "complete")
            await asyncio.sleep(PURGE_POLL_SECONDS)

    def _path(self, call: Call) -> str:
        parts = [quote(self._renamed(unquote(part)), safe="") for part in call.path.split("/")]
        if call.method == "PUT" and any(part in ("send", "redact", "sendToDevice") for part in parts):
            parts[-1] += self._suffix
        query = "&".join(f"{quote(key, safe='')}={quote(self._renamed(value), safe='')}" for key, value in call.query)
        return "/".join(parts) + (f"?{query}" if query else "")

    def _renamed_bytes(self, call: Call) -> bytes:
        return self._renamed(call.body.decode()).encode() if call.content_type.startswith("application/json") else call.body

    def _renamed(self, text: str) -> str:
        for old, new in self._names.items():
            if old in text:
                text = text.replace(old, new)
        return text

    def _learn(self, then: bytes, now: bytes) -> None:
        try:
            old, new = json.loads(then), json.loads(now)
        except ValueError:
            return
        if isinstance(old, dict) and isinstance(new, dict):
            for key in NEW_IDS:
                if isinstance(old.get(key), str) and isinstance(new.get(key), str) and old[key] != new[key]:
                    short = old[key].rpartition("/")[2], new[key].rpartition("/")[2]  # a file is named by its last part alone, too
                    self._names |= {old[key]: new[key]} if key != "content_uri" else {short[0]: short[1]}
