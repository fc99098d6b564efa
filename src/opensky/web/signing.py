"""What leaves us and comes back: tokens, digests, signatures."""

import hashlib
import secrets

from opensky.kernel.sealing import Signer

__all__ = ["Signer", "digest", "new_token"]


def new_token() -> str:
    """Return 256 random bits, fit for a cookie or a header."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """Return what is kept of a token. A plain digest will do: nobody guesses 256 random bits."""
    return hashlib.sha256(token.encode()).hexdigest()
