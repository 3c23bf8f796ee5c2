"""Headers of every answer, limits of every caller, and whose address a request has."""

from __future__ import annotations

import ipaddress
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass

from aiohttp import web

PrepareSignal = Callable[[web.Request, web.StreamResponse], Awaitable[None]]
Seconds = Callable[[], float]
"""A clock that only moves forward, such as `time.monotonic`."""
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_POLICIES = (
    "default-src 'none'",
    "script-src 'self' 'wasm-unsafe-eval'",
    "style-src 'self'",
    "img-src 'self' blob: data:",
    "media-src 'self' blob:",
    "connect-src 'self'",
    "worker-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
)
_USED = ("camera", "microphone", "screen-wake-lock")
_NEVER_USED = ("accelerometer", "bluetooth", "display-capture", "geolocation", "gyroscope", "hid", "midi", "payment", "serial", "usb")
_USED_IN_A_FRAME = ("camera", "microphone")


def content_security_policy(framed: str | None = None) -> str:
    """`framed` is the one foreign origin that a page may show in a frame: the organisation's Jitsi Meet, where calls go by it."""
    return "; ".join([*_POLICIES, *([f"frame-src {framed}"] if framed else [])])


def permissions_policy(framed: str | None = None) -> str:
    """A page can give a frame only what it may use itself, and what is named for the frame's origin here."""
    used = [f'{feature}=(self "{framed}")' if framed and feature in _USED_IN_A_FRAME else f"{feature}=(self)" for feature in _USED]
    return ", ".join([*used, *(f"{feature}=()" for feature in _NEVER_USED)])


ALWAYS: Mapping[str, str] = {
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Server": "teleconnect",
}
UNLESS_SET: Mapping[str, str] = {"Cache-Control": "no-store"}
"""With the policy for content. A route may be stricter there (a download is sandboxed) and more generous about caching (hashed files)."""
STRICT_TRANSPORT_SECURITY = "max-age=31536000"


def security_headers(public_url: str, framed: str | None = None) -> PrepareSignal:
    """The one place where headers are set: the application's `on_response_prepare`. `framed` as in `content_security_policy`.

    It runs for every answer of the application, streamed ones, files, errors and unknown paths included.
    """
    https = public_url.startswith("https://")
    always = {**ALWAYS, "Permissions-Policy": permissions_policy(framed)}
    unless_set = {**UNLESS_SET, "Content-Security-Policy": content_security_policy(framed)}

    async def add(request: web.Request, response: web.StreamResponse) -> None:
        response.headers.update(always)
        for header, value in unless_set.items():
            response.headers.setdefault(header, value)
        if https:
            response.headers["Strict-Transport-Security"] = STRICT_TRANSPORT_SECURITY
        for header in ("Set-Cookie", "Access-Control-Allow-Origin"):
            response.headers.popall(header, None)

    return add


@dataclass(frozen=True, slots=True)
class Limit:
    """A token bucket: `burst` calls at once, then `per_second`."""

    burst: int
    per_second: float


class Buckets:
    """Token buckets for many callers. Bounded: of each limit the callers heard of longest ago are forgotten first, so that no flood of
    one kind makes another be forgotten."""

    def __init__(self, limits: Mapping[str, Limit], seconds: Seconds, remembered: int = 20_000) -> None:
        self._limits = limits
        self._seconds = seconds
        self._remembered = remembered
        self._levels: Mapping[str, OrderedDict[Hashable, tuple[float, float]]] = {name: OrderedDict() for name in limits}

    def take(self, name: str, caller: Hashable) -> float:
        """Count one call. 0 when it is allowed, else the seconds after which one would be (nothing is counted then)."""
        limit, now, levels = self._limits[name], self._seconds(), self._levels[name]
        level, since = levels.pop(caller, (float(limit.burst), now))
        level = min(float(limit.burst), level + (now - since) * limit.per_second)
        allowed = level >= 1.0
        levels[caller] = (level - 1.0 if allowed else level, now)
        if len(levels) > self._remembered:
            levels.popitem(last=False)
        return 0.0 if allowed else (1.0 - level) / limit.per_second

    def give_back(self, name: str, caller: Hashable) -> None:
        """One call that was counted does not count after all."""
        levels = self._levels[name]
        if caller in levels:
            level, since = levels[caller]
            levels[caller] = min(float(self._limits[name].burst), level + 1.0), since

    def __len__(self) -> int:
        return sum(len(levels) for levels in self._levels.values())


def parse_networks(trusted_proxies: Sequence[str]) -> tuple[Network, ...]:
    """Addresses or networks in CIDR notation. Raises `ValueError` that names the wrong one."""
    return tuple(ipaddress.ip_network(proxy, strict=False) for proxy in trusted_proxies)


def _address(text: str | None) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        address = ipaddress.ip_address((text or "").strip())
    except ValueError:
        return None
    return (address.ipv4_mapped or address) if isinstance(address, ipaddress.IPv6Address) else address


def client_address(request: web.BaseRequest, trusted: Sequence[Network]) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The address the request came from.

    `X-Forwarded-For` counts only when the peer is a trusted proxy, and then from the right up to the first address that
    is not a trusted proxy itself; whatever a client wrote further left is hearsay.
    """
    found = _address(request.remote)
    if found is None or not any(found in network for network in trusted):
        return found
    for hop in reversed(",".join(request.headers.getall("X-Forwarded-For", [])).split(",")):
        forwarded = _address(hop)
        if forwarded is None:
            break
        found = forwarded
        if not any(found in network for network in trusted):
            break
    return found


def caller_key(request: web.BaseRequest, trusted: Sequence[Network]) -> str:
    """What limits per address count by: an IPv4 address, or the /64 that one IPv6 customer owns."""
    address = client_address(request, trusted)
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)
