"""The links by which interpreting organisations answer (PRODUCT §5): the token follows from the session's key, as a guest's does."""

from __future__ import annotations

from teleconnect_bot.domain.guest_link import digest_of, token_from
from teleconnect_bot.domain.organisations import Offer, Organisation
from teleconnect_bot.domain.session import Session

from .ports import SessionKeys, Tokens


def offer_token(keys: SessionKeys, session: Session, offer_id: str) -> str:
    """The token in the organisation's link; the same in each round, for as long as the session's key lives."""
    return token_from(keys.derive(session.key, f"offer/{offer_id}"))


def new_offer(keys: SessionKeys, tokens: Tokens, session: Session, organisation: Organisation) -> Offer:
    """What this organisation is going to be asked for this session, whose key exists."""
    offer_id = tokens.opaque_id()
    digest = digest_of(offer_token(keys, session, offer_id))
    return Offer(id=offer_id, organisation=organisation.id, digest=digest, alone_for=organisation.alone_for)


def offer_link(public_url: str, token: str) -> str:
    """The token stands behind the `#`, so that it is never sent when the page is opened, and no log holds it."""
    return f"{public_url}/i#{token}"
