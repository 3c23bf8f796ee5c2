"""The bot's cross-signing identity: clients that exclude unsigned devices would be deaf to it otherwise (ARCHITECTURE §4)."""

from __future__ import annotations

from mautrix.client import Client
from mautrix.crypto.cross_signing_key import CrossSigningSeeds
from mautrix.types import KeyID

from teleconnect_bot.adapters.matrix.crypto import KeyedCryptoStore
from teleconnect_bot.adapters.matrix.machine import BotOlmMachine

RECOVERY_KEY_SECRET = "recovery_key"  # noqa: S105  (the name of a row)
_SEEDS_SECRET = "cross_signing_seeds"  # noqa: S105
_SEED_BYTES = 32


async def ensure_cross_signed(client: Client, machine: BotOlmMachine, store: KeyedCryptoStore) -> bool:
    """The bot's own device is signed by its published self-signing key afterwards; whether anything had to be done.

    The private keys are sealed in the store before they are published, so that a crash in between leads to the same
    identity. The device keys must have been uploaded.
    """
    seeds = await _seeds(store)
    if await _is_published(client, machine, seeds) and await store.get_secret(RECOVERY_KEY_SECRET) is not None:
        machine._import_cross_signing_keys(seeds)
        return False
    recovery_key = await machine.generate_recovery_key(seeds=seeds)
    await store.put_secret(RECOVERY_KEY_SECRET, recovery_key.encode())
    await machine._fetch_keys([client.mxid], include_untracked=True)
    return True


async def _seeds(store: KeyedCryptoStore) -> CrossSigningSeeds:
    kept = await store.get_secret(_SEEDS_SECRET)
    if kept is None:
        seeds = CrossSigningSeeds.generate()
        await store.put_secret(_SEEDS_SECRET, b"".join(seeds))
        return seeds
    return CrossSigningSeeds(*(kept[start : start + _SEED_BYTES] for start in range(0, 3 * _SEED_BYTES, _SEED_BYTES)))


async def _is_published(client: Client, machine: BotOlmMachine, seeds: CrossSigningSeeds) -> bool:
    ours = seeds.to_keys().public_keys
    answer = await client.query_keys([client.mxid])
    master = answer.master_keys.get(client.mxid)
    device = answer.device_keys.get(client.mxid, {}).get(client.device_id)
    if master is None or master.first_ed25519_key != ours.master_key or device is None:
        return False
    return KeyID.ed25519(ours.self_signing_key) in device.signatures.get(client.mxid, {})
