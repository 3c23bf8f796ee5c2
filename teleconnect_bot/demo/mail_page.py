"""A small local page that shows the mails, SMS and WhatsApp messages which the demo caught. It loads nothing from anywhere."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape

import segno
from aiohttp import web

from .addresses import LOOPBACK
from .catcher import CaughtMail, MailCatcher
from .phone_page import phone_list, phone_text, phone_title
from .provider import Provider

_STYLE = """
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem; color: #222; background: #fff }
h1 { font-size: 1.4rem } ul { padding: 0; list-style: none } li { border-top: 1px solid #ccc; padding: .6rem 0 }
pre { white-space: pre-wrap; overflow-wrap: anywhere; background: #f5f5f5; padding: 1rem; border-radius: .4rem }
iframe { width: 100%; height: 32rem; border: 1px solid #ccc; border-radius: .4rem } dt { color: #666 } dd { margin: 0 0 .4rem }
"""
_HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; base-uri 'none'; form-action 'none'",
}
# The sender's HTML runs no script, loads nothing and may only open its links in a window of their own.
_MAIL_HEADERS = _HEADERS | {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "sandbox allow-popups allow-popups-to-escape-sandbox"
}
_ADDRESS = re.compile(r"https?://[^\s<>\"']+")


class MailPage:
    """Answers to `127.0.0.1` and `localhost` alone, so that no web site can point a name of its own at it."""

    def __init__(self, catcher: MailCatcher, provider: Provider | None = None) -> None:
        self._catcher, self._provider = catcher, provider
        self._runner: web.AppRunner | None = None

    async def start(self, port: int) -> None:
        app = web.Application(middlewares=[_local_names_only])
        app.add_routes(
            [
                web.get("/", self._list),
                web.get(r"/mail/{number:\d+}", self._mail),
                web.get(r"/mail/{number:\d+}/html", self._html),
                web.get(r"/message/{number:\d+}", self._message),
            ]
        )
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, LOOPBACK, port).start()

    async def stop(self) -> None:
        runner, self._runner = self._runner, None
        if runner is not None:
            await runner.cleanup()

    async def _list(self, request: web.Request) -> web.Response:
        lines = "".join(
            f'<li><a href="/mail/{mail.number}">{escape(mail.subject or "(no subject)")}</a><br>'
            f"to {escape(', '.join(mail.recipients))} · {mail.at.astimezone():%H:%M:%S}</li>"
            for mail in reversed(self._catcher.mails)
        )
        mails = f"<h1>Caught mails</h1><ul>{lines or '<li>None so far.</li>'}</ul>"
        return _page("Caught mails", mails + phone_list(self._provider), again=5)

    async def _mail(self, request: web.Request) -> web.Response:
        mail = self._found(request)
        shown = "".join(f"<dt>{name}</dt><dd>{escape(str(mail.message[name] or ''))}</dd>" for name in ("From", "To", "Date", "Message-ID"))
        html = f'<h2>HTML</h2><iframe title="HTML" src="/mail/{mail.number}/html"></iframe>' if mail.html else ""
        plain = f"<h2>Plain text</h2><pre>{_with_links(mail.plain)}</pre>"
        body = f'<p><a href="/">All mails</a></p><h1>{escape(mail.subject)}</h1><dl>{shown}</dl>{_for_a_phone(mail.plain)}{plain}{html}'
        return _page(mail.subject, body)

    async def _message(self, request: web.Request) -> web.Response:
        number, taken = int(request.match_info["number"]), self._provider.taken if self._provider else []
        if not 1 <= number <= len(taken):
            raise web.HTTPNotFound(text="There is no such message.")
        record = taken[number - 1]
        title, text = phone_title(record), phone_text(record)
        code = f" (code {record.error})" if record.error else ""
        shown = f"<dl><dt>From</dt><dd>{escape(record.sender)}</dd><dt>Delivery</dt><dd>{escape(record.status)}{code}</dd></dl>"
        return _page(title, f'<p><a href="/">All</a></p><h1>{escape(title)}</h1>{shown}{_for_a_phone(text)}<pre>{_with_links(text)}</pre>')

    async def _html(self, request: web.Request) -> web.Response:
        html = '<base target="_blank">' + self._found(request).html
        return web.Response(text=html, content_type="text/html", headers=_MAIL_HEADERS)

    def _found(self, request: web.Request) -> CaughtMail:
        number = int(request.match_info["number"])
        mails = self._catcher.mails
        if not 1 <= number <= len(mails):
            raise web.HTTPNotFound(text="There is no such mail.")
        return mails[number - 1]


@web.middleware
async def _local_names_only(request: web.Request, handler: Callable[..., object]) -> web.StreamResponse:
    if request.host.rpartition(":")[0] not in (LOOPBACK, "localhost"):
        raise web.HTTPForbidden(text="This page has another name.")
    answer = await handler(request)  # type: ignore[misc]
    assert isinstance(answer, web.StreamResponse)
    return answer


def _page(title: str, body: str, again: int | None = None) -> web.Response:
    refresh = f'<meta http-equiv="refresh" content="{again}">' if again else ""
    text = (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">{refresh}'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body>{body}</body></html>"
    )
    return web.Response(text=text, content_type="text/html", headers=_HEADERS)


def _for_a_phone(text: str) -> str:
    """The first link of a message as a picture that a phone's camera reads."""
    link = _ADDRESS.search(text)
    if link is None:
        return ""
    picture = segno.make(link[0], error="m").svg_inline(scale=5, border=3, title="The link, for a phone's camera")
    return f"<h2>On a phone</h2><p>Point the camera of a phone in the same network at this.</p>{picture}"


def _with_links(text: str) -> str:
    """The text as HTML, its addresses as links that tell nobody where they were clicked."""
    pieces, end = [], 0
    for found in _ADDRESS.finditer(text):
        address = escape(found[0])
        pieces += [escape(text[end : found.start()]), f'<a href="{address}" target="_blank" rel="noopener noreferrer">{address}</a>']
        end = found.end()
    return "".join([*pieces, escape(text[end:])])
