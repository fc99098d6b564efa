"""What of a message is shown: what nobody knows to be harmless is masked, secrets always, and masks can be taken off again."""

import importlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opensky.devo.bus.masking import unveil, veil
from opensky.kernel.errors import Invalid
from opensky.kernel.masking import cleaned

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=20,
)
NAMES = st.sampled_from(["email", "password", "order", "name", "address", "$int", "apiKey", "note", "card_last4"])


@given(st.dictionaries(NAMES | st.text(max_size=8), PLAIN, max_size=5), st.booleans())
def test_masks_stand_for_what_was_there(body: dict[str, Any], bare: bool) -> None:
    """Whatever a body is: shown and given back untouched, it is the same."""
    seen = veil(body, bare=bare)
    if "⟦" not in str(body):
        assert unveil(seen.shown, seen.hidden) == body


def test_what_is_harmless_can_be_read() -> None:
    """Ids, amounts, instants, codes and words that say nothing of a person."""
    importlib.import_module("opensky.devo.orders.events")
    body = {
        "name": "order.paid",
        "subject": {"class": "Order", "id": {"$tuple": [{"$int": "2236139454190321664"}]}},
        "parameters": {
            "at": {"$datetime": "2026-11-23T13:40:00+00:00"},
            "amount": {"$money": "1250 USD"},
            "by": "time",
        },
        "sku": "pot-blue",
        "number": "OS-7Q2K4MX",
        "quantity": 3,
        "complete": True,
        "tracking": "1Z999AA10123456784",
    }
    assert veil(body).shown == body


@pytest.mark.parametrize(
    "body",
    [
        {"email": "jo@example.org"},
        {"to": "jo@example.org"},
        {"name": "Jo Reed"},
        {"lastName": "Reed"},
        {"address": {"postcode": 9000, "lines": ["5 Mill Lane"]}},
        {"card_last4": "4242"},
        {"postcode": "9000"},
        {"note": "leave it with Jo"},
        {"phone": {"$int": "491715551234"}},
        {"jo@example.org": 1},
    ],
)
def test_what_may_be_about_a_person_is_masked(body: dict[str, Any]) -> None:
    """By its name, by its form, or because nobody knows it to be harmless; who asks sees it."""
    seen = veil(body)
    for part in ("jo@", "Jo", "Reed", "9000", "4242", "Mill", "49171"):
        assert part not in str(seen.shown)
    assert veil(body, bare=True).shown == body


@pytest.mark.parametrize(
    "name", ["password", "new_password", "apiKey", "access_token", "signature", "cvv", "Set-Cookie"]
)
def test_secrets_are_shown_to_nobody(name: str) -> None:
    """Also not to somebody who asks to see what is masked, and also not inside of what went wrong."""
    seen = veil({name: {"of": ["hunter22"]}}, bare=True)
    assert "hunter22" not in str(seen.shown)
    assert seen.text("refused: hunter22", bare=True) == "refused: ⟦secret 1⟧"


def test_a_link_that_opens_a_door_is_a_secret() -> None:
    """Whatever its name: whoever could read it could set somebody's password."""
    link = "https://shop.example/log-in/new/gOtnCdUT5IVudzXiYthJE46W-o2C8SyxSD2"
    seen = veil({"links": {"reset": link, "feed": "/feed"}}, bare=True)
    assert seen.shown == {"links": {"reset": "⟦secret 1⟧", "feed": "/feed"}}
    assert cleaned(f"GET {link}: 404", bare=True) == "GET https://shop.example/log-in/new/⟦secret⟧: 404"


def test_what_went_wrong_is_told_without_what_is_masked() -> None:
    """Values of the body wherever they stand in a traceback, and what looks like an address, a number, a card or a login."""
    seen = veil({"name": "Jo Reed", "card_last4": "4242"})
    told = "Jo Reed (x@example.org, +49 171 555 1234) paid with 4242 and 4111 1111 1111 1111 at https://shop:k3y@pay.example"
    assert seen.text(told) == (
        "⟦masked 1⟧ (⟦masked⟧, ⟦masked⟧) paid with ⟦masked 2⟧ and ⟦secret⟧ at https://⟦secret⟧@pay.example"
    )
    assert seen.text(told, bare=True) == (
        "Jo Reed (x@example.org, +49 171 555 1234) paid with 4242 and ⟦secret⟧ at https://⟦secret⟧@pay.example"
    )


@pytest.mark.parametrize("said", ["token=abc", "{'password': 'abc'}", "Authorization: Bearer abc", '"api_key": "abc"'])
def test_secrets_are_not_told(said: str) -> None:
    """As libraries say them in their errors."""
    assert "abc" not in cleaned(said, bare=True)


def test_ids_and_codes_of_places_stay() -> None:
    """A traceback is to be read."""
    told = 'File "worker.py", line 182, message 2236139454190321664: KeyError: "token_count"'
    assert cleaned(told) == told


@pytest.mark.parametrize(
    "edited", [{"a": "⟦masked 3⟧"}, {"a": "⟦masked 0⟧"}, {"a": "to ⟦masked 1⟧"}, {"⟦masked 9⟧": 1}]
)
def test_a_mask_that_stands_for_nothing_is_refused(edited: dict[str, Any]) -> None:
    """Rather than being sent as if it were a name."""
    with pytest.raises(Invalid, match="stands for a value of this letter"):
        unveil(edited, veil({"a": "Jo", "b": "Reed"}).hidden)
