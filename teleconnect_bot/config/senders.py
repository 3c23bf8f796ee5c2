"""Who SMS and WhatsApp messages come from, by how the number begins, and the templates that WhatsApp has approved."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator

from .values import matched

_PREFIX = re.compile(r"default|\+[1-9]\d{0,6}")
_NUMBER = r"\+[1-9]\d{5,14}"
_SERVICE = r"MG[0-9a-f]{32}"
# Twilio, "Alphanumeric Sender ID": up to 11 characters of these, at least one of them a letter.
_NAME = r"(?=.*[A-Za-z])[A-Za-z0-9 &+_-]{1,11}"


def _by_country(value: Any) -> dict[str, Any]:
    """One value for every country, or a mapping by the beginning of the number."""
    if not isinstance(value, Mapping):
        return {"default": value}
    if not value or not all(isinstance(key, str) and _PREFIX.fullmatch(key) for key in value):
        raise ValueError('must have keys such as default or "+41" (in quotes): how numbers begin')
    return dict(value)


ByCountry = BeforeValidator(_by_country)
SmsSender = Annotated[
    str,
    matched(
        re.compile(f"{_NUMBER}|{_SERVICE}|{_NAME}"),
        'must be a number such as "+41790000000", a messaging service (MG…) or a name of at most 11 letters and digits',
    ),
]
WhatsAppSender = Annotated[
    str, matched(re.compile(f"{_NUMBER}|{_SERVICE}"), 'must be a number such as "+41790000000" or a messaging service (MG…)')
]
ContentSid = Annotated[
    str, matched(re.compile(r"HX[0-9a-fA-F]{32}"), "must be the ContentSid of an approved template: HX and 32 hex digits")
]
