"""Teleconnect bot: confidential remote sessions over Matrix with people who have nothing but a phone."""

__version__ = "0.1.0"
