"""Signatures of devices and cross-signing keys, verified by vodozemac.

mautrix 0.21.1 verifies them in Python, which takes some 6 ms each, with the loop standing still: every new visitor has five, and
everybody with a Matrix account three for each of their devices.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mautrix.crypto import device_lists, encrypt_olm
from mautrix.crypto.signature import canonical_json
from unpaddedbase64 import decode_base64, encode_base64

from teleconnect_bot.adapters.matrix.olm import OlmVerifyError, ed25519_verify


def verify_signature_json(data: Mapping[str, Any], user_id: str, key_name: str, key: str) -> bool:
    """Whether `key` signed `data` in the name of this user and key (Matrix, "Checking for a signature"); the same as mautrix's own says."""
    signed = {name: value for name, value in data.items() if name not in ("signatures", "unsigned")}
    signatures = data["signatures"]
    try:
        signature = signatures[user_id][f"ed25519:{key_name}"]
        ed25519_verify(encode_base64(decode_base64(key)), canonical_json(signed).encode(), encode_base64(decode_base64(signature)))
    except (KeyError, ValueError, OlmVerifyError):
        return False
    return True


def install() -> None:
    """mautrix asks this module from now on."""
    for asking in (device_lists, encrypt_olm):
        asking.verify_signature_json = verify_signature_json  # type: ignore[attr-defined]
