"""What a browser's own statistics say of the calls that it is in (W3C webrtc-stats), so that a test counts real sound and pictures."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from playwright.async_api import Page

RECORD_CONNECTIONS = """
(() => {
  const Real = window.RTCPeerConnection;
  window.connections = [];
  window.told = [];
  window.RTCPeerConnection = class extends Real {
    constructor(settings) { super(settings); window.connections.push(this); this.settings = settings; }
    setRemoteDescription(said) { if (said?.sdp) window.told.push(said.sdp); return super.setRemoteDescription(said); }
    addIceCandidate(said) { if (said?.candidate) window.told.push(said.candidate); return super.addIceCandidate(said); }
  };
})()
"""
"""Before the page's own scripts: every connection that they make is kept to be asked later, with all that the others told of theirs."""
_READ = """async () => Promise.all(window.connections.filter((each) => each.connectionState === 'connected').map(async (each) => {
  const found = { sound: 0, frames: 0, sent: 0, received: 0, ways: [], policy: each.settings?.iceTransportPolicy ?? 'all' };
  const report = await each.getStats();
  report.forEach((entry) => {
    if (entry.type === 'inbound-rtp' && entry.kind === 'audio') found.sound += entry.bytesReceived;
    if (entry.type === 'inbound-rtp' && entry.kind === 'video') found.frames += entry.framesDecoded ?? 0;
    if (entry.type === 'transport') {
      found.sent += 8 * (entry.bytesSent + HEADERS * entry.packetsSent);
      found.received += 8 * (entry.bytesReceived + HEADERS * entry.packetsReceived);
    }
    if (entry.type === 'candidate-pair' && entry.nominated && entry.state === 'succeeded') {
      const [local, remote] = [report.get(entry.localCandidateId), report.get(entry.remoteCandidateId)];
      found.ways.push([local?.candidateType, local?.relayProtocol ?? '', remote?.candidateType]);
    }
  });
  return found;
}))""".replace("HEADERS", str(20 + 8 + 4))
"""The headers of a relayed packet besides what the browser counts: IPv4, UDP, TURN channel (RFC 8656)."""
_CANDIDATE = re.compile(r"candidate:\S+ \d+ \w+ \d+ (\S+) \d+ typ (\w+)(?: raddr (\S+))?")
POLL_SECONDS = 0.25


@dataclass(frozen=True)
class Line:
    """One connection that stands: bytes of sound, pictures decoded, and bits on the line both ways so far, and by which way."""

    sound: int
    frames: int
    sent: int
    received: int
    policy: str
    ways: list[list[str]] = field(default_factory=list)


async def lines(page: Page) -> list[Line]:
    found: list[Any] = await page.evaluate(_READ)
    return [Line(**each) for each in found]


@dataclass(frozen=True)
class Place:
    """Where another browser said that it can be reached (RFC 8839)."""

    address: str
    kind: str
    related: str


async def told(page: Page) -> str:
    """Everything that the others' browsers told this one of their connections."""
    return "\n".join(await page.evaluate("window.told"))


async def places(page: Page) -> set[Place]:
    return {Place(*found) for found in _CANDIDATE.findall(await told(page))}


async def until(page: Page, holds: Callable[[list[Line]], bool], timeout: float = 120.0) -> list[Line]:
    """The lines once it holds of them; fails with what they were at last."""
    found: list[Line] = []
    try:
        async with asyncio.timeout(timeout):
            while True:
                found = await lines(page)
                if holds(found):
                    return found
                await asyncio.sleep(POLL_SECONDS)
    except TimeoutError:
        states = await page.evaluate("window.connections.map((each) => `${each.connectionState}/${each.signalingState}`)")
        raise AssertionError(f"in vain: {found}, of {states}") from None


def sound_on(count: int) -> Callable[[list[Line]], bool]:
    return lambda found: sum(line.sound > 2_000 for line in found) >= count


def pictures_on(count: int) -> Callable[[list[Line]], bool]:
    return lambda found: sum(line.frames > 5 for line in found) >= count


def nobody(found: list[Line]) -> bool:
    return not found


async def bits_per_second(page: Page, seconds: float) -> tuple[float, float]:
    """What this browser sends and gets over all its lines, headers included."""
    before = await lines(page)
    await asyncio.sleep(seconds)
    after = await lines(page)
    sent = sum(line.sent for line in after) - sum(line.sent for line in before)
    received = sum(line.received for line in after) - sum(line.received for line in before)
    return sent / seconds, received / seconds
