"""Order numbers: short enough to be read out on the phone. They give access to nothing."""

import secrets

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Digits and capitals without those that are taken for each other: 0 and O, 1, I and L, U and V."""
LENGTH = 7


def new_number() -> str:
    """Return a number such as ``OS-7KQ2MXB``: one of 21 thousand million, so that two rarely meet."""
    return "OS-" + "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
