"""Keys as files: private, durable, and gone when they are destroyed."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from teleconnect_bot.adapters.storage.sealing import FileSessionKeys, KeysDirectoryUnsafe, SealBroken
from teleconnect_bot.services.ports import KeyDestroyed


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "var" / "keys"


@pytest.fixture
def keys(directory: Path) -> FileSessionKeys:
    keys = FileSessionKeys(directory)
    keys.create("a")
    keys.create("b")
    return keys


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_only_the_owner_may_read_a_key_and_enter_the_directory(keys: FileSessionKeys, directory: Path) -> None:
    assert _mode(directory) == 0o700
    assert {path.name: _mode(path) for path in directory.iterdir()} == {"a.key": 0o600, "b.key": 0o600}


@pytest.mark.parametrize("mode", [0o750, 0o705, 0o710, 0o702])
def test_a_directory_that_others_may_enter_is_refused_with_the_remedy(directory: Path, mode: int) -> None:
    directory.mkdir(parents=True)
    directory.chmod(mode)
    with pytest.raises(KeysDirectoryUnsafe, match=f"chmod 700 {directory}"):
        FileSessionKeys(directory)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a directory away")
def test_a_directory_of_somebody_else_is_refused_with_the_remedy(directory: Path) -> None:
    directory.mkdir(parents=True, mode=0o700)
    os.chown(directory, 65534, 65534)
    with pytest.raises(KeysDirectoryUnsafe, match=f"chown 0 {directory}"):
        FileSessionKeys(directory)


def test_what_was_sealed_comes_back_also_after_a_restart(keys: FileSessionKeys, directory: Path) -> None:
    sealed = keys.seal("a", "link.name", "Zoë".encode())
    assert FileSessionKeys(directory).unseal("a", "link.name", sealed) == "Zoë".encode()
    assert keys.unseal("a", "link.name", keys.seal("a", "link.name", b"")) == b""


def test_the_same_text_is_never_sealed_to_the_same_bytes(keys: FileSessionKeys) -> None:
    assert len({keys.seal("a", "link.name", b"Zoe") for _ in range(50)}) == 50


@pytest.mark.parametrize(("key", "column"), [("b", "link.name"), ("a", "seat.name")])
def test_another_key_or_column_does_not_open_it(keys: FileSessionKeys, key: str, column: str) -> None:
    with pytest.raises(SealBroken):
        keys.unseal(key, column, keys.seal("a", "link.name", b"Zoe"))


def test_a_single_changed_bit_is_noticed(keys: FileSessionKeys) -> None:
    sealed = keys.seal("a", "link.name", b"Zoe")
    for position in range(len(sealed)):
        changed = bytearray(sealed)
        changed[position] ^= 1
        with pytest.raises(SealBroken):
            keys.unseal("a", "link.name", bytes(changed))
    with pytest.raises(SealBroken):
        keys.unseal("a", "link.name", sealed[:5])


def test_what_is_derived_depends_on_key_and_purpose_alone(keys: FileSessionKeys, directory: Path) -> None:
    derived = keys.derive("a", "link:1")
    assert len(derived) == 32
    assert FileSessionKeys(directory).derive("a", "link:1") == derived
    assert len({derived, keys.derive("a", "link:2"), keys.derive("b", "link:1"), (directory / "a.key").read_bytes()}) == 4


def test_creating_a_key_again_changes_nothing(keys: FileSessionKeys, directory: Path) -> None:
    before = (directory / "a.key").read_bytes()
    keys.create("a")
    assert (directory / "a.key").read_bytes() == before
    assert before != (directory / "b.key").read_bytes()
    assert len(before) == 32


def test_a_key_whose_making_was_cut_short_is_made_anew(keys: FileSessionKeys, directory: Path) -> None:
    (directory / "c.new").write_bytes(b"half")
    keys.create("c")
    assert len((directory / "c.key").read_bytes()) == 32
    assert not (directory / "c.new").exists()


def test_a_destroyed_key_opens_nothing_and_may_be_destroyed_again(keys: FileSessionKeys, directory: Path) -> None:
    sealed = keys.seal("a", "link.name", b"Zoe")
    keys.destroy("a")
    keys.destroy("a")
    keys.destroy("never-made")
    assert not keys.exists("a")
    assert [path.name for path in directory.iterdir()] == ["b.key"]
    with pytest.raises(KeyDestroyed):
        keys.unseal("a", "link.name", sealed)
    with pytest.raises(KeyDestroyed):
        keys.seal("a", "link.name", b"Zoe")
    with pytest.raises(KeyDestroyed):
        keys.derive("a", "link:1")


def test_a_key_that_another_process_destroyed_is_gone_here_too(keys: FileSessionKeys, directory: Path) -> None:
    sealed = keys.seal("a", "link.name", b"Zoe")
    FileSessionKeys(directory).destroy("a")
    with pytest.raises(KeyDestroyed):
        keys.unseal("a", "link.name", sealed)


def test_the_bytes_of_a_destroyed_key_are_overwritten_before_the_name_goes(keys: FileSessionKeys, directory: Path) -> None:
    before = (directory / "a.key").read_bytes()
    (directory / "left").hardlink_to(directory / "a.key")
    keys.destroy("a")
    after = (directory / "left").read_bytes()
    assert len(after) == 32
    assert after != before


def test_destroying_a_key_also_removes_one_that_was_half_made(keys: FileSessionKeys, directory: Path) -> None:
    (directory / "a.new").hardlink_to(directory / "a.key")
    keys.destroy("a")
    assert [path.name for path in directory.iterdir()] == ["b.key"]


@pytest.mark.parametrize("key_id", ["", "../a", "a/b", "a.b", "A", "-a", "a" * 65, "a\n", "é"])
def test_an_id_that_is_no_file_name_is_refused(keys: FileSessionKeys, key_id: str) -> None:
    for method in (keys.create, keys.exists, keys.destroy):
        with pytest.raises(ValueError, match="a key id"):
            method(key_id)


def test_a_key_shows_itself_in_no_repr(keys: FileSessionKeys) -> None:
    keys.derive("a", "x")
    assert "material" not in repr(vars(keys))
