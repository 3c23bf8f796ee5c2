"""The caught SMS and WhatsApp messages on the demo's local page."""

from __future__ import annotations

from html import escape

from .provider import Provider, Record


def phone_list(provider: Provider | None) -> str:
    """The messages as HTML, the last one first; nothing without a provider."""
    if provider is None:
        return ""
    lines = "".join(
        f'<li><a href="/message/{number}">{_channel(record)} to {escape(number_of(record))}</a><br>{escape(record.status)}</li>'
        for number, record in reversed(list(enumerate(provider.taken, 1)))
    )
    return f"<h1>Caught SMS and WhatsApp messages</h1><ul>{lines or '<li>None so far.</li>'}</ul>"


def phone_title(record: Record) -> str:
    return f"{_channel(record)} to {number_of(record)}"


def phone_text(record: Record) -> str:
    """The text, and the address of its button below it."""
    return f"{record.body}\n{record.link}" if record.link else record.body


def number_of(record: Record) -> str:
    return record.to.removeprefix("whatsapp:")


def _channel(record: Record) -> str:
    return "WhatsApp" if record.to.startswith("whatsapp:") else "SMS"
