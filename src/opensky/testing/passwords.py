"""Passwords whose hashes are made at once, for tests of what else depends on somebody being logged in."""

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from opensky.devo.members.passwords import Passwords


class QuickPasswords(Passwords):
    """Of the same kind as a shop's, but with the least memory and one pass: they would protect nobody."""

    def __init__(self) -> None:
        super().__init__()
        self._hasher = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1),))
