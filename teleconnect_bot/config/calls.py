"""The section `calls`: by what people see and hear each other (PRODUCT §7)."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from pydantic import Field, ValidationInfo, field_validator, model_validator

from .sections import Section
from .values import Origin, Secret, Text, is_loopback, matched

SHORTEST_SECRET = 32
"""Bytes: RFC 7518 §3.2 asks for a key as long as the hash of HS256."""
SHORTEST_RSA = 2048
"""Bits: RFC 7518 §3.3."""
_WORD = re.compile(r"[A-Za-z0-9._*-]+")
Word = Annotated[str, matched(_WORD, "may hold only letters, digits and . _ * -")]


class Jitsi(Section):
    domain: Origin = Field(
        description="Address of the organisation's own Jitsi Meet, which must refuse everybody without a token of ours.",
        examples=["https://jitsi.example.org"],
    )
    app_id: Text = Field(description="app_id of its token authentication; tokens bear it as `iss`.", examples=["teleconnect"])
    algorithm: Literal["HS256", "RS256"] = Field(
        "HS256", description="HS256: key is app_secret, at least 32 characters. RS256: key is a private key in PEM, at least 2048 bits."
    )
    key: Secret = Field(description="What tokens are signed with.", examples=[{"file": "var/secrets/jitsi_key"}])
    key_id: Text | None = Field(None, description="`kid` in the token's header, where RS256 keys are looked up by name.")
    audience: Word = Field("jitsi", description="`aud` of the tokens: what Jitsi is told to accept (accepted_audiences).")
    subject: Word | None = Field(None, description="`sub` of the tokens; without it, the domain's host name.")

    @field_validator("domain")
    @classmethod
    def _by_https(cls, value: str) -> str:
        if value.startswith("http:") and not is_loopback(value):
            raise ValueError("must begin with https://: a browser gives camera and microphone to nothing else")
        return value

    @field_validator("key")
    @classmethod
    def _a_key_of_its_algorithm(cls, value: Any, info: ValidationInfo) -> Any:
        secret = value.get_secret_value().encode()
        if info.data.get("algorithm") == "HS256":
            if len(secret) < SHORTEST_SECRET:
                raise ValueError(f"must be at least {SHORTEST_SECRET} characters long for HS256, or tokens can be forged")
            return value
        try:
            key = load_pem_private_key(secret, password=None)
        except (ValueError, TypeError):
            raise ValueError("must be a private key in PEM without a password for RS256") from None
        if not isinstance(key, rsa.RSAPrivateKey) or key.key_size < SHORTEST_RSA:
            raise ValueError(f"must be an RSA key of at least {SHORTEST_RSA} bits for RS256")
        return value


class Calls(Section):
    provider: Literal["builtin", "jitsi", "element_call", "none"] = Field(
        "builtin",
        description="builtin: from browser to browser, up to 6 people in sound and 3 in picture, by the homeserver's TURN server. jitsi: "
        "your own Jitsi Meet, section jitsi. element_call: staff use Element's own button, guests only see that a call runs. none: no "
        "calls.",
    )
    force_relay: bool = Field(
        True,
        description="builtin: sound and picture go through the TURN server alone, so that nobody learns anybody's address. Without a TURN "
        "server there is no call then. false: the browsers may find each other directly. jitsi: true asks Jitsi Meet for no direct line "
        "between two.",
    )
    jitsi: Jitsi | None = Field(None, description="For provider jitsi.")

    @property
    def by_element(self) -> bool:
        """Staff call each other by Element's own button."""
        return self.provider == "element_call"

    @model_validator(mode="after")
    def _jitsi_is_described(self) -> Calls:
        if self.provider == "jitsi" and self.jitsi is None:
            raise ValueError("provider jitsi needs calls.jitsi.domain, calls.jitsi.app_id and calls.jitsi.key")
        return self
