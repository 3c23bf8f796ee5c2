"""The stack around the bot: what it starts, what it leaves when it ends."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import aiohttp
import pytest

from teleconnect_bot.chat.access import Access
from teleconnect_bot.config import load
from teleconnect_bot.demo.addresses import listening
from teleconnect_bot.demo.bot_process import BotFailed, BotProcess
from teleconnect_bot.demo.stack import Stack


async def test_the_homeserver_knows_the_bot_and_nobody_else_can_reach_it(tmp_path: Path) -> None:
    stack = Stack(tmp_path, settings={"retention": {"after_close": "5s"}, "languages": ["fr"]})
    try:
        await stack.start(bot=False)
        token = stack.config.appservice.as_token.get_secret_value()
        headers = {"Authorization": f"Bearer {token}"}
        whoami = f"{stack.homeserver.address}/_matrix/client/v3/account/whoami"
        async with aiohttp.ClientSession(headers=headers) as http, http.get(whoami) as answer:
            assert answer.status == 200
        assert listening(stack.processes) == {"127.0.0.1"}
        written = load(tmp_path / "config.yaml")
        assert written.retention.after_close.total_seconds() == 5
        assert (written.languages, written.homeserver.admin_token is not None) == (["fr"], True)
        access = Access(written.access.requesters, written.access.admins, written.access.focal_point)
        assert access.may_request(stack.user_id("nurse-2"))
        assert not access.may_request(stack.user_id("stranger"))
        assert (tmp_path / "config.yaml").stat().st_mode & 0o077 == 0
    finally:
        await stack.stop()
    assert stack.processes == [os.getpid()]


async def test_a_bot_that_ends_by_itself_is_reported_with_the_end_of_its_log(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text("unknown: 1\n")
    bot = BotProcess(tmp_path / "config.yaml", "http://127.0.0.1:9", tmp_path / "bot.log")
    with pytest.raises(BotFailed, match="unknown is not known"):
        await bot.start()
    assert bot.process_id is None


def test_a_bot_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    program = """
        import asyncio, sys, time
        from pathlib import Path
        from teleconnect_bot.demo import bot_process, child
        before, _, _ = child._BOOTSTRAP.partition("runpy.run_module")
        child._BOOTSTRAP = before + "import time; print(1, flush=True); time.sleep(600)"
        bot = bot_process.BotProcess(Path("config.yaml"), "http://127.0.0.1:9", Path(sys.argv[1]) / "bot.log")
        asyncio.run(bot.start(until_ready=False))
        while not bot.log_tail():
            time.sleep(0.02)
        print(bot.process_id, flush=True)
        time.sleep(600)
    """
    parent = subprocess.Popen([sys.executable, "-c", textwrap.dedent(program), str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    descriptor = os.pidfd_open(int(parent.stdout.readline()))
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    ended, _, _ = select.select([descriptor], [], [], 20)
    os.close(descriptor)
    assert ended, "the bot went on without its parent"
