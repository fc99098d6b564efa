"""Single values as they are sent: ids as text, money with its currency, handled types, and all that msgspec reads strictly."""

import re
from decimal import Decimal
from typing import Any

import msgspec

from opensky.kernel.money import Money
from opensky.serializer.handlers import Handler

_ID = re.compile(r"-?\d{1,19}")
_AMOUNT = re.compile(r"-?\d{1,15}(\.\d{1,4})?")
_CURRENCY = re.compile(r"[A-Z]{3}")
_AT = re.compile(r" - at `(?:key in )?\$(.*)`$")


class Unreadable(Exception):
    """A value does not fit: where inside it (a dotted path, often empty), why, and which rule says so."""

    def __init__(self, message: str, rule: str = "Type", path: str = "") -> None:
        super().__init__(message)
        self.message, self.rule, self.path = message, rule, path


def read_scalar(hint: Any, sent: Any, handler: Handler | None, *, is_id: bool) -> Any:
    """Return the value of a type that was sent; no type is guessed.

    Raises:
        Unreadable: it does not fit.
    """
    if handler is not None:
        return _handled(handler, sent)
    if hint is Money:
        return _money(sent)
    if hint is int and is_id:
        return _id(sent)
    return _converted(sent, hint)


def _converted(sent: Any, hint: Any) -> Any:
    try:
        return msgspec.convert(sent, hint, strict=True)
    except msgspec.ValidationError as error:
        told = str(error)
        at = _AT.search(told)
        path = re.sub(r"\[(\d+|\.\.\.)\]", r".\1", at.group(1)) if at else ""
        raise Unreadable(f"{told[: at.start()] if at else told}.", path=path.removeprefix(".")) from None


def _handled(handler: Handler, sent: Any) -> Any:
    if handler.read is None:
        raise Unreadable("This can be read, but not changed.", "ReadOnly")
    value = _converted(sent, handler.shown_as)
    try:
        return handler.read(value)
    except ValueError as error:
        raise Unreadable(str(error) or "This does not fit.", "Value") from error


def _id(sent: Any) -> int:
    if not isinstance(sent, str) or not _ID.fullmatch(sent):
        raise Unreadable("An id is text of digits.")
    return int(sent)


def _money(sent: Any) -> Money:
    if not isinstance(sent, dict):
        raise Unreadable('Money is an object such as {"amount": "12.50", "currency": "USD"}.')
    for name in sent:
        if name not in {"amount", "currency"}:
            raise Unreadable("There is no such field.", "Unknown", name)
    amount, currency = sent.get("amount"), sent.get("currency")
    if not isinstance(amount, str) or not _AMOUNT.fullmatch(amount):
        raise Unreadable("An amount is decimal text such as 12.50.", path="amount")
    if not isinstance(currency, str) or not _CURRENCY.fullmatch(currency):
        raise Unreadable("A currency is three capital letters such as USD.", path="currency")
    money = Money.of(amount, currency)
    if money.amount != Decimal(amount):
        raise Unreadable(f"{currency} has no parts as small as that.", path="amount")
    return money
