"""Per-session keys as files, outside the database and outside all backups (ARCHITECTURE §5).

A key is 32 random bytes in `<key id>.key`. What is sealed under it in the database, its backups and its write-ahead logs is
noise once the file is destroyed. Nonces and keys come from the operating system here, since a predictable one would undo both.
"""

from __future__ import annotations

import contextlib
import os
import re
import stat
from collections import OrderedDict
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from teleconnect_bot.services.ports import KeyDestroyed

KEY_LENGTH = 32
NONCE_LENGTH = 12
FORMAT = b"\x01"
CACHED_KEYS = 4096
_KEY_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")


class KeysDirectoryUnsafe(Exception):
    """The directory of the keys cannot be used; the text says why and what to do."""


class SealBroken(Exception):
    """A sealed value was changed, or belongs to another key, column or row."""


@dataclass(frozen=True, slots=True)
class _Key:
    material: bytes = field(repr=False)
    cipher: AESGCM = field(repr=False)


class FileSessionKeys:
    """`SessionKeys` in one directory, which only the bot's own user may enter.

    A key counts as long as its file exists, also when another process destroys it: the cache in memory only spares the reading.
    """

    def __init__(self, directory: Path) -> None:
        """Make the directory (mode 0700) when it is missing. Raises `KeysDirectoryUnsafe` when others may enter it."""
        self._directory = directory
        self._cache: OrderedDict[str, _Key] = OrderedDict()
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = directory.stat()
        if not stat.S_ISDIR(found.st_mode):
            raise KeysDirectoryUnsafe(f"keys_directory {directory} is not a directory. Name a directory of its own for the keys.")
        if found.st_uid != os.geteuid():
            raise KeysDirectoryUnsafe(
                f"keys_directory {directory} belongs to another user (uid {found.st_uid}). Run: chown {os.geteuid()} {directory}"
            )
        if found.st_mode & 0o077:
            mode = f"{stat.S_IMODE(found.st_mode):04o}"
            raise KeysDirectoryUnsafe(f"keys_directory {directory} is open to other users (mode {mode}). Run: chmod 700 {directory}")

    def create(self, key_id: str) -> None:
        path, unfinished = self._path(key_id), self._unfinished(key_id)
        if path.exists():
            return
        unfinished.unlink(missing_ok=True)
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        try:
            os.write(descriptor, AESGCM.generate_key(KEY_LENGTH * 8))
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        with contextlib.suppress(FileExistsError):  # another process was faster; unlike a rename, a link never replaces a key in use
            os.link(unfinished, path)
        unfinished.unlink()
        self._sync_directory()

    def exists(self, key_id: str) -> bool:
        return self._path(key_id).exists()

    def seal(self, key_id: str, column: str, plain: bytes) -> bytes:
        """One format byte, the nonce, the ciphertext. Raises `KeyDestroyed` when there is no such key."""
        nonce = os.urandom(NONCE_LENGTH)
        return FORMAT + nonce + self._key(key_id).cipher.encrypt(nonce, plain, _associated(key_id, column))

    def unseal(self, key_id: str, column: str, sealed: bytes) -> bytes:
        """Raises `KeyDestroyed` when the key is gone, `SealBroken` when the value is not what was sealed under this name."""
        key = self._key(key_id)
        if sealed[:1] != FORMAT:
            raise SealBroken(f"{column}: unknown format")
        nonce, body = sealed[1 : 1 + NONCE_LENGTH], sealed[1 + NONCE_LENGTH :]
        try:
            return key.cipher.decrypt(nonce, body, _associated(key_id, column))
        except (InvalidTag, ValueError):
            raise SealBroken(column) from None

    def derive(self, key_id: str, purpose: str) -> bytes:
        return _expand(self._key(key_id).material, b"derive\0" + purpose.encode())

    def destroy(self, key_id: str) -> None:
        self._cache.pop(key_id, None)
        for path in (self._unfinished(key_id), self._path(key_id)):
            try:
                descriptor = os.open(path, os.O_WRONLY | os.O_NOFOLLOW)
            except FileNotFoundError:
                continue
            try:
                os.write(descriptor, os.urandom(KEY_LENGTH))
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
            path.unlink(missing_ok=True)
        self._sync_directory()

    def ids(self) -> list[str]:
        return sorted(path.stem for path in self._directory.glob("*.key"))

    def _path(self, key_id: str) -> Path:
        if not _KEY_ID.fullmatch(key_id):
            raise ValueError("a key id consists of 1 to 64 characters of a-z, 0-9, - and _, and begins with a letter or digit")
        return self._directory / f"{key_id}.key"

    def _unfinished(self, key_id: str) -> Path:
        return self._path(key_id).with_suffix(".new")

    def _key(self, key_id: str) -> _Key:
        path = self._path(key_id)
        cached = self._cache.get(key_id)
        if cached is not None and path.exists():
            self._cache.move_to_end(key_id)
            return cached
        self._cache.pop(key_id, None)
        try:
            material = path.read_bytes()
        except FileNotFoundError:
            raise KeyDestroyed(key_id) from None
        if len(material) != KEY_LENGTH:
            raise SealBroken(f"the file of key {key_id} has {len(material)} bytes instead of {KEY_LENGTH}")
        key = self._cache[key_id] = _Key(material, AESGCM(_expand(material, b"seal")))
        if len(self._cache) > CACHED_KEYS:
            self._cache.popitem(last=False)
        return key

    def _sync_directory(self) -> None:
        descriptor = os.open(self._directory, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _associated(key_id: str, column: str) -> bytes:
    return f"{key_id}\0{column}".encode()


def _expand(material: bytes, info: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY_LENGTH, salt=None, info=b"teleconnect-bot\0" + info).derive(material)
