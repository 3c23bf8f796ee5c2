"""The caught SMS and WhatsApp messages on the demo's page."""

from __future__ import annotations

from datetime import UTC, datetime

import aiohttp

from teleconnect_bot.demo.addresses import free_port
from teleconnect_bot.demo.catcher import MailCatcher
from teleconnect_bot.demo.mail_page import MailPage
from teleconnect_bot.demo.provider import Provider, Record


async def test_messages_are_listed_and_shown_with_their_link_as_a_picture_and_nothing_of_them_is_mark_up() -> None:
    provider = Provider("AC1", "token", lambda: datetime.now(UTC))
    link = "https://meet.example.org/j/abc"
    now = datetime.now(UTC)
    provider.taken += [
        Record("SM1", "+41791234567", "Example", f"<b>You</b> are invited. {link}", "", now, status="delivered"),
        Record("MM2", "whatsapp:+41791234567", "whatsapp:+41790000000", "Example invites you.", "", now, link=link, error=63016),
    ]
    page, port = MailPage(MailCatcher(), provider), free_port()
    await page.start(port)
    try:
        async with aiohttp.ClientSession(f"http://127.0.0.1:{port}") as http:
            shown = {path: await (await http.get(path)).text() for path in ("/", "/message/1", "/message/2")}
            missing = [(await http.get(path)).status for path in ("/message/0", "/message/3")]
    finally:
        await page.stop()
    assert "WhatsApp to +41791234567" in shown["/"]
    assert "&lt;b&gt;You&lt;/b&gt;" in shown["/message/1"]
    assert all(link in shown[path] and "<svg" in shown[path] for path in ("/message/1", "/message/2"))
    assert "63016" in shown["/message/2"]
    assert missing == [404, 404]
