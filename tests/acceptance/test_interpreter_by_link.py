"""An interpreting organisation accepts by the link in its mail, on the real deployment: only then the service user is written to, and
the interpreter comes after the start, reads what is said from then on, and can neither end the session nor bring anybody in."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from teleconnect_bot.demo.visitor import Visitor
from tests.acceptance.conftest import MakeStack, NewVisitor
from tests.acceptance.nurse import SLOW, Nurse

AMINA, DESK, SELAM = "amina@example.org", "desk@lingua.example", "selam@lingua.example"
LINGUA = {"id": "lingua", "name": "Lingua", "languages": ["ti"], "email": DESK}
ASKED_OF_THE_GATEWAY = """async ([method, path, body]) => {
  const { secret } = JSON.parse(localStorage.getItem("seat"));
  const headers = { Authorization: `Bearer ${secret}`, "Content-Type": "application/json" };
  return (await fetch("/gw/_matrix/client/v3" + path, { method, headers, body: JSON.stringify(body) })).status;
}"""


async def accept(manager: Visitor, link: str) -> None:
    await manager.follow(link)
    await manager.sees("An interpreter is needed")
    await manager.press("Accept")
    await manager.page.get_by_role("textbox", name="Name of the interpreter").fill("Selam")
    await manager.page.get_by_role("textbox", name="E-mail address, mobile number").fill(SELAM)
    await manager.press("Accept")
    await manager.sees("Accepted. Thank you", SLOW)


@pytest.mark.timeout(400)
async def test_an_organisation_accepts_by_mail_and_its_interpreter_comes_after_the_start(
    make_stack: MakeStack, visitor: NewVisitor
) -> None:
    stack = await make_stack(settings={"organisations": [LINGUA]})
    nurse = await Nurse.meet_the_bot(stack)
    stranger = await stack.open_staff("staff-other")
    await nurse.orders(f"invite {AMINA} lang=en interpreter=tigrinya")
    request = await stack.mails.wait_for(DESK, 1, SLOW)
    assert "Tigrinya" in request.message["Subject"]
    assert stack.mails.to(AMINA) == []
    found = re.search(r"http\S+/i#\S+", request.plain)
    assert found is not None

    manager, amina, selam = await visitor(), await visitor(), await visitor()
    await accept(manager, found[0])
    invitation = await stack.mails.wait_for(AMINA, 1, SLOW)
    own = await stack.mails.wait_for(SELAM, 1, SLOW)
    assert own.link != invitation.link
    code = await nurse.code()

    await amina.come_in(invitation.link, "Amina")
    await nurse.reads("(Service user) is in the waiting room")
    room = await nurse.take()
    await nurse.says(room, "This was said before the interpreter came.")
    await amina.reads("This was said before the interpreter came.", SLOW)
    await selam.come_in(own.link, "Selam")
    await selam.sees("You are connected", SLOW)
    await nurse.sees_on_card(code, "Interpreter")
    await selam.write("I interpret from now on.")
    await amina.reads("I interpret from now on.", SLOW)
    await nurse.reads("I interpret from now on.", room=room)
    await nurse.says(room, "Welcome, interpreter.")
    await selam.reads("Welcome, interpreter.", SLOW)
    await expect(selam.page.get_by_text("This was said before the interpreter came.")).to_have_count(0)
    await expect(amina.page.get_by_text("Selam (Interpreter)").first).to_be_visible()

    for method, path, body in (
        ("POST", f"/rooms/{room}/invite", {"user_id": stranger.user}),
        ("POST", f"/rooms/{room}/kick", {"user_id": nurse.staff.user}),
        ("PUT", f"/rooms/{room}/state/m.room.name", {"name": "x"}),
    ):
        assert await selam.page.evaluate(ASKED_OF_THE_GATEWAY, [method, path, body]) == 403, path
    await selam.write("!tc close")
    await nurse.says(room, "We go on.")
    await selam.reads("We go on.", SLOW)
    await stranger.sync(0)
    assert room not in stranger.invitations

    desk = await visitor()
    await desk.follow(own.link.replace("/j#", "/i#"))
    await desk.press("The interpreter cannot come")
    await desk.press("The interpreter cannot come")
    await desk.sees("Thank you for telling us", SLOW)
    await selam.sees("This session is over", SLOW)
    again = await visitor()
    await again.follow(own.link)
    await again.press("Continue")
    await again.sees("Thank you for telling us", SLOW)
    await nurse.says(room, "The two of us go on.")
    await amina.reads("The two of us go on.", SLOW)
    told = await stack.mails.wait_for(DESK, 2, SLOW)
    assert told.message["Subject"] == "Your interpreter cannot come"
    for guest in (manager, amina, selam, desk, again):
        assert guest.errors == []
        assert guest.foreign == []
