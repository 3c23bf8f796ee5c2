"""The port `Mailer`: the fake and the real adapter keep the same promises."""

from __future__ import annotations

from typing import Protocol

import pytest

from teleconnect_bot.adapters.messaging.email import SmtpMailer, SmtpSettings
from teleconnect_bot.adapters.messaging.texts import Catalogues
from teleconnect_bot.services.ports import Email, Mailer, RefusedByService, ServiceUnavailable
from tests.messaging.conftest import FixedClock, Mailbox, StartServer
from tests.services.fakes import Crash, FakeMailer

TEXTS = Catalogues.load()
MAIL = Email("session.link.invitation.1", "amina.secret@example.net", "Invitation", "Hello", "en", "Example")


class Side(Protocol):
    mailer: Mailer

    def refuse(self) -> None: ...
    def go_away(self) -> None: ...
    def taken(self) -> list[str]:
        """The keys of the mails that were taken, one for each time."""


class RealSide:
    def __init__(self, server: Mailbox) -> None:
        self.server = server
        self.mailer: Mailer = SmtpMailer(SmtpSettings("127.0.0.1", server.port, "none", "bot@tele.example.org"), TEXTS, FixedClock())

    def refuse(self) -> None:
        self.server.on_rcpt = "550 5.1.1 <{address}> unknown"

    def go_away(self) -> None:
        self.server.on_rcpt = "421 busy"

    def taken(self) -> list[str]:
        return [message["Message-ID"].removeprefix("<").partition("@")[0] for message in self.server.messages]


class FakeSide:
    def __init__(self) -> None:
        self.fake = FakeMailer(Crash())
        self.mailer: Mailer = self.fake

    def refuse(self) -> None:
        self.fake.refuses = "there is no mailbox with this address; please check it"

    def go_away(self) -> None:
        self.fake.away = True

    def taken(self) -> list[str]:
        return [mail.message_id for mail in self.fake.taken]


@pytest.fixture(params=["fake", "real"])
async def side(request: pytest.FixtureRequest, smtp_server: StartServer) -> Side:
    return FakeSide() if request.param == "fake" else RealSide(await smtp_server())


async def test_a_mail_that_is_sent_twice_bears_the_same_key(side: Side) -> None:
    await side.mailer.send(MAIL)
    await side.mailer.send(MAIL)
    assert side.taken() == ["session.link.invitation.1"] * 2


async def test_an_address_that_is_refused_for_good_is_said_in_words_without_the_address(side: Side) -> None:
    side.refuse()
    with pytest.raises(RefusedByService) as caught:
        await side.mailer.send(MAIL)
    assert caught.value.reason == "there is no mailbox with this address; please check it"
    assert "amina" not in str(caught.value)
    assert side.taken() == []


async def test_a_server_that_is_away_is_told_apart_from_a_refusal(side: Side) -> None:
    side.go_away()
    with pytest.raises(ServiceUnavailable) as caught:
        await side.mailer.send(MAIL)
    assert "amina" not in str(caught.value)
    assert side.taken() == []
