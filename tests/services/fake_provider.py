"""A provider of SMS and WhatsApp in memory, behind `PhoneMessenger`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from teleconnect_bot.domain.channels import Channel
from teleconnect_bot.domain.guest_link import digest_of, tokens_in
from teleconnect_bot.services.ports import KeptRecord, PhoneMessage, RecordState, RefusedByService, ServiceUnavailable
from teleconnect_bot.services.provider_words import WORDS
from tests.services.fakes import Crash, Outside

UNDER_WAY = RecordState("sent")
OUR_ADDRESS = "https://meet.example.org"


@dataclass
class FakeRecord:
    """What the provider keeps of a message."""

    message: PhoneMessage
    final: bool = False
    state: RecordState = UNDER_WAY
    received: bool = False


class FakePhoneMessenger(Outside):
    """A provider of SMS and WhatsApp; a number that ends in a known error code is refused with it."""

    def __init__(self, crash: Crash) -> None:
        super().__init__(crash)
        self.records: dict[str, FakeRecord] = {}
        self.taken: list[PhoneMessage] = []
        self.templates = {"en", "fr"}

    async def send(self, message: PhoneMessage) -> str:
        if message.channel is Channel.WHATSAPP and message.language not in self.templates:
            raise RefusedByService("SMS provider", "there is no approved WhatsApp template for this text in the person's language")
        async with self.reached("SMS provider"):
            code = int(message.to[-5:])
            if code in WORDS and code < 30000:
                raise RefusedByService("SMS provider", WORDS[code])
            self.taken.append(message)
            record = f"SM{len(self.taken):032x}"
            self.records[record] = FakeRecord(message)
        return record

    async def find(self, message: PhoneMessage, known: frozenset[str]) -> str | None:
        async with self.reached("SMS provider"):
            unknown = ((record, found.message) for record, found in self.records.items() if record not in known and not found.received)
            return next((record for record, found in unknown if (found.to, found.text) == (message.to, message.text)), None)

    async def find_link(self, digest: bytes, known: frozenset[str]) -> str | None:
        async with self.reached("SMS provider"):
            unknown = ((record, found.message) for record, found in self.records.items() if record not in known and not found.received)
            return next((record for record, found in unknown if digest in map(digest_of, tokens_in(found.text))), None)

    async def state(self, record: str) -> RecordState | None:
        async with self.reached("SMS provider"):
            return self.records[record].state if record in self.records else None

    async def delete(self, record: str) -> None:
        async with self.reached("SMS provider"):
            if record in self.records and not self.records[record].final:
                raise ServiceUnavailable("SMS provider")
            self.records.pop(record, None)

    async def is_deleted(self, record: str) -> bool:
        async with self.reached("SMS provider"):
            return "is_deleted" not in self.lies_about and record not in self.records

    async def kept(self) -> Mapping[str, KeptRecord]:
        """As if all of it were old."""
        async with self.reached("SMS provider"):
            return {
                record: KeptRecord(None, ours=not found.received and OUR_ADDRESS in found.message.text)
                for record, found in self.records.items()
            }

    def receive(self, number: str, text: str) -> str:
        """Somebody writes to us; the record's id."""
        record = f"SM{len(self.records) + 0xFFFF:032x}"
        self.records[record] = FakeRecord(PhoneMessage("", Channel.SMS, number, "", "", text, {}), final=True, received=True)
        return record

    def finish(self, record: str, status: str = "delivered", code: int | None = None) -> None:
        """The provider is done with it; a record that is deleted already stays so."""
        if record in self.records:
            self.records[record].final, self.records[record].state = True, RecordState(status, code)
