"""One line for each personal thing that a session can hold: a word that stands nowhere else in the world.

A sentinel is the mark, then its kind in lower-case letters; the search finds every kind, so a new line here needs no line there.
Where a text must be digits alone (a telephone number), or is made by the programs themselves (a room id, the bytes of an encrypted
file), it is an `Exact`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

MARK = "zentinel"


def word(kind: str) -> str:
    """`kind`: lower-case letters."""
    assert kind.isascii()
    assert kind.isalpha()
    assert kind.islower()
    return MARK + kind


CONTACT = f"{word('contact')}@example.org"
WRONG_CONTACT = f"{word('wrongcontact')}@example.org"
THIRD_PARTY = f"{word('thirdparty')}@example.org"
COLLEAGUE = f"{word('colleague')}@example.org"
NUMBER_FOR_SMS = "+41791837465"
NUMBER_FOR_WHATSAPP = "+41768529413"
NOTE = f"{word('note')}: asked for a woman"
ANSWERED_CONTACT = f"{word('answeredcontact')}@example.org"
ANSWERED_NUMBER = "+41765112398"
ANSWERED_NAME = f"Dana {word('answeredname')}"
"""Answers in a dialogue that is given up."""
TEAM = "night"
INTERPRETER = f"{word('interpreter')}@example.org"
INTERPRETER_NAME = f"Selam {word('interpretername')}"
REASON = f"{word('reason')}: nobody is free"
"""Why an organisation declines."""
NAME_BY_STAFF = f"Amina {word('namebystaff')}"
CHOSEN_NAME = f"أمينة {word('chosenname')}"
THIRD_PARTY_NAME = f"Ben {word('thirdpartyname')}"
WHILE_WAITING = f"{word('whilewaiting')}: somebody there?"
FROM_GUEST = f"ça va? {word('fromguest')}"
FROM_STAFF = f"{word('fromstaff')}: good morning – how are you?"
BEFORE_THE_EDIT = f"{word('beforetheedit')}: Thursday"
AFTER_THE_EDIT = f"{word('aftertheedit')}: Friday"
REDACTED = f"{word('redacted')}, which was taken back"
REPLY = f"{word('reply')} to what you wrote"
FILE_NAME_OF_GUEST = f"{word('filenameofguest')}.jpg"
FILE_NAME_OF_STAFF = f"{word('filenameofstaff')}.pdf"
NAME_OF_PHOTO_OF_STAFF = f"{word('nameofphotoofstaff')}.jpg"
NAME_OF_PDF_OF_GUEST = f"{word('nameofpdfofguest')}.pdf"
PHOTO_OF_GUEST = f"made by {word('photoofguest')}"
PHOTO_OF_STAFF = f"made by {word('photoofstaff')}"
"""Stand in the pictures' EXIF data."""
PDF_OF_STAFF = f"%PDF-1.4 {word('pdfofstaff')}".encode()
PDF_OF_GUEST = f"%PDF-1.4 {word('pdfofguest')}".encode()
FAILED_COMMAND = f"invite {word('failedcommand')}@example.org lang=xx"
ANSWER_BY_SMS = f"{word('answerbysms')}: who is this?"
MISTYPED_COMMAND = f"invit {word('mistypedcommand')}@example.org"

ROWS_KNOW = {CONTACT, THIRD_PARTY, COLLEAGUE, NAME_BY_STAFF, CHOSEN_NAME, THIRD_PARTY_NAME, NOTE, INTERPRETER, INTERPRETER_NAME, REASON}
"""What the bot's own rows hold of the running session."""


@dataclass
class Exact:
    """What the programs made, by kind. Values must be long enough to stand nowhere by chance."""

    values: dict[str, set[str]] = field(default_factory=dict)
    bytes: dict[bytes, str] = field(default_factory=dict)

    def add(self, kind: str, *values: str) -> None:
        assert values, kind
        for value in values:
            assert len(value) >= 8, kind
            self.values.setdefault(kind, set()).add(value)

    def kinds(self) -> dict[str, str]:
        return {value: kind for kind, values in self.values.items() for value in values}

    def some(self) -> dict[str, str]:
        """A dozen of each kind."""
        return {value: kind for kind, values in self.values.items() for value in sorted(values)[:12]}
