"""How an organisation's link is made."""

from __future__ import annotations

from pathlib import Path

from teleconnect_bot.adapters.storage.sealing import FileSessionKeys
from teleconnect_bot.domain.guest_link import TOKEN_LENGTH, digest_of
from teleconnect_bot.domain.organisations import OfferState, Organisation
from teleconnect_bot.services.interpreter_links import new_offer, offer_link, offer_token
from tests.fakes_domain import held
from tests.services.fakes import CountingTokens

LINGUA = Organisation(id="lingua", name="Lingua Example", languages=("prs",), email="desk@lingua.example")


def test_an_offer_knows_the_digest_of_its_token_alone(tmp_path: Path) -> None:
    keys, session = FileSessionKeys(tmp_path), held()
    keys.create(session.key)
    offer = new_offer(keys, CountingTokens(), session, LINGUA)
    token = offer_token(keys, session, offer.id)
    assert (len(token), offer.digest, offer.state) == (TOKEN_LENGTH, digest_of(token), OfferState.QUEUED)
    assert (offer.organisation, offer.alone_for) == ("lingua", LINGUA.alone_for)
    assert token not in repr(offer)


def test_each_offer_has_a_token_of_its_own_and_no_path_or_query_holds_it(tmp_path: Path) -> None:
    keys, session, tokens = FileSessionKeys(tmp_path), held(), CountingTokens()
    keys.create(session.key)
    first, second = (new_offer(keys, tokens, session, LINGUA) for _ in range(2))
    assert first.digest != second.digest
    token = offer_token(keys, session, first.id)
    assert offer_link("https://meet.example.org", token) == f"https://meet.example.org/i#{token}"
