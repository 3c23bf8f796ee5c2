"""The `olm` and `_libolm` names that mautrix 0.21.1 asks for, on the maintained vodozemac (ARCHITECTURE §4).

libolm is deprecated and has known side-channel weaknesses, so it is neither installed nor loaded. Only what mautrix
calls is offered, with the signatures and exceptions of python-olm 3.2.
"""

from __future__ import annotations

import hashlib
import sys
import types
from collections import OrderedDict
from typing import Any, ClassVar, Protocol, Self, cast

import vodozemac
from Crypto.PublicKey import ECC
from Crypto.Random import get_random_bytes
from Crypto.Signature import eddsa
from unpaddedbase64 import decode_base64, encode_base64

PassPhrase = str | bytes


class OlmAccountError(Exception): ...


class OlmSessionError(Exception): ...


class OlmGroupSessionError(Exception): ...


class OlmVerifyError(Exception): ...


class PkSigningError(Exception): ...


class _Native(Protocol):
    def pickle(self, pickle_key: bytes) -> str: ...


def _pickle_key(passphrase: PassPhrase) -> bytes:
    """vodozemac takes exactly 32 bytes, mautrix gives any text."""
    return hashlib.sha256(b"teleconnect pickle\x00" + _bytes(passphrase)).digest()


def _bytes(value: str | bytes) -> bytes:
    return value.encode() if isinstance(value, str) else bytes(value)


def _text(value: str | bytes) -> str:
    return value if isinstance(value, str) else bytes(value).decode()


class _Pickled:
    """What all four kinds of object have in common: a native object and its pickle."""

    _kind: ClassVar[Any]
    _error: ClassVar[type[Exception]]
    _native: Any

    def __new__(cls, *args: object, **kwargs: object) -> Self:
        return super().__new__(cls)

    def pickle(self, passphrase: PassPhrase = "") -> bytes:
        return cast(_Native, self._native).pickle(_pickle_key(passphrase)).encode()

    @classmethod
    def from_pickle(cls, pickle: bytes, passphrase: PassPhrase = "") -> Self:
        if not pickle:
            raise ValueError("Pickle can't be empty")
        restored = cls.__new__(cls)
        try:
            restored._native = cls._kind.from_pickle(_text(pickle), _pickle_key(passphrase))
        except ValueError as error:
            raise cls._error("BAD_ACCOUNT_KEY") from error
        return restored


class Account(_Pickled):
    _kind = vodozemac.Account
    _error = OlmAccountError
    _native: vodozemac.Account

    def __init__(self) -> None:
        self._native = vodozemac.Account()

    @property
    def identity_keys(self) -> dict[str, str]:
        return {"curve25519": self._native.curve25519_key.to_base64(), "ed25519": self._native.ed25519_key.to_base64()}

    def sign(self, message: str | bytes) -> str:
        return self._native.sign(_bytes(message)).to_base64()

    @property
    def max_one_time_keys(self) -> int:
        """libolm's capacity; mautrix keeps half of it on the server, which is what vodozemac calls the maximum."""
        return 2 * self._native.max_number_of_one_time_keys

    def generate_one_time_keys(self, count: int) -> None:
        self._native.generate_one_time_keys(count)

    @property
    def one_time_keys(self) -> dict[str, dict[str, str]]:
        return {"curve25519": {key_id: key.to_base64() for key_id, key in self._native.one_time_keys.items()}}

    def generate_fallback_key(self) -> None:
        self._native.generate_fallback_key()  # type: ignore[attr-defined]  # missing in vodozemac's stub

    @property
    def fallback_key(self) -> dict[str, dict[str, str]]:
        """The one that has not been published yet, if any."""
        native: Any = self._native  # missing in vodozemac's stub
        return {"curve25519": {key_id: key.to_base64() for key_id, key in native.fallback_key.items()}}

    def mark_keys_as_published(self) -> None:
        self._native.mark_keys_as_published()

    def remove_one_time_keys(self, session: Session) -> None:
        """Nothing to do: making the inbound session used the key up."""


class _OlmMessage:
    message_type: ClassVar[int]

    def __init__(self, ciphertext: str | bytes) -> None:
        if not ciphertext:
            raise ValueError("Ciphertext can't be empty")
        self.ciphertext = _text(ciphertext)


class OlmPreKeyMessage(_OlmMessage):
    message_type = 0


class OlmMessage(_OlmMessage):
    message_type = 1


class _FirstPlaintexts:
    """vodozemac decrypts a pre-key message while it makes the session; olm's callers ask for the text afterwards.

    Each text is handed out once. Only the newest are kept, because a caller that fails in between never asks.
    """

    CAPACITY = 64

    def __init__(self) -> None:
        self._texts: OrderedDict[tuple[str, str], bytes] = OrderedDict()

    def put(self, session_id: str, ciphertext: str, plaintext: bytes) -> None:
        self._texts[session_id, ciphertext] = plaintext
        while len(self._texts) > self.CAPACITY:
            self._texts.popitem(last=False)

    def take(self, session_id: str, ciphertext: str) -> bytes | None:
        return self._texts.pop((session_id, ciphertext), None)

    def __len__(self) -> int:
        return len(self._texts)


first_plaintexts = _FirstPlaintexts()


class Session(_Pickled):
    _kind = vodozemac.Session
    _error = OlmSessionError
    _native: vodozemac.Session

    def __init__(self) -> None:
        raise TypeError("use InboundSession or OutboundSession")

    @property
    def id(self) -> str:
        return self._native.session_id

    def encrypt(self, plaintext: str | bytes) -> _OlmMessage:
        kind, body = self._native.encrypt(_bytes(plaintext)).to_parts()
        return (OlmPreKeyMessage if kind == 0 else OlmMessage)(encode_base64(body))

    def decrypt(self, message: _OlmMessage, unicode_errors: str = "replace") -> str:
        plaintext = first_plaintexts.take(self.id, message.ciphertext)
        if plaintext is None:
            try:
                native = vodozemac.AnyOlmMessage.from_parts(message.message_type, decode_base64(message.ciphertext))
                plaintext = self._native.decrypt(native)
            except ValueError as error:
                raise OlmSessionError("BAD_MESSAGE_MAC") from error
        return plaintext.decode(errors=unicode_errors)

    def matches(self, message: OlmPreKeyMessage, identity_key: str | None = None) -> bool:
        try:
            return self._native.session_matches(vodozemac.PreKeyMessage.from_base64(message.ciphertext))
        except ValueError as error:
            raise OlmSessionError("BAD_MESSAGE_FORMAT") from error

    def describe(self, buffer_length: int = 600) -> str:
        return f"vodozemac session {self.id}"


class InboundSession(Session):
    def __init__(self, account: Account, message: OlmPreKeyMessage, identity_key: str | None = None) -> None:
        if not identity_key:
            raise OlmSessionError("BAD_MESSAGE_KEY_ID")
        try:
            self._native, plaintext = account._native.create_inbound_session(
                vodozemac.Curve25519PublicKey.from_base64(identity_key), vodozemac.PreKeyMessage.from_base64(message.ciphertext)
            )
        except ValueError as error:
            raise OlmSessionError("BAD_MESSAGE_KEY_ID") from error
        first_plaintexts.put(self.id, message.ciphertext, plaintext)


class OutboundSession(Session):
    def __init__(self, account: Account, identity_key: str, one_time_key: str) -> None:
        try:
            self._native = account._native.create_outbound_session(
                vodozemac.Curve25519PublicKey.from_base64(identity_key), vodozemac.Curve25519PublicKey.from_base64(one_time_key)
            )
        except ValueError as error:
            raise OlmSessionError("INVALID_BASE64") from error


class InboundGroupSession(_Pickled):
    _kind = vodozemac.InboundGroupSession
    _error = OlmGroupSessionError
    _native: vodozemac.InboundGroupSession

    def __init__(self, session_key: str) -> None:
        try:
            self._native = vodozemac.InboundGroupSession(vodozemac.SessionKey(session_key))
        except ValueError as error:
            raise OlmGroupSessionError("BAD_SESSION_KEY") from error

    @property
    def id(self) -> str:
        return self._native.session_id

    @property
    def first_known_index(self) -> int:
        return self._native.first_known_index

    def decrypt(self, ciphertext: str | bytes, unicode_errors: str = "replace") -> tuple[str, int]:
        if not ciphertext:
            raise ValueError("Ciphertext can't be empty.")
        try:
            decrypted = self._native.decrypt(vodozemac.MegolmMessage.from_base64(_text(ciphertext)))
        except ValueError as error:
            raise OlmGroupSessionError("BAD_MESSAGE_FORMAT") from error
        return bytes(decrypted.plaintext).decode(errors=unicode_errors), decrypted.message_index

    def export_session(self, message_index: int) -> str:
        exported = self._native.export_at(message_index)
        if exported is None:
            raise OlmGroupSessionError("UNKNOWN_MESSAGE_INDEX")
        return exported.to_base64()

    @classmethod
    def import_session(cls, session_key: str) -> Self:
        imported = cls.__new__(cls)
        try:
            imported._native = vodozemac.InboundGroupSession.import_session(vodozemac.ExportedSessionKey(session_key))
        except ValueError as error:
            raise OlmGroupSessionError("BAD_SESSION_KEY") from error
        return imported


class OutboundGroupSession(_Pickled):
    _kind = vodozemac.GroupSession
    _error = OlmGroupSessionError
    _native: vodozemac.GroupSession

    def __init__(self) -> None:
        self._native = vodozemac.GroupSession()

    @property
    def id(self) -> str:
        return self._native.session_id

    @property
    def message_index(self) -> int:
        return self._native.message_index

    @property
    def session_key(self) -> str:
        return self._native.session_key.to_base64()

    def encrypt(self, plaintext: str | bytes) -> str:
        return self._native.encrypt(_bytes(plaintext)).to_base64()


class PkSigning:
    """Ed25519 signatures from a 32-byte seed (cross-signing keys); vodozemac offers no signer with a given seed."""

    def __init__(self, seed: bytes) -> None:
        if len(seed) != 32:
            raise PkSigningError("the seed must be 32 bytes long")
        key = ECC.construct(curve="Ed25519", seed=bytes(seed))  # type: ignore[arg-type]  # the stub knows only NIST curves
        self._signer = eddsa.new(key, "rfc8032")
        self.public_key = encode_base64(key.public_key().export_key(format="raw"))

    @staticmethod
    def generate_seed() -> bytes:
        return get_random_bytes(32)

    def sign(self, message: str | bytes) -> str:
        return encode_base64(self._signer.sign(_bytes(message)))


def ed25519_verify(key: str, message: str | bytes, signature: str) -> None:
    """Raises `OlmVerifyError` unless `signature` is one of `key` for `message`."""
    try:
        public = vodozemac.Ed25519PublicKey.from_base64(key)
        public.verify_signature(_bytes(message), vodozemac.Ed25519Signature.from_base64(signature))
    except ValueError as error:
        raise OlmVerifyError("BAD_MESSAGE_MAC") from error


def install() -> None:
    """`import olm` and `from _libolm import ffi, lib` give this module from now on."""
    sys.modules["olm"] = sys.modules[__name__]
    libolm = types.ModuleType("_libolm")
    libolm.ffi = None  # type: ignore[attr-defined]  # only asked for when a session has no `describe`
    libolm.lib = object()  # type: ignore[attr-defined]
    sys.modules["_libolm"] = libolm
