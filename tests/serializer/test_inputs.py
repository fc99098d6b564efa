"""Input is read strictly, and what does not fit is told field by field."""

from typing import Annotated

import msgspec
import pytest

from opensky.kernel.errors import FieldError, Invalid, Misconfigured
from opensky.serializer import Input, decode


class Line(Input, frozen=True, kw_only=True):
    """One line of a basket."""

    sku: str
    quantity: Annotated[int, msgspec.Meta(ge=1)] = 1


class Basket(Input, frozen=True, kw_only=True):
    """What is sent from outside."""

    name: str
    lines: tuple[Line, ...] = ()
    notes: dict[str, str] | None = None


def test_json_that_fits_is_read() -> None:
    """Values, defaults and embedded structs."""
    assert decode(b'{"name": "n", "lines": [{"sku": "s", "quantity": 2}]}', Basket) == Basket(
        name="n", lines=(Line(sku="s", quantity=2),)
    )


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"{}", FieldError("name", "Object missing required field `name`.", "Type")),
        (b'{"name": 1}', FieldError("name", "Expected `str`, got `int`.", "Type")),
        (b'{"name": null}', FieldError("name", "Expected `str`, got `null`.", "Type")),
        (b'{"name": "n", "nmae": 1}', FieldError("nmae", "Object contains unknown field `nmae`.", "Type")),
        (b"[]", FieldError("", "Expected `object`, got `array`.", "Type")),
        (
            b'{"name": "n", "lines": [{"sku": "a"}, {"sku": "b", "quantity": 0}]}',
            FieldError("lines.1.quantity", "Expected `int` >= 1.", "Type"),
        ),
        (b'{"name": "n", "lines": [{"quantity": "2"}]}', FieldError("lines.0.quantity", "Expected `int`, got `str`.", "Type")),
        (b'{"name": "n", "lines": [{"sku": "a", "x": 1}]}', FieldError("lines.0.x", "Object contains unknown field `x`.", "Type")),
        (b'{"name": "n", "notes": {"a": 1}}', FieldError("notes....", "Expected `str`, got `int`.", "Type")),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused_with_the_path_of_the_field(data: bytes, error: FieldError) -> None:
    """No unknown field, no missing one, no guessed type."""
    with pytest.raises(Invalid) as refused:
        decode(data, Basket)

    assert refused.value.errors == (error,)


@pytest.mark.parametrize("data", [b"", b"{", b'{"name": "\xff"}', b"name=n", b'{"name": "n"} x'])
def test_what_is_not_json_is_refused_as_such(data: bytes) -> None:
    """The whole body is at fault, not a field."""
    with pytest.raises(Invalid) as refused:
        decode(data, Basket)

    [error] = refused.value.errors
    assert (error.field, error.rule) == ("", "Json")
    assert error.message.startswith("This is not JSON: ")


def test_a_struct_that_would_drop_unknown_fields_is_a_mistake() -> None:
    """A client that misspells an optional field must hear of it."""

    class Lax(msgspec.Struct):
        name: str = ""

    with pytest.raises(Misconfigured, match="Lax would drop unknown fields; derive it from Input"):
        decode(b"{}", Lax)
