"""Every field that says something about a person has a privacy class, so that nothing personal leaves by accident."""

import re
from collections.abc import Iterator
from dataclasses import is_dataclass

import pytest

from opensky.devo.model import MODEL
from opensky.mapping import describe

PERSONAL = re.compile(
    r"(^|_)(e?mail|phone|address|street|city|region|postcode|country|birth\w*|ip|agent|device|password|hash|token|secret"
    r"|card|last4|iban|payment|member_id|key|hint)(_|$)"
)
"""Names of fields that are about a person, unless the list below says why not."""

NOT_PERSONAL = {
    ("Seller", "member_id"): "an insider trades in public; the account behind the shop sign is part of it",
    ("AlertRow", "key"): "what of the board it is about, such as a tile",
    ("AlertRow", "open_key"): "likewise",
    ("Throttle", "key"): "a digest that nobody can turn back into an address or an account",
}

NAMED = {("Member", "name"), ("PostalAddress", "name")}
"""Names of people, among the names of things."""


def _kept_classes() -> Iterator[type]:
    seen: set[type] = set()
    waiting = list(MODEL)
    while waiting:
        cls = waiting.pop()
        if cls not in seen:
            seen.add(cls)
            yield cls
            waiting += [
                f.type for f in describe(cls).stored_fields if is_dataclass(f.type) and isinstance(f.type, type)
            ]


KEPT = sorted(_kept_classes(), key=lambda cls: cls.__name__)
"""All classes of the model, and what they embed."""


@pytest.mark.parametrize("cls", KEPT, ids=lambda cls: cls.__name__)
def test_every_field_that_sounds_personal_has_a_privacy_class(cls: type) -> None:
    """Slice, export, erasure, history and logs go by the mark; mark the field Personal(...), or say above why not."""
    undecided = [
        f.name
        for f in describe(cls).stored_fields
        if f.personal == "public"
        and (PERSONAL.search(f.name) or (cls.__name__, f.name) in NAMED)
        and (cls.__name__, f.name) not in NOT_PERSONAL
    ]

    assert undecided == []


@pytest.mark.parametrize("cls", KEPT, ids=lambda cls: cls.__name__)
def test_no_secret_is_in_any_serializer_group(cls: type) -> None:
    """A secret never leaves the system, whatever the group."""
    assert [f.name for f in describe(cls).fields if f.personal == "secret" and f.groups] == []


@pytest.mark.parametrize("cls", KEPT, ids=lambda cls: cls.__name__)
def test_no_field_could_hold_the_number_of_a_card(cls: type) -> None:
    """The gateway has the card; we have its token, its brand and its last four digits."""
    assert [f.name for f in describe(cls).fields if re.search(r"(card_?number|pan|cvv|cvc|expiry)$", f.name)] == []
