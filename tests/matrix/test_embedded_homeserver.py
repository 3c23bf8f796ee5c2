"""The homeserver and the staff client that all other tests rely on."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

from tests.fixtures_homeserver import NewStaff, TestHomeserver
from tests.staff import Staff


async def test_two_staff_members_read_each_other_in_an_encrypted_chat(new_staff: NewStaff) -> None:
    alice, bob = await new_staff("alice"), await new_staff("bob")
    room = await alice.start_chat(bob.user)
    await bob.accept(await bob.wait_for_invitation(sender=alice.user))
    await alice.wait_for_member(room, bob.user)
    await alice.say(room, "from alice")
    seen = await bob.wait_for_text(room, "from alice")
    assert seen.encrypted
    event, mxc = await bob.send_file(room, b"%PDF-1.7 test", "paper.pdf", "application/pdf")
    file = await alice.wait_for(lambda: next((s for s in alice.messages(room) if s.event == event), None))
    assert file.file is not None
    assert file.file["url"] == mxc
    assert await alice.download(file) == b"%PDF-1.7 test"
    await alice.react(room, event, "👍")
    await bob.wait_for(lambda: bob.reactions(event) == [(alice.user, "👍")])


async def test_a_staff_client_that_is_opened_again_keeps_its_keys(new_staff: NewStaff, homeserver: TestHomeserver, tmp_path: Path) -> None:
    alice, bob = await new_staff("alice"), await new_staff("bob")
    room = await alice.start_chat(bob.user)
    await bob.accept(await bob.wait_for_invitation())
    await alice.wait_for_member(room, bob.user)
    await bob.close()
    await alice.say(room, "while bob was away")
    async with Staff(homeserver.address, bob.login, tmp_path / bob.user[1:].partition(":")[0]) as again:
        assert (await again.wait_for_text(room, "while bob was away")).encrypted


async def test_data_survive_a_restart_of_the_homeserver(own_homeserver: TestHomeserver) -> None:
    address = own_homeserver.address
    await own_homeserver.synapse.register("carol", "secret words")
    await own_homeserver.synapse.restart()
    assert own_homeserver.address == address
    assert (await own_homeserver.synapse.login("carol", "secret words")).user == "@carol:test.localhost"


def test_the_homeserver_dies_with_the_process_that_started_it(tmp_path: Path) -> None:
    program = """
        import asyncio, pathlib, sys
        from teleconnect_bot.demo.homeserver import EmbeddedSynapse
        async def main():
            server = EmbeddedSynapse(pathlib.Path(sys.argv[1]))
            await server.start()
            print(server.process_id, flush=True)
            await asyncio.Event().wait()
        asyncio.run(main())
    """
    parent = subprocess.Popen([sys.executable, "-c", textwrap.dedent(program), str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    descriptor = os.pidfd_open(child)
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    parent.stdout.close()

    ended, _, _ = select.select([descriptor], [], [], 20)
    os.close(descriptor)
    assert ended, "Synapse went on without its parent"
