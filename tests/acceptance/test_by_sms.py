"""An invitation by SMS on the whole deployment: Twilio's library, a double of the provider, reports that are signed (PRODUCT §6)."""

from __future__ import annotations

from teleconnect_bot.demo.provider import Record
from tests.acceptance.conftest import MakeStack, NewVisitor
from tests.acceptance.nurse import SLOW, Nurse
from tests.acceptance.outcome import Remains, told

NUMBER = "+41791234567"


async def test_killed_between_the_providers_yes_and_our_commit_one_sms_leads_into_the_session(
    make_stack: MakeStack, visitor: NewVisitor
) -> None:
    stack = await make_stack(settings={"retention": {"sync_grace": "1s"}})
    provider, nurse = stack.phones, await Nurse.meet_the_bot(stack)
    provider.reports, provider.holds = False, True
    await nurse.orders(f"invite {NUMBER} lang=en")
    await provider.held.wait()
    stack.kill_bot()
    await stack.bot.start()

    code = await nurse.code()
    await nurse.sees_on_card(code, "SMS: sent")
    sent = provider.calls.index("POST")
    assert provider.calls.count("POST") == 1, "it was not sent again"
    assert "GET" in provider.calls[sent:], "it was looked for, and found"
    (sms,) = provider.taken
    assert sms.to == NUMBER

    await _only_a_right_signature_is_believed(nurse, code, sms)
    await nurse.staff.wait_for(lambda: provider.deleted == [sms.sid], SLOW)

    guest = await visitor()
    await guest.come_in(sms.body.split()[-1], "Amina")
    room = await nurse.take()
    remains = Remains(nurse, room)
    await nurse.orders(f"close now {code}")
    await nurse.reads("is deleted. Nothing of it is stored any more.")
    await remains.assert_nothing_left()
    assert provider.records == {}
    assert len(provider.taken) == 1
    assert told(nurse)["undeliverable"] == 0
    assert NUMBER not in stack.bot.log_file.read_text()


async def _only_a_right_signature_is_believed(nurse: Nurse, code: str, sms: Record) -> None:
    provider = nurse.stack.phones
    assert await provider.report(sms, "failed", 30005, token="another") == 403
    sms.status = "sent"
    assert await provider.report(sms, "delivered") == 204
    await nurse.sees_on_card(code, "SMS: delivered")
