"""The built pages: one landing page for every guest's link, one for every organisation's, and their hashed files.

Opening a link is reading a file: nothing of the path is looked up, kept or logged (PRODUCT §4).
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Mapping
from html import escape
from pathlib import Path

import brotli
from aiohttp import hdrs, web

STATIC = Path(__file__).parent / "static"
LANDING = "guest.html"
INTERPRETER = "interpreter.html"
FOR_EVER = "public, max-age=31536000, immutable"
IDENTITY = "identity"
NOT_BUILT = "The guest page is not built on this server. Build it with `make page`, or install the released wheel.\n"
PHONE_GOES_HERE = "<!-- support phone -->"
"""In the landing page, above what a browser shows that runs no script of ours."""
CONTENT_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".mjs": "text/javascript; charset=utf-8",
    ".mp3": "audio/mpeg",
    ".ogg": "audio/ogg",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".wasm": "application/wasm",
    ".wav": "audio/wav",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
}


class Bundle:
    """Files below `static`; what is served is looked up at each request, so that a new build needs no restart.

    A file `x.js.br` or `x.js.gz` beside `x.js` is sent in its place to a browser that takes it. `support_phone` stands in the
    landing page itself: a browser that is too old for the page cannot ask for it.
    """

    def __init__(self, static: Path = STATIC, support_phone: str | None = None) -> None:
        self._static, self._support_phone = static, support_phone
        self._completed: dict[str, tuple[int, Mapping[str, bytes]]] = {}
        """By name: of which build, and the page with the support phone in each encoding."""

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/j", self.landing),
            web.get(r"/j/{anything:[\s\S]*}", self.landing),
            web.get("/i", self.interpreter),
            web.get(r"/i/{anything:[\s\S]*}", self.interpreter),
            web.get("/c", self.landing),
            web.get("/assets/{path:.+}", self.asset),
        ]

    @property
    def built(self) -> bool:
        return (self._static / LANDING).is_file()

    async def landing(self, request: web.Request) -> web.StreamResponse:
        return self._page(request, LANDING)

    async def interpreter(self, request: web.Request) -> web.StreamResponse:
        return self._page(request, INTERPRETER)

    def _page(self, request: web.Request, name: str) -> web.StreamResponse:
        if not self.built:
            return web.Response(status=503, text=NOT_BUILT)
        if self._support_phone is None:
            return _file(self._static / name, {})
        encodings = self._with_phone(self._static / name, self._support_phone)
        accepted = request.headers.get(hdrs.ACCEPT_ENCODING, "").lower()
        encoding = next((encoding for encoding in encodings if encoding in accepted), IDENTITY)
        headers = {"Content-Type": CONTENT_TYPES[".html"], "Vary": "Accept-Encoding"}
        if encoding != IDENTITY:
            headers["Content-Encoding"] = encoding
        return web.Response(body=encodings[encoding], headers=headers)

    def _with_phone(self, path: Path, phone: str) -> Mapping[str, bytes]:
        """Read and compressed once for each build. The smallest first."""
        built = path.stat().st_mtime_ns
        known = self._completed.get(path.name)
        if known is None or known[0] != built:
            page = path.read_text(encoding="utf-8").replace(PHONE_GOES_HERE, _to_ring(phone)).encode()
            known = built, {"br": brotli.compress(page), "gzip": gzip.compress(page, mtime=0), IDENTITY: page}
            self._completed[path.name] = known
        return known[1]

    async def asset(self, request: web.Request) -> web.StreamResponse:
        assets = (self._static / "assets").resolve()
        try:
            found = (assets / request.match_info["path"]).resolve()
            is_asset = found.is_relative_to(assets) and found.is_file() and found.suffix in CONTENT_TYPES
        except (OSError, ValueError):
            is_asset = False
        if not is_asset:
            raise web.HTTPNotFound
        return _file(found, {"Cache-Control": FOR_EVER})


def _to_ring(phone: str) -> str:
    """One line without words, above the sentence in each language."""
    number = re.sub(r"[^0-9+]", "", phone)
    return f'<p><a href="tel:{number}" dir="ltr">☎ {escape(phone)}</a></p>'


def _file(path: Path, headers: dict[str, str]) -> web.FileResponse:
    return web.FileResponse(path, headers={"Content-Type": CONTENT_TYPES[path.suffix], "Vary": "Accept-Encoding", **headers})
