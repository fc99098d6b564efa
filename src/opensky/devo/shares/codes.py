"""Codes of shares: short enough for an address, and not to be guessed, as who guesses one could see what is shared."""

import secrets

ALPHABET = "23456789abcdefghjkmnpqrstvwxyz"
LENGTH = 14


def new_code() -> str:
    """Return a code such as ``k7m2xbq49tzc5w``: 68 random bits."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def is_code(text: str) -> bool:
    """Whether this can be a code at all: what cannot is not looked for."""
    return len(text) == LENGTH and set(text) <= set(ALPHABET)
