"""What is kept, and for how long: one page for service users in each language, linked from the terms (PRODUCT §9).

It belongs to no session, names nobody and runs no script, so that it can be read in any browser, printed, and shown by staff.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Protocol

from aiohttp import web

from teleconnect_bot.web.guest import Language

_STYLE = (
    ":root{color-scheme:light dark;font-family:system-ui,sans-serif;line-height:1.6}"
    "body{margin:0 auto;padding:1rem;max-inline-size:38rem;overflow-wrap:anywhere}"
    "h1{font-size:1.5rem;line-height:1.3}h2{font-size:1.15rem;margin-block:1.5rem 0.5rem}li{margin-block:0.4rem}"
    "nav{margin-block-start:2rem}nav ul{padding:0;list-style:none;display:flex;flex-wrap:wrap;gap:0.5rem}"
    "nav a,nav strong{display:inline-block;padding:0.6rem 0.75rem;min-inline-size:1.5rem}"
    "@media print{nav{display:none}}"
)
_STYLE_DIGEST = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
CONTENT_SECURITY_POLICY = (
    f"default-src 'none'; style-src 'sha256-{_STYLE_DIGEST}'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


class Kept(Protocol):
    """The words, by language; `body` is HTML of our own, `reads_as` the language that they are really in."""

    def reads_as(self, language: str) -> str: ...

    def title(self, language: str) -> str: ...

    def body(self, language: str) -> str: ...


class KeptPages:
    """`languages`: at least one; the first is shown when an address names a language that is not there."""

    def __init__(self, kept: Kept, languages: Sequence[Language]) -> None:
        self._first = languages[0].code
        self._pages: Mapping[str, str] = {language.code: _page(kept, language, languages) for language in languages}

    def routes(self) -> list[web.RouteDef]:
        return [web.get(r"/kept/{language:[A-Za-z-]{2,12}}", self.page)]

    async def page(self, request: web.Request) -> web.Response:
        headers = {"Content-Security-Policy": CONTENT_SECURITY_POLICY}
        html = self.html(request.match_info["language"].lower())
        return web.Response(text=html, content_type="text/html", charset="utf-8", headers=headers)

    def html(self, language: str) -> str:
        return self._pages.get(language) or self._pages[self._first]


def _page(kept: Kept, language: Language, languages: Iterable[Language]) -> str:
    title, code = escape(kept.title(language.code)), kept.reads_as(language.code)
    others = "".join(f"<li>{_other(other, shown=other is language)}</li>" for other in languages)
    return (
        f'<!doctype html><html lang="{escape(code)}" dir="{escape(language.direction)}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">'
        f"<title>{title}</title><style>{_STYLE}</style></head>"
        f"<body><main><h1>{title}</h1>{kept.body(language.code)}</main><nav><ul>{others}</ul></nav></body></html>"
    )


def _other(language: Language, *, shown: bool) -> str:
    attributes = f'lang="{escape(language.code)}" dir="{escape(language.direction)}"'
    if shown:
        return f"<strong {attributes}>{escape(language.name)}</strong>"
    return f'<a href="/kept/{escape(language.code)}" {attributes}>{escape(language.name)}</a>'
