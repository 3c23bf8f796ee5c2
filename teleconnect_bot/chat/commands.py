"""The requester's commands as data: parser, `help` and tests read this table (PRODUCT §3)."""

from __future__ import annotations

from dataclasses import dataclass

from .parser import Line, NotUnderstood, nearest
from .voice import Sentence, say


@dataclass(frozen=True, slots=True)
class ChatCommand:
    """One command. `words`: how many plain words at least and at most; `takes_code`: one of them is a session."""

    name: str
    usage: str
    summary: Sentence
    example: str
    words: tuple[int, int] = (0, 0)
    options: frozenset[str] = frozenset()
    takes_code: bool = False


COMMANDS: dict[str, ChatCommand] = {
    command.name: command
    for command in (
        ChatCommand(
            "invite",
            'invite <phone, e-mail, both, or @id:server> [name="…"] [lang=fr] [via=sms|whatsapp|email] [at="tomorrow 14:00"] '
            "[tz=Europe/Kyiv] [guest=<contact>[/<language>]]… [interpreter or interpreter=<language>[/<organisation>]] "
            "[colleague=<@id:server or contact>[/<language>]]… [backup=<@id:server>] "
            '[team=<name>] [note="…"] [discreet=yes]',
            "alone, asks for everything step by step and sends only on `send`; with `check` at its end, a line shows the summary first. "
            "A number and an e-mail address side by side are two ways to the same person: one is tried after the other, until a message "
            "arrives. It invites somebody to a session, now or with `at=` later (`tomorrow 14:00`, `friday 14h`, `1.12. 14:00`, "
            "`2026-12-01 14:00`): they receive a link in their language; "
            "`tz=` is the time zone of the person, and the time is then meant on their clock. "
            "`guest=`, once for each, sends the same link to a loved one or another caregiver, `colleague=` a link of their own to a "
            "colleague, or a message in their chat with me. `invite in-person colleague=…` asks a colleague for help while the person "
            "sits beside you, `invite @id:server` asks another user of this server to meet you; `invite again K7M2` invites the people of "
            "an earlier session, and whoever you add to the line. "
            "`interpreter` asks for an interpreter of the person's language, `interpreter=dari` for another one, "
            "`interpreter=prs/lingua` one organisation alone; nobody else is told before somebody accepts. "
            "`backup=` names a colleague who is called as well when you do not come, and may take the session. `via=` chooses the channel, "
            "`discreet=yes` leaves our name out of messages and page, and `note=` is for your own card and sent to nobody; "
            "`team=` rings in the room of a team of yours, and whoever of it joins first takes the session",
            'invite anna@example.org name="Anna" lang=fr',
            words=(1, 2),
            options=frozenset(
                {"name", "lang", "via", "at", "tz", "guest", "interpreter", "colleague", "backup", "note", "discreet", "team"}
            ),
        ),
        ChatCommand(
            "join",
            "join <code>",
            "takes you into a session to which a colleague invited you",
            "join K7M2",
            (1, 1),
        ),
        ChatCommand(
            "add",
            "add [code]",
            "nobody can be added to a session once it was sent; says how to meet the same people together with somebody else",
            "add K7M2",
            (0, 1),
        ),
        ChatCommand(
            "invites",
            "invites [page]",
            "lists your sessions with their dates, what state they are in and whether the invitation arrived",
            "invites",
            (0, 1),
        ),
        ChatCommand(
            "reschedule",
            'reschedule [code] at="tomorrow 14:00"',
            "gives a session another time, on the same clock as before, and tells everybody who was told before; "
            "`at=now` opens its waiting room at once",
            'reschedule K7M2 at="tomorrow 14:00"',
            (0, 1),
            options=frozenset({"at"}),
            takes_code=True,
        ),
        ChatCommand(
            "call",
            "call [audio|video] [code]",
            "gives you your own link to the call of a running session, which works in one browser, and lets the others' pages ring; "
            "📞 on the card does the same",
            "call K7M2",
            (0, 2),
            takes_code=True,
        ),
        ChatCommand("waiting", "waiting", "says who waits for you, and for how long", "waiting"),
        ChatCommand(
            "seen",
            "seen [code]",
            "stops the ringing and tells the person that you know they are there",
            "seen K7M2",
            (0, 1),
            takes_code=True,
        ),
        ChatCommand("next", "next", "takes the session that has waited longest", "next"),
        ChatCommand("start", "start [code]", "takes a session whose person is in the waiting room", "start K7M2", (0, 1), takes_code=True),
        ChatCommand(
            "end", "end [code]", "ends a session: asks whether to close it, keep it open or stay", "end K7M2", (0, 1), takes_code=True
        ),
        ChatCommand(
            "close",
            "close [now] [code]",
            "closes a session; everything is deleted 24 hours later, with `now` at once",
            "close K7M2",
            (0, 2),
            takes_code=True,
        ),
        ChatCommand(
            "keep",
            "keep [code]",
            "ends the session but keeps it open: the person can come back with the same link",
            "keep K7M2",
            (0, 1),
            takes_code=True,
        ),
        ChatCommand("stay", "stay [code]", "goes on with the session after `end`", "stay K7M2", (0, 1), takes_code=True),
        ChatCommand(
            "resend",
            "resend [code] [via=sms|whatsapp|email] [to=<contact>]",
            "sends the invitation once more to everybody who was told; `via=` chooses the channel that is tried first; `to=` corrects the "
            "address of the person: they receive a new link there and nowhere else, and the one that went elsewhere does not work any more",
            "resend K7M2 to=anna@example.org",
            (0, 1),
            options=frozenset({"to", "via"}),
            takes_code=True,
        ),
        ChatCommand(
            "remove",
            "remove <person> [code]",
            "takes somebody out of a session at once and for good; the person is named as on the card, without the name they chose: "
            '`service user`, `relative`, `"relative 2"`, or a colleague\'s Matrix id',
            "remove relative K7M2",
            (1, 3),
        ),
        ChatCommand(
            "phone",
            "phone [code]",
            "shows you the number of the person, to ring them by ordinary telephone; the answer does not stay in the chat",
            "phone K7M2",
            (0, 1),
            takes_code=True,
        ),
        ChatCommand(
            "admit",
            "admit [code]",
            "lets in whoever asks for a place that is taken, or for one more: ✅ on the question does the same. A browser that had the "
            "place is signed out",
            "admit K7M2",
            (0, 1),
            takes_code=True,
        ),
        ChatCommand(
            "refuse",
            "refuse [code]",
            "keeps out whoever asks for a place; ❌ on the question does the same",
            "refuse K7M2",
            (0, 1),
            takes_code=True,
        ),
        ChatCommand(
            "reopen", "reopen [code]", "takes a closed session up again before it is deleted", "reopen K7M2", (0, 1), takes_code=True
        ),
        ChatCommand(
            "cancel", "cancel [code]", "takes an invitation back before the session has started", "cancel K7M2", (0, 1), takes_code=True
        ),
        ChatCommand(
            "without",
            "without [code]",
            "goes on without an interpreter: everybody who was not told yet is told now",
            "without K7M2",
            (0, 1),
            takes_code=True,
        ),
        ChatCommand(
            "another",
            "another [code] [organisation] [interpreter=<language>[/<organisation>]]",
            "asks for an interpreter once more when none is available: organisations that were not asked yet, else the same ones again, or "
            "the one that you name; `interpreter=` asks for another language",
            "another K7M2 lingua",
            (0, 3),
            options=frozenset({"interpreter"}),
            takes_code=True,
        ),
        ChatCommand("pdf", "pdf [code]", "sends you the transcript of a closed session as PDF", "pdf K7M2", (0, 1), takes_code=True),
        ChatCommand(
            "handover",
            "handover [code] <@id:server>",
            "gives a session to another requester, who takes it over from you with their own card",
            "handover K7M2 @doctor:example.org",
            (1, 2),
            takes_code=True,
        ),
        ChatCommand(
            "assign",
            "assign <code> <@id:server>",
            "for administrators: gives a session to a requester, also one that belongs to nobody any more",
            "assign K7M2 @doctor:example.org",
            (2, 2),
        ),
        ChatCommand(
            "sessions", "sessions", "for administrators: lists all sessions by code, state and age, without anybody's name", "sessions"
        ),
        ChatCommand(
            "org",
            'org add|edit <word> [name="…"] [languages=prs,ti] [email=…] [room=#alias:server] [lang=fr] [decline=no] [alone=2h]; '
            "org remove <word>; org list",
            "for administrators: the interpreting organisations, which languages they speak and where they are asked; requesters write the "
            "short word behind the language, as in `interpreter=prs/lingua`",
            'org add lingua name="Lingua" languages=prs,ps,ti email=manager@lingua.example.org',
            (1, 2),
            options=frozenset({"name", "languages", "email", "room", "lang", "decline", "alone"}),
        ),
        ChatCommand("doctor", "doctor", "for administrators: what is not as it must be around me, and how to put it right", "doctor"),
        ChatCommand("stats", "stats", "for administrators: monthly sums of the sessions that were deleted", "stats"),
        ChatCommand(
            "settings",
            "settings [lang=fr] [tz=Europe/Kyiv] [email=<your e-mail>] [phone=<your number>]",
            "shows how I write to you, and changes it: my language, your time zone, and where else you can be reached when somebody waits "
            "for you; `email=none` and `phone=none` take that back",
            "settings lang=fr tz=Europe/Paris",
            options=frozenset({"lang", "tz", "email", "phone"}),
        ),
        ChatCommand("whoami", "whoami", "says who you are to me and what you may do", "whoami"),
        ChatCommand(
            "languages", "languages", "lists the languages in which people can be invited, and those in which I answer", "languages"
        ),
        ChatCommand("help", "help [command]", "explains the commands", "help invite", (0, 1)),
    )
}


TOO_MANY_WORDS: Sentence = "There are too many words; put quotes around a name of several words. Example: `{example}`"


def checked(line: Line) -> ChatCommand:
    """The command that the line asks for. Raises `NotUnderstood` with a right example."""
    command = COMMANDS.get(line.name)
    if command is None:
        guess = nearest(line.name, COMMANDS)
        raise NotUnderstood("I do not know this command.{hint} `help` lists what you can write.", hint=did_you_mean(guess))
    for option in line.options:
        if option not in command.options:
            guess = nearest(option, command.options)
            raise NotUnderstood(
                "`{name}` has no such option.{hint} It is written: `{usage}`. Example: `{example}`",
                name=command.name,
                hint=did_you_mean(guess and f"{guess}="),
                usage=command.usage,
                example=command.example,
            )
    fewest, most = command.words
    if len(line.words) < fewest:
        raise NotUnderstood(
            "Something is missing. It is written: `{usage}`. Example: `{example}`", usage=command.usage, example=command.example
        )
    if len(line.words) > most:
        raise NotUnderstood(TOO_MANY_WORDS, example=command.example)
    return command


def help_text(topic: str | None) -> str:
    """The list of commands, or one of them explained. In Markdown."""
    if topic is None:
        lines = [f"- `{command.usage}` – {say(command.summary)}" for command in COMMANDS.values()]
        room = say("In the room of a session, write `!tc` before the command.")
        return "\n".join([f"**{say('What you can write to me')}**", "", *lines, "", room])
    command = COMMANDS.get(topic.lower().removeprefix("!"))
    if command is None:
        guess = nearest(topic.lower(), COMMANDS)
        return say("There is no such command.{hint} `help` lists them.", hint=did_you_mean(guess))
    return f"`{command.usage}` – {say(command.summary)}.\n\n{say('Example: `{example}`', example=command.example)}"


def did_you_mean(guess: str | None) -> str:
    """A hint to be set between two sentences; nothing without a guess."""
    return " " + say("Did you mean `{guess}`?", guess=guess) if guess else ""
