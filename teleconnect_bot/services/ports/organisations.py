"""How an interpreting organisation is asked, and told what became of it (PRODUCT §5)."""

from __future__ import annotations

from typing import Protocol

from teleconnect_bot.domain.organisations import Offer, Organisation
from teleconnect_bot.domain.session import Session


class OrganisationWay(Protocol):
    """One way to an organisation. Nothing that it is told says anything about the service user.

    Both may be called again with the same arguments; session, offer and `offer.round` tell one asking from another. An organisation
    that has no such way is left alone. Both raise `ServiceUnavailable`, and `RefusedByService` with words for the requester.
    """

    async def ask(self, session: Session, offer: Offer, organisation: Organisation) -> None:
        """The organisation is asked for this session, at its time as it is now; in a later round to confirm it, or anew."""

    async def tell(self, session: Session, offer: Offer, organisation: Organisation) -> None:
        """What `offer.state` says now: whoever need not look any further, or shall not come, learns it."""


class OrganisationMails(OrganisationWay, Protocol):
    """By e-mail to its manager or distribution list."""


class OrganisationCards(OrganisationWay, Protocol):
    """By a card in its own Matrix room."""
