"""Passwords: kept as argon2id, refused where anybody would guess them, taken as typed."""

import threading
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opensky.devo.members.passwords import AT_ONCE, LEAST, MOST, Passwords, refuse_weak
from opensky.kernel.errors import Invalid

PASSWORDS = Passwords()


def refusal_of(password: str, *context: str) -> str:
    """Return why a password is refused, empty if it is not."""
    try:
        refuse_weak(password, context)
    except Invalid as error:
        return error.errors[0].message
    return ""


def test_a_password_is_kept_as_argon2id_of_19_mebibytes() -> None:
    """OWASP's first choice: m=19 MiB, t=2, p=1."""
    assert PASSWORDS.hash("a short sentence").startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_a_password_fits_what_was_kept_of_it_and_nothing_else_does() -> None:
    """Neither another password nor the same in other cases."""
    kept = PASSWORDS.hash("A short sentence")

    assert PASSWORDS.check("A short sentence", kept) == (True, "")
    assert PASSWORDS.check("a short sentence", kept) == (False, "")
    assert PASSWORDS.check("A short sentence ", kept) == (False, "")


def test_nobody_s_password_fits_nothing_but_is_worked_on_all_the_same() -> None:
    """An account that does not exist answers as slowly as one that does."""
    assert PASSWORDS.check("the password of nobody", "") == (False, "")


def test_an_old_hash_is_made_anew_when_its_password_is_seen() -> None:
    """Stronger parameters reach a member at the next log-in."""
    from argon2 import PasswordHasher  # noqa: PLC0415

    old = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("a short sentence")

    fits, newer = PASSWORDS.check("a short sentence", old)

    assert fits
    assert newer.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert PASSWORDS.check("a short sentence", newer) == (True, "")


def test_no_more_than_two_are_worked_on_at_once() -> None:
    """Each takes 19 MiB and a core: a crowd at the door must wait, not fall over."""
    passwords = Passwords()
    working, most, lock = 0, 0, threading.Lock()

    class Watched:
        def hash(self, _password: str) -> str:
            nonlocal working, most
            with lock:
                working += 1
                most = max(most, working)
            threading.Event().wait(0.01)
            with lock:
                working -= 1
            return "kept"

    watched: Any = Watched()
    passwords._hasher = watched
    crowd = [threading.Thread(target=passwords.hash, args=("x",)) for _ in range(12)]

    for each in crowd:
        each.start()
    for each in crowd:
        each.join()

    assert most == AT_ONCE == 2


@given(
    st.text(alphabet=st.characters(exclude_categories=["Cs"]), min_size=LEAST, max_size=MOST).filter(
        lambda p: len(set(p)) > 6
    )
)
def test_any_characters_will_do(password: str) -> None:
    """There are no rules about kinds of characters: what is long enough and not well known is taken."""
    assert refusal_of(password) in {
        "",
        "This is one of the first passwords that anybody would try. Please choose another.",
    }


@pytest.mark.parametrize("password", ["", "1234567", "short"])
def test_a_password_has_at_least_eight_characters(password: str) -> None:
    """And the message says what helps."""
    assert refusal_of(password) == "Please use at least 8 characters. A short sentence is easy to remember."


def test_a_password_has_at_most_256_characters() -> None:
    """Long enough for anybody, short enough to be worked on."""
    assert refusal_of("ab cdefgh" * 28) == ""
    assert refusal_of("x" * 257) == "Please use at most 256 characters."


@pytest.mark.parametrize("password", ["password1", "PASSWORD123", "qwertyuiop", "iloveyou", "11111111", "Summer2026"])
def test_what_anybody_would_try_first_is_refused(password: str) -> None:
    """However its letters are cased."""
    assert refusal_of(password) == "This is one of the first passwords that anybody would try. Please choose another."


@pytest.mark.parametrize("password", ["maya.stone", "MayaStone", "opensky99", "maya@example.org", "stonemaya1"])
def test_little_more_than_one_s_own_words_is_refused(password: str) -> None:
    """Name, address and the shop's name are what others know."""
    why = refusal_of(password, "maya@example.org", "Maya Stone", "OpenSky")

    assert why == "This is close to your name, your e-mail address or the shop's name. Please choose another."


def test_a_sentence_may_hold_one_s_own_name() -> None:
    """The name in it does not make it easy."""
    assert refusal_of("maya waters seven cacti", "maya@example.org", "Maya Stone") == ""
