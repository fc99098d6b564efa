"""Errors carry what they are about."""

from opensky.kernel.errors import Conflict, FieldError, Invalid, OpenSkyError, Refusal, TooMany


def test_an_error_keeps_its_message_and_its_data() -> None:
    """Logs and problem details read the data, people the message."""
    error = Conflict("Sold out.", sku="mug-blue")

    assert str(error) == error.message == "Sold out."
    assert error.data == {"sku": "mug-blue"}
    assert isinstance(error, Refusal)
    assert isinstance(error, OpenSkyError)


def test_invalid_input_lists_every_rule_and_the_first_of_each_field() -> None:
    """A form shows one message beside each field."""
    error = Invalid(FieldError("name", "Too short."), FieldError("name", "Odd."), FieldError("email", "Missing."))

    assert str(error) == "name: Too short.; name: Odd.; email: Missing."
    assert error.by_field() == {"name": "Too short.", "email": "Missing."}


def test_too_many_says_how_long_to_wait() -> None:
    """The seconds become the Retry-After header."""
    assert TooMany("Please wait a minute.", retry_after=60).retry_after == 60
