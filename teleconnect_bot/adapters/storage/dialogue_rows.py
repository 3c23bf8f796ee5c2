"""The part of a unit of work that keeps invitations which are being put together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, select

from teleconnect_bot.adapters.storage import tables
from teleconnect_bot.adapters.storage.database import Transaction
from teleconnect_bot.adapters.storage.rows import seal, unseal
from teleconnect_bot.adapters.storage.session_rows import SessionRows, upsert
from teleconnect_bot.domain.session import Session, State
from teleconnect_bot.services.ports import KeyDestroyed, SessionKeys


class DialogueRows(SessionRows):
    _connection: Transaction
    _keys: SessionKeys

    async def keep_dialogue(self, draft: Session, state: Mapping[str, object]) -> None:
        row = {"session": draft.id, "state": seal(self._keys, draft.key, _place(draft.id), dict(state))}
        insert = upsert(self._connection, tables.dialogue).values(row)
        await self._connection.execute(insert.on_conflict_do_update(index_elements=["session"], set_={"state": row["state"]}))

    async def dialogue_of(self, user: str, chat: str) -> tuple[Session, Mapping[str, object]] | None:
        session, dialogue = tables.session.c, tables.dialogue.c
        open_here = (session.requester == user) & (session.chat == chat) & (session.state == State.DRAFT.value)
        query = select(dialogue.session, dialogue.state).join(tables.session, session.id == dialogue.session).where(open_here)
        row = (await self._connection.execute(query.order_by(session.created_at.desc(), session.id).limit(1))).one_or_none()
        draft = await self.session(row.session) if row else None
        if row is None or draft is None:
            return None
        try:
            state: dict[str, Any] = unseal(self._keys, draft.key, _place(draft.id), row.state)
        except KeyDestroyed:
            return None
        return draft, state

    async def drop_dialogue(self, session_id: str) -> None:
        await self._connection.execute(delete(tables.dialogue).where(tables.dialogue.c.session == session_id))


def _place(session_id: str) -> str:
    return f"dialogue.state/{session_id}"
