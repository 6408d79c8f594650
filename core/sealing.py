"""Texts that a copy of the database must not give away: kept sealed under SECRET_KEY, for one purpose each."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from hashlib import sha256

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


class SealedElsewhere(Exception):
    """No key that this portal knows opens it: SECRET_KEY was changed, and the old one forgotten."""


def seal(text: str, purpose: str) -> str:
    return _seals(purpose).encrypt(text.encode()).decode()


def unseal(sealed: str, purpose: str) -> str:
    """What was sealed, under SECRET_KEY or an older key in SECRET_KEY_FALLBACKS. Raises SealedElsewhere."""
    try:
        return _seals(purpose).decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise SealedElsewhere(f"No key that is known opens what was sealed for {purpose}.") from None


def _seals(purpose: str) -> MultiFernet:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    digests = (sha256(f"{purpose} {key}".encode()).digest() for key in keys)
    return MultiFernet([Fernet(urlsafe_b64encode(digest)) for digest in digests])
