"""Who signed what is found out by vodozemac; it must say what mautrix's own, slower function says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from mautrix.crypto import device_lists, encrypt_olm
from mautrix.crypto.signature import verify_signature_json as by_mautrix

from teleconnect_bot.adapters.matrix import olm
from teleconnect_bot.adapters.matrix.machine import BotOlmMachine
from teleconnect_bot.adapters.matrix.signatures import verify_signature_json

USER, KEY = "@nurse:example.org", "DEVICE"
Change = Callable[[dict[str, Any]], object]

FORGERIES: dict[str, Change] = {
    "another content": lambda data: data.update(name="Ärztin"),
    "a content that is left out": lambda data: data.pop("name"),
    "nobody's signature": lambda data: data["signatures"].clear(),
    "another user's signature": lambda data: data.update(signatures={"@else:example.org": data["signatures"][USER]}),
    "the signature of another key": lambda data: data.update(
        signatures={USER: {"ed25519:OTHER": data["signatures"][USER][f"ed25519:{KEY}"]}}
    ),
    "a signature that is cut off": lambda data: data["signatures"][USER].update(
        {f"ed25519:{KEY}": data["signatures"][USER][f"ed25519:{KEY}"][:-4]}
    ),
    "a signature that is no base64": lambda data: data["signatures"][USER].update({f"ed25519:{KEY}": "?"}),
    "what no text can hold": lambda data: data.update(name="\ud800"),
}
HARMLESS: dict[str, Change] = {
    "as it was signed": lambda data: None,
    "with something unsigned": lambda data: data.update(unsigned={"device_display_name": "Phone"}),
    "in another order": lambda data: data.update(name=data.pop("name")),
    "with a padded signature": lambda data: data["signatures"][USER].update(
        {f"ed25519:{KEY}": data["signatures"][USER][f"ed25519:{KEY}"] + "=="}
    ),
}


@pytest.fixture
def key() -> olm.PkSigning:
    return olm.PkSigning(b"7" * 32)


@pytest.fixture
def data(key: olm.PkSigning) -> dict[str, Any]:
    return {"name": "Zoë", "level": 3, "signatures": {USER: {f"ed25519:{KEY}": key.sign('{"level":3,"name":"Zoë"}')}}}


@pytest.mark.parametrize("change", HARMLESS.values(), ids=HARMLESS)
def test_what_somebody_has_signed_is_theirs(data: dict[str, Any], key: olm.PkSigning, change: Change) -> None:
    change(data)
    assert verify_signature_json(data, USER, KEY, key.public_key)
    assert by_mautrix(data, USER, KEY, key.public_key)  # type: ignore[arg-type]


@pytest.mark.parametrize("change", FORGERIES.values(), ids=FORGERIES)
def test_a_forgery_is_nobodys(data: dict[str, Any], key: olm.PkSigning, change: Change) -> None:
    change(data)
    assert not verify_signature_json(data, USER, KEY, key.public_key)
    assert not by_mautrix(data, USER, KEY, key.public_key)  # type: ignore[arg-type]


def test_a_key_that_is_none_has_signed_nothing(data: dict[str, Any]) -> None:
    for key in ("", "?", "AAAA", olm.PkSigning(b"8" * 32).public_key):
        assert not verify_signature_json(data, USER, KEY, key)


def test_the_bots_machine_asks_this_one() -> None:
    assert issubclass(BotOlmMachine, device_lists.DeviceListMachine)
    assert vars(device_lists)["verify_signature_json"] is verify_signature_json
    assert vars(encrypt_olm)["verify_signature_json"] is verify_signature_json
