"""Passwords: how they are kept, and which are refused.

Kept as argon2id with 19 MiB, two passes and one lane (OWASP's first choice): about 34 ms and 19 MiB each, so that at most
two are worked on at once. Never call it while a unit of work has begun: nobody else could write meanwhile.
"""

import threading
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from opensky.kernel.errors import FieldError, Invalid

LEAST, MOST = 8, 256
AT_ONCE = 2
_CONTEXT_LENGTH = 4
_OWN_LENGTH = 5
"""How much of a password must be left when the member's own words are taken out of it."""


class Passwords:
    """Makes and checks hashes. One for the process, as it is what bounds their number at one time."""

    def __init__(self) -> None:
        self._hasher = PasswordHash((Argon2Hasher(time_cost=2, memory_cost=19 * 1024, parallelism=1),))
        self._turns = threading.BoundedSemaphore(AT_ONCE)
        self._nobody = ""

    def hash(self, password: str) -> str:
        """Return what is kept of a password. It is taken as typed: not trimmed, not cut."""
        with self._turns:
            return self._hasher.hash(password)

    def check(self, password: str, kept: str) -> tuple[bool, str]:
        """Say whether a password fits what is kept of it, and give a new hash where the old one is out of date.

        Without ``kept``, of an account that does not exist, it takes as long and fits nothing.
        """
        if len(password) > MOST:
            return False, ""
        with self._turns:
            if not kept:
                self._hasher.verify(password, self._decoy())
                return False, ""
            fits, newer = self._hasher.verify_and_update(password, kept)
            return fits, newer or ""

    def _decoy(self) -> str:
        if not self._nobody:
            self._nobody = self._hasher.hash("the password of nobody")
        return self._nobody


def refuse_weak(password: str, context: Iterable[str] = (), *, field: str = "password") -> None:
    """Refuse a password that is too short, that everybody knows, or that is little more than the member's own words.

    ``context`` is what others know of the member: name, e-mail, the shop. There are no rules about kinds of characters.

    Raises:
        Invalid: says why, beside ``field``.
    """
    if len(password) < LEAST:
        raise _weak(field, f"Please use at least {LEAST} characters. A short sentence is easy to remember.")
    if len(password) > MOST:
        raise _weak(field, f"Please use at most {MOST} characters.")
    folded = password.casefold()
    if folded in _common():
        raise _weak(field, "This is one of the first passwords that anybody would try. Please choose another.")
    rest = folded
    for word in sorted(_words(context), key=len, reverse=True):
        rest = rest.replace(word, "")
    if rest != folded and sum(c.isalnum() for c in rest) < _OWN_LENGTH:
        raise _weak(field, "This is close to your name, your e-mail address or the shop's name. Please choose another.")


def _words(context: Iterable[str]) -> set[str]:
    """Return the parts of a member's words that are long enough to mean something."""
    parts = (part for text in context for part in "".join(c if c.isalnum() else " " for c in text.casefold()).split())
    return {part for part in parts if len(part) >= _CONTEXT_LENGTH}


def _weak(field: str, message: str) -> Invalid:
    return Invalid(FieldError(field, message, "weak"))


@cache
def _common() -> frozenset[str]:
    """Return our own list of passwords that people take first: walks over the keyboard, names and words with a year."""
    text = files("opensky.devo.members").joinpath("common_passwords.txt").read_text("utf-8")
    return frozenset(text.split())
