"""The configuration: typed, documented, strict (PRODUCT §10, §11).

    config = load(Path("config.yaml"))

Secrets are `SecretStr`; relative paths are absolute after reading; durations are `timedelta`, sizes bytes.
"""

from .reading import ConfigError, Problem, load, parse, read_document, unused
from .schema import Config
from .sections import (
    Access,
    Appservice,
    Email,
    Guests,
    Homeserver,
    Listen,
    Logs,
    Public,
    Retention,
    Ring,
    Sessions,
    Terms,
    Uploads,
)

__all__ = [
    "Access",
    "Appservice",
    "Config",
    "ConfigError",
    "Email",
    "Guests",
    "Homeserver",
    "Listen",
    "Logs",
    "Problem",
    "Public",
    "Retention",
    "Ring",
    "Sessions",
    "Terms",
    "Uploads",
    "load",
    "parse",
    "read_document",
    "unused",
]
