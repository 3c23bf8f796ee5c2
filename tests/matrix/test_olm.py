"""The `olm` names against what mautrix 0.21.1 expects of them, and against matrix-nio's and bare vodozemac's cryptography."""

from __future__ import annotations

import sys
from datetime import datetime, timedelta
from typing import Any

import mautrix.crypto.sessions
import pytest
import vodozemac
from mautrix.crypto import OlmAccount
from mautrix.crypto.cross_signing_key import CrossSigningSeeds
from mautrix.crypto.sessions import InboundGroupSession, OutboundGroupSession, Session
from mautrix.crypto.signature import sign_olm, verify_signature_json
from mautrix.types import IdentityKey, OlmCiphertext, OlmMsgType, RoomID
from nio.crypto.sessions import InboundGroupSession as NioInboundGroupSession
from nio.crypto.sessions import InboundSession as NioInboundSession
from nio.crypto.sessions import OlmAccount as NioAccount
from nio.crypto.sessions import OutboundGroupSession as NioOutboundGroupSession
from unpaddedbase64 import encode_base64

from teleconnect_bot.adapters.matrix import olm

CREATED = datetime(2026, 11, 1)  # noqa: DTZ001  (mautrix keeps naive times)


def one_time_key(account: OlmAccount) -> IdentityKey:
    account.generate_one_time_keys(1)
    return IdentityKey(next(iter(account.one_time_keys["curve25519"].values())))


def test_mautrix_runs_on_vodozemac_and_nothing_loads_libolm() -> None:
    assert sys.modules["olm"] is olm
    assert issubclass(mautrix.crypto.sessions.Session, olm.Session)
    assert not hasattr(sys.modules["_libolm"].lib, "olm_session_describe")


def test_two_accounts_talk_and_the_first_message_is_given_out_once() -> None:
    alice, bob = OlmAccount(), OlmAccount()
    outbound = alice.new_outbound_session(bob.identity_key, one_time_key(bob))
    bob.mark_keys_as_published()
    first = outbound.encrypt("hello bob")
    assert first.type == OlmMsgType.PREKEY
    inbound = bob.new_inbound_session(alice.identity_key, first.body)
    assert inbound.id == outbound.id
    assert inbound.matches(first.body)
    assert inbound.decrypt(first) == "hello bob"
    with pytest.raises(olm.OlmSessionError):
        inbound.decrypt(first)
    answer = inbound.encrypt("hello alice")
    assert answer.type == OlmMsgType.MESSAGE
    assert outbound.decrypt(answer) == "hello alice"
    assert inbound.decrypt(outbound.encrypt("again")) == "again"


def test_first_messages_that_nobody_asks_for_do_not_pile_up() -> None:
    bob = OlmAccount()
    for _ in range(olm._FirstPlaintexts.CAPACITY + 20):
        sender = OlmAccount()
        session = sender.new_outbound_session(bob.identity_key, one_time_key(bob))
        bob.mark_keys_as_published()
        bob.new_inbound_session(sender.identity_key, session.encrypt("never read").body)
    assert len(olm.first_plaintexts) <= olm._FirstPlaintexts.CAPACITY


def test_a_first_message_cannot_open_a_second_session_with_the_same_one_time_key() -> None:
    alice, bob = OlmAccount(), OlmAccount()
    outbound = alice.new_outbound_session(bob.identity_key, one_time_key(bob))
    first = outbound.encrypt("hello")
    bob.new_inbound_session(alice.identity_key, first.body)
    with pytest.raises(olm.OlmSessionError):
        bob.new_inbound_session(alice.identity_key, first.body)


def test_pickles_are_read_with_their_own_passphrase_only() -> None:
    account = OlmAccount()
    pickle = account.pickle("right")
    again = OlmAccount.from_pickle(pickle, "right", shared=True)
    assert again.identity_keys == account.identity_keys
    assert again.shared
    assert b"right" not in pickle
    with pytest.raises(olm.OlmAccountError):
        OlmAccount.from_pickle(pickle, "wrong", shared=True)
    with pytest.raises(ValueError, match="empty"):
        OlmAccount.from_pickle(b"", "right", shared=True)


def test_a_session_goes_on_after_its_pickle_was_read() -> None:
    alice, bob = OlmAccount(), OlmAccount()
    outbound = alice.new_outbound_session(bob.identity_key, one_time_key(bob))
    first = outbound.encrypt("one")
    inbound = bob.new_inbound_session(alice.identity_key, first.body)
    inbound.decrypt(first)
    restored = Session.from_pickle(inbound.pickle("key"), passphrase="key", creation_time=CREATED)
    assert restored.decrypt(outbound.encrypt("two")) == "two"
    assert "vodozemac session" in restored.describe()
    with pytest.raises(olm.OlmSessionError):
        Session.from_pickle(inbound.pickle("key"), passphrase="other", creation_time=CREATED)


def test_a_broken_message_is_an_olm_session_error() -> None:
    alice, bob = OlmAccount(), OlmAccount()
    outbound = alice.new_outbound_session(bob.identity_key, one_time_key(bob))
    with pytest.raises(olm.OlmSessionError):
        outbound.decrypt(OlmCiphertext(type=OlmMsgType.MESSAGE, body="AwogAA"))
    with pytest.raises(olm.OlmSessionError):
        bob.new_inbound_session(alice.identity_key, "AwogAA")
    with pytest.raises(olm.OlmSessionError):
        outbound.matches("AwogAA")
    with pytest.raises(olm.OlmSessionError):
        alice.new_outbound_session(bob.identity_key, "not base64!")  # type: ignore[arg-type]


def group(room: str = "!room") -> OutboundGroupSession:
    session = OutboundGroupSession(RoomID(room))
    session.shared = True
    return session


def received(session: OutboundGroupSession) -> InboundGroupSession:
    return InboundGroupSession(session.session_key, "signing", "sender", session.room_id)  # type: ignore[arg-type]


def test_group_messages_carry_their_index_and_survive_pickling() -> None:
    outbound = group()
    inbound = received(outbound)
    assert inbound.id == outbound.id
    assert inbound.decrypt(outbound.encrypt("zero")) == ("zero", 0)
    restored = OutboundGroupSession.from_pickle(
        outbound.pickle("key"),
        passphrase="key",
        max_age=timedelta(days=1),
        max_messages=100,
        creation_time=CREATED,
        use_time=CREATED,
        message_count=1,
        room_id=outbound.room_id,
        shared=True,
    )
    assert restored.message_index == 1
    again = InboundGroupSession.from_pickle(inbound.pickle("key"), "key", "signing", "sender", outbound.room_id)  # type: ignore[arg-type]
    assert again.decrypt(outbound.encrypt("été 🌍")) == ("été 🌍", 1)


def test_an_exported_group_session_reads_from_its_index_on() -> None:
    outbound = group()
    inbound = received(outbound)
    early, late = outbound.encrypt("early"), outbound.encrypt("late")
    later = inbound.ratchet_to(1)
    assert later.first_known_index == 1
    assert later.decrypt(late) == ("late", 1)
    with pytest.raises(olm.OlmGroupSessionError):
        later.decrypt(early)
    with pytest.raises(olm.OlmGroupSessionError):
        later.export_session(0)


def test_wrong_group_keys_and_messages_are_olm_group_session_errors() -> None:
    inbound = received(group())
    with pytest.raises(olm.OlmGroupSessionError):
        inbound.decrypt(group().encrypt("of another session"))
    with pytest.raises(ValueError, match="empty"):
        inbound.decrypt("")
    with pytest.raises(olm.OlmGroupSessionError):
        InboundGroupSession("nonsense", "signing", "sender", RoomID("!room"))  # type: ignore[arg-type]
    with pytest.raises(olm.OlmGroupSessionError):
        InboundGroupSession.import_session("nonsense", "signing", "sender", RoomID("!room"))  # type: ignore[arg-type]


def test_olm_with_matrix_nio_both_ways() -> None:
    ours, theirs = OlmAccount(), NioAccount()
    theirs.generate_one_time_keys(1)
    their_key = next(iter(theirs.one_time_keys["curve25519"].values()))
    outbound = ours.new_outbound_session(theirs.identity_keys["curve25519"], their_key)
    first = vodozemac.PreKeyMessage.from_base64(outbound.encrypt("to nio").body)
    session = NioInboundSession(theirs, first, ours.identity_key)
    assert session.decrypt(first) == "to nio"
    kind, body = session.encrypt("from nio").to_parts()
    assert outbound.decrypt(OlmCiphertext(type=OlmMsgType(kind), body=encode_base64(body))) == "from nio"


def test_megolm_with_matrix_nio_both_ways() -> None:
    ours = group()
    theirs = NioInboundGroupSession(ours.session_key, "ed25519", "curve25519", "!room")
    assert theirs.decrypt(ours.encrypt("to nio")) == ("to nio", 0)
    nio_outbound = NioOutboundGroupSession()
    nio_outbound.mark_as_shared()
    inbound = InboundGroupSession(nio_outbound.session_key, "signing", "sender", RoomID("!room"))  # type: ignore[arg-type]
    assert inbound.decrypt(nio_outbound.encrypt("from nio")) == ("from nio", 0)


def test_signatures_of_account_and_cross_signing_keys_hold_for_mautrix_and_for_vodozemac() -> None:
    account = OlmAccount()
    signed: dict[str, Any] = {"b": 1, "a": "ü"}
    signature = sign_olm(dict(signed), account)
    data = {**signed, "signatures": {"@u": {"ed25519:DEV": signature}}, "unsigned": {}}
    assert verify_signature_json(data, "@u", "DEV", account.signing_key)  # type: ignore[arg-type]
    keys = CrossSigningSeeds.generate().to_keys()
    public = keys.public_keys.master_key
    message = "any text"
    olm.ed25519_verify(public, message, keys.master_key.sign(message))
    with pytest.raises(olm.OlmVerifyError):
        olm.ed25519_verify(public, message + "!", keys.master_key.sign(message))
    seed = olm.PkSigning.generate_seed()
    assert olm.PkSigning(seed).public_key == olm.PkSigning(seed).public_key
    with pytest.raises(olm.PkSigningError):
        olm.PkSigning(b"short")


def test_mautrix_fills_the_server_to_half_of_what_the_account_can_hold() -> None:
    account = OlmAccount()
    assert account.max_one_time_keys == 100
    assert len(account.get_one_time_keys("@u", "DEV", 20)) == 30  # type: ignore[arg-type]
    account.mark_keys_as_published()
    assert account.get_one_time_keys("@u", "DEV", 50) == {}  # type: ignore[arg-type]
