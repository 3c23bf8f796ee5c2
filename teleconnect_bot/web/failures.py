"""Who guesses: tokens and secrets that lead nowhere are counted by address, before anything is looked up for them.

Guessing succeeds nowhere anyhow (128 bits of a token, 256 of a secret); what is bounded here is what it costs the database. A whole camp
may share one address. So the numbers are far above what people do by mistake, and whatever has led somewhere before passes at any time:
of a camp in which somebody guesses all day, only those wait who open their link for the first time, until the page tries again.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from types import TracebackType
from typing import Any, Self, TypeVar

from aiohttp import hdrs, web
from aiohttp.typedefs import Middleware

from teleconnect_bot.services.guest_door import LinkIsGood, NoSuchLink, secret_digest
from teleconnect_bot.web.calls import WholeCalls, digest_of_token, slow_down
from teleconnect_bot.web.security import Buckets, Limit, Network, Seconds, caller_key

T = TypeVar("T")
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

OF_TOKENS = Limit(burst=100, per_second=1)
"""Per address. A hundred people who open old links at once are served; a look-up a second is nothing to the database."""
OF_SECRETS = Limit(burst=1000, per_second=5)
"""Per address. Each page whose session was deleted asks once or twice with a secret that is none any more, and then stops. After a restart
nothing is known yet, and all the pages of a camp come back in the same moment."""
REMEMBERED = 20_000


class Lookup:
    """One look-up, to be used as `with`. `found` is set once it is known; while it is not, as when the database does not answer, nothing
    counts. The end of the block may raise `TooManyFailures`."""

    def __init__(self, failures: Failures, address: str, shown: bytes, *, taken: bool) -> None:
        self.found: bool | None = None
        self._settled = False
        self._failures, self._address, self._shown, self._taken = failures, address, shown, taken

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.settle()

    def settle(self) -> None:
        """It is over, whatever is waited for in the block from here on."""
        if self._settled:
            return
        self._settled = True
        self._failures.ended(self._address, self._shown, found=self.found, taken=self._taken)


LOOKUP = web.RequestKey("lookup", Lookup)


def secret_found(request: web.Request) -> None:
    """Whoever has found a seat says so here before the call is carried out: a poll that is held is no guess."""
    lookup = request.get(LOOKUP)
    if lookup is not None:
        lookup.found = True
        lookup.settle()


class TooManyFailures(Exception):
    """Nothing was looked up; it may be tried again after `wait` seconds."""

    def __init__(self, wait: float) -> None:
        super().__init__("too many failures")
        self.wait = wait


class Failures:
    """`limit` of look-ups that find nothing, for each address. One that is under way counts as such: many at once are no way round."""

    def __init__(self, limit: Limit, seconds: Seconds, remembered: int = REMEMBERED, *, alike: bool = False) -> None:
        """`alike`: above the limit, what has led somewhere before and no longer does is answered like what never did."""
        self._buckets = Buckets({"failed": limit}, seconds, remembered)
        self._remembered, self._alike = remembered, alike
        self._known: OrderedDict[bytes, None] = OrderedDict()

    def lookup(self, address: str, shown: bytes) -> Lookup:
        """`shown`: the digest of the token or secret that somebody at `address` shows. Raises `TooManyFailures`."""
        known = shown in self._known
        if not known and (wait := self._buckets.take("failed", address)):
            raise TooManyFailures(wait)
        return Lookup(self, address, shown, taken=not known)

    def failed(self, address: str) -> float:
        """One failure more, of a call that looks up nothing. 0, or the seconds to wait."""
        return self._buckets.take("failed", address)

    def ended(self, address: str, shown: bytes, *, found: bool | None, taken: bool) -> None:
        if taken and found is not False:
            self._buckets.give_back("failed", address)
        if found is False:
            self._known.pop(shown, None)
            if self._alike and not taken and (wait := self._buckets.take("failed", address)):
                raise TooManyFailures(wait)
        elif found:
            self._known[shown] = None
            self._known.move_to_end(shown)
            if len(self._known) > self._remembered:
                self._known.popitem(last=False)


class Tokens:
    """Where tokens are looked up, each use of one carried out to its end. How a look-up ends says by itself what it found."""

    def __init__(self, trusted: Sequence[Network], seconds: Seconds, calls: WholeCalls) -> None:
        self._trusted, self._calls = trusted, calls
        self._failures = Failures(OF_TOKENS, seconds, alike=True)

    async def look_up(self, request: web.Request, token: str, use: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """What `use` answers or raises. A token leads nowhere when that is None, False or `NoSuchLink`, and somewhere when it is any other
        answer or a `LinkIsGood`; any other error, as of a database that does not answer, says neither. Raises `TooManyFailures`."""
        with self._failures.lookup(caller_key(request, self._trusted), digest_of_token(token)) as lookup:
            try:
                answer = await self._calls.carry_out(use())
            except (NoSuchLink, LinkIsGood) as error:
                lookup.found = isinstance(error, LinkIsGood)
                raise
            lookup.found = answer is not None and answer is not False
            return answer

    def failed(self, request: web.Request) -> float:
        """One failure more, of a call that tells nobody what it found. 0, or the seconds to wait."""
        return self._failures.failed(caller_key(request, self._trusted))


def bearer_digest(request: web.Request) -> bytes | None:
    """The digest of the secret in `Authorization: Bearer`, if one of the right shape is there."""
    scheme, _, secret = request.headers.get(hdrs.AUTHORIZATION, "").partition(" ")
    return secret_digest(secret) if scheme == "Bearer" else None


def unknown_secrets(looked_up: Callable[[str], bool], matrix: str, trusted: Sequence[Network], seconds: Seconds) -> Middleware:
    """Counts every 401 to a secret by its address, and refuses an address that has too many of them. `looked_up` says of a path, as it
    came, whether a secret is looked up there; calls below `matrix` are refused in Matrix's words."""
    failures = Failures(OF_SECRETS, seconds)

    @web.middleware
    async def count(request: web.Request, handler: Handler) -> web.StreamResponse:
        path, digest = request.rel_url.raw_path, bearer_digest(request)
        if digest is None or not looked_up(path):
            return await handler(request)
        try:
            lookup = failures.lookup(caller_key(request, trusted), digest)
        except TooManyFailures as many:
            return _slow_down(many.wait, matrix=path.startswith(matrix))
        with lookup:
            request[LOOKUP] = lookup
            response = await handler(request)
            if response.status in (200, 401):
                lookup.found = response.status == 200
            return response

    return count


def _slow_down(wait: float, *, matrix: bool) -> web.Response:
    response = slow_down(wait)
    if matrix:
        body = {"errcode": "M_LIMIT_EXCEEDED", "error": "Too fast", "retry_after_ms": int(wait * 1000) + 1}
        response.body = web.json_response(body).body
    return response
