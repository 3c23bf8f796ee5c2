"""What a token for Jitsi Meet says, read by a library that has nothing to do with the one that signs (PRODUCT §7)."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from teleconnect_bot.adapters.jitsi import LIFETIME, JitsiSettings, JitsiTokens, settings_of
from teleconnect_bot.config.calls import Jitsi
from teleconnect_bot.demo.jitsi import JitsiMeet, NotLetIn
from teleconnect_bot.domain.conferences import Participant

NOW = datetime(2026, 11, 3, 9, 30, tzinfo=UTC)
ROOM = "5f" * 20
NURSE, AMINA = Participant("Staff call", moderator=True), Participant("Amina (Service user)", moderator=False)
SECRET = "k" * 40


@cache
def key_pair(number: int = 1) -> tuple[str, str]:
    """A private key, and its public one, in PEM."""
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = private.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    public = private.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return pem.decode(), public.decode()


def signing(algorithm: str) -> JitsiSettings:
    rs256 = algorithm == "RS256"
    key, key_id = (key_pair()[0], "2026-11") if rs256 else (SECRET, None)
    return JitsiSettings("https://jitsi.example.org", "clinic", key, algorithm, key_id, "meetings", None)


def jitsi(algorithm: str, now: datetime = NOW) -> JitsiMeet:
    rs256 = algorithm == "RS256"
    key, key_id = (key_pair()[1], "2026-11") if rs256 else (SECRET, None)
    return JitsiMeet(key, algorithm, "clinic", "meetings", "jitsi.example.org", key_id, clock=now.timestamp)


def token(algorithm: str, participant: Participant = AMINA) -> str:
    return JitsiTokens(signing(algorithm)).token(ROOM, "a1b2", participant, NOW)


def why_not(double: JitsiMeet, of: str, room: str = ROOM) -> str:
    with pytest.raises(NotLetIn) as refusal:
        double.verify(of, room)
    return refusal.value.why


def part(of: str, number: int) -> dict[str, object]:
    raw = of.split(".")[number]
    content: dict[str, object] = json.loads(base64.urlsafe_b64decode(raw + "=" * (-len(raw) % 4)))
    return content


@pytest.mark.parametrize("algorithm", ["HS256", "RS256"])
def test_both_algorithms_are_let_in_for_this_conference_alone_and_as_this_person(algorithm: str) -> None:
    amina = jitsi(algorithm).verify(token(algorithm), ROOM)
    assert (amina.user, amina.name, amina.moderator) == ("a1b2", "Amina (Service user)", False)
    assert jitsi(algorithm).verify(token(algorithm, NURSE), ROOM).moderator
    assert why_not(jitsi(algorithm), token(algorithm), "6f" * 20) == "room"


@pytest.mark.parametrize("algorithm", ["HS256", "RS256"])
def test_the_claims_are_exactly_these(algorithm: str) -> None:
    made = token(algorithm, NURSE)
    moment = int(NOW.timestamp())
    assert part(made, 1) == {
        "aud": "meetings",
        "iss": "clinic",
        "sub": "jitsi.example.org",
        "room": ROOM,
        "nbf": moment - 30,
        "exp": moment + 90,
        "context": {
            "user": {"id": "a1b2", "name": "Staff call", "moderator": True, "affiliation": "owner"},
            "features": {
                "livestreaming": False,
                "outbound-call": False,
                "recording": False,
                "sip-outbound-call": False,
                "transcription": False,
            },
        },
    }
    assert timedelta(minutes=10) >= LIFETIME
    header = part(made, 0)
    assert header["alg"] == algorithm
    assert header.get("kid") == ("2026-11" if algorithm == "RS256" else None)


@pytest.mark.parametrize("algorithm", ["HS256", "RS256"])
@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"audience": "others"}, "aud"),
        ({"app_id": "others"}, "iss"),
        ({"subject": "others.example.org"}, "sub"),
        ({"key_id": "2025-01"}, "kid"),
    ],
)
def test_a_token_of_another_deployment_is_refused(algorithm: str, changes: dict[str, str], why: str) -> None:
    assert why_not(replace(jitsi(algorithm), **changes), token(algorithm)) == why  # type: ignore[arg-type]


@pytest.mark.parametrize("algorithm", ["HS256", "RS256"])
@pytest.mark.parametrize("after", [timedelta(seconds=90), timedelta(hours=1), timedelta(seconds=-31)])
def test_a_token_is_good_for_a_minute_and_a_half_and_not_before(algorithm: str, after: timedelta) -> None:
    assert jitsi(algorithm, NOW + timedelta(seconds=89)).verify(token(algorithm), ROOM).room == ROOM
    assert why_not(jitsi(algorithm, NOW + after), token(algorithm)) == "time"


@pytest.mark.parametrize("algorithm", ["HS256", "RS256"])
def test_a_token_that_was_changed_is_refused(algorithm: str) -> None:
    header, claims, signature = token(algorithm).split(".")
    content = part(token(algorithm), 1) | {"exp": int(NOW.timestamp()) + 599}
    longer = base64.urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()
    unsigned = base64.urlsafe_b64encode(b'{"alg":"none","typ":"JWT"}').rstrip(b"=").decode()
    other = "A" if signature[0] != "A" else "B"
    forged = (
        f"{header}.{longer}.{signature}",
        f"{header}.{claims}.{other}{signature[1:]}",
        f"{unsigned}.{claims}.",
        f"{header}.{claims}.",
        "",
    )
    assert {why_not(jitsi(algorithm), each) for each in forged} == {"signature"}


def test_a_token_signed_with_another_key_or_in_the_other_way_is_refused() -> None:
    foreign = replace(signing("HS256"), key="j" * 40)
    assert why_not(jitsi("HS256"), JitsiTokens(foreign).token(ROOM, "a1b2", AMINA, NOW)) == "signature"
    foreign = replace(signing("RS256"), key=key_pair(2)[0])
    assert why_not(jitsi("RS256"), JitsiTokens(foreign).token(ROOM, "a1b2", AMINA, NOW)) == "signature"
    assert why_not(jitsi("RS256"), token("HS256")) == "signature"
    assert why_not(jitsi("HS256"), token("RS256")) == "signature"


def test_a_token_that_is_good_for_too_long_is_refused() -> None:
    claims = part(token("HS256"), 1) | {"exp": int(NOW.timestamp()) + 601}
    assert why_not(jitsi("HS256"), jwt.encode(claims, SECRET)) == "exp"


@pytest.mark.parametrize("missing", ["aud", "iss", "sub", "room", "exp", "nbf", "context"])
def test_each_claim_must_be_there(missing: str) -> None:
    claims = {claim: value for claim, value in part(token("HS256"), 1).items() if claim != missing}
    assert why_not(jitsi("HS256"), jwt.encode(claims, SECRET)) == {"exp": "time", "nbf": "time"}.get(missing, missing)


def test_a_secret_is_in_no_repr() -> None:
    described = Jitsi.model_validate({"domain": "https://jitsi.example.org", "app_id": "clinic", "key": SECRET})
    settings = settings_of(described)
    for shown in (settings, described, jitsi("HS256"), AMINA):
        assert SECRET not in repr(shown)
        assert "Amina" not in repr(shown)
    assert JitsiTokens(settings).address(ROOM) == f"https://jitsi.example.org/{ROOM}"
    assert JitsiTokens(settings).token(ROOM, "a1b2", AMINA, NOW) == JitsiTokens(settings).token(ROOM, "a1b2", AMINA, NOW)
    assert part(JitsiTokens(replace(settings, subject="clinic")).token(ROOM, "a1b2", AMINA, NOW), 1)["sub"] == "clinic"
