"""The checkout form: what it shows, and what was typed into it."""

from collections.abc import Mapping

from opensky.devo.members.objects import Member, PostalAddress
from opensky.kernel.errors import Invalid
from opensky.kernel.money import Money
from opensky.web import Form

ADDRESS = ("name", "street", "city", "region", "postcode", "country")
FIELDS = ("email", *ADDRESS)
"""What is kept when a form comes back with an error; the payment token is not among it."""


def first_values(member: Member | None) -> dict[str, str]:
    """Return what the form holds when it is opened."""
    if member is None:
        return {"country": "US"}
    address = member.address or PostalAddress(name=member.name)
    return {"email": member.email, **{name: getattr(address, name) for name in ADDRESS}}


def typed_values(form: Form) -> dict[str, str]:
    """Return what was typed, to be shown again."""
    return {name: form.text(name) for name in FIELDS}


def address_of(values: Mapping[str, str]) -> PostalAddress:
    """Return the address that was typed; its rules are checked with the order."""
    return PostalAddress(**{name: values[name] for name in ADDRESS} | {"country": values["country"].upper()})


def seen_total(form: Form, currency: str) -> Money:
    """Return the sum that stood on the button."""
    return Money(form.number("total", 0), currency)


def errors_by_field(error: Invalid) -> dict[str, str]:
    """Return the messages by the names of the form's own fields."""
    return {field.removeprefix("address."): message for field, message in error.by_field().items()}
