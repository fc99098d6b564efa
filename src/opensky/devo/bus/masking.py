"""What of a message staff see: what says something about a person is masked until somebody asks for it, secrets for ever.

A body has no class here, so its values are judged by their names and forms, and what nobody knows to be harmless is masked. Each
masked value has a number. An edited body may keep the masks: they stand for the values that were there.
"""

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from opensky.events import declarations
from opensky.kernel.errors import FieldError, Invalid

SECRET = re.compile(
    r"(^|_)(pass(word|wd|phrase|code)?|secrets?|tokens?|nonce|authorization|cookie|credentials?|signature|cvv|cvc|pan|otp|(api|private|secret)_?key)(_|$)"
)
PERSONAL = re.compile(
    r"(^|_)(e?mails?|phone|mobile|fax|(sur|full|nick|first|last)_?name|buyer|customer|recipient|sender|cc|bcc|address|street|city|town"
    r"|region|postcode|zip|country|birth\w*|born|age|gender|ip|agent|device|card|last4|iban|bic|account|payment|tax|vat|vatin)(_|$)"
)
OPEN = frozenset(
    [
        "by",
        "carrier",
        "class",
        "currency",
        "event",
        "flow",
        "format",
        "id",
        "ids",
        "kind",
        "locale",
        "method",
        "number",
        "order",
        "queue",
        "sku",
        "skus",
        "slug",
        "state",
        "status",
        "template",
        "type",
        "verdict",
    ]
)
"""Names whose values say nothing about a person."""
_PLAIN = re.compile(
    r"\d{1,20}|\d{4}-\d\d-\d\d([T ][\d:.,]+(Z|[+-]\d\d:?\d\d)?)?|-?\d+ [A-Z]{3}|-?\d+\.\d+|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
    r"|(?=[A-Z-]*\d)[A-Z0-9-]{3,40}"
)
"""Numbers, instants, amounts, ids, and codes of capitals and digits."""
_WRAPPED = frozenset({"$int", "$datetime", "$date", "$decimal", "$money", "$tuple"})
"""Under these the codec of events writes what has no JSON form; the name before them counts."""
_MASK = re.compile(r"⟦(?:masked|secret) (\d+)⟧")
_ADDRESS = re.compile(r"[\w.+%#-]+@[\w#-]+(\.[\w#-]+)+")
_PHONE = re.compile(r"\+\d[\d ()/-]{7,}\d")
_LOGIN = re.compile(r"(?<=://)[^\s/@]+@")
_TOLD = re.compile(
    r"(?i)(\b(?:bearer|basic)\s+|\b(?:password|passwd|secret|token|api[_-]?key|signature|cvv)['\"]?\s*[=:]\s*['\"]?)[^\s'\",;)]+"
)
_KEY = re.compile(r"(?<=[/=])(?=[\w-]*[a-z])(?=[\w-]*[A-Z])(?=[\w-]*\d)[\w-]{24,}")
"""What in an address opens a door: long, and of all kinds of letters."""
_CARD = re.compile(r"\b\d(?:[ -]?\d){12,18}\b")
_SHORTEST = 2


class Hidden(NamedTuple):
    """A value that is masked."""

    value: Any
    secret: bool


class Veiled(NamedTuple):
    """A body as it may be shown, and what its masks stand for, by number from 1."""

    shown: Any
    hidden: Sequence[Hidden]

    def text(self, text: str, *, bare: bool = False) -> str:
        """Return a text about the body, such as a traceback, without what is masked in the body and what looks like it."""
        for number, each in enumerate(self.hidden, 1):
            said = each.value if isinstance(each.value, str) else str(each.value)
            if (each.secret or not bare) and len(said) >= _SHORTEST and not isinstance(each.value, bool):
                text = re.sub(rf"(?<!\w){re.escape(said)}(?!\w)", _mask(number, secret=each.secret), text)
        return cleaned(text, bare=bare)


def veil(body: Any, *, bare: bool = False) -> Veiled:
    """Return a body as it may be shown. ``bare`` shows what is personal, as somebody has asked for it; never a secret."""
    hidden: list[Hidden] = []
    return Veiled(_shown(body, "", "", hidden, bare=bare), hidden)


def unveil(edited: Any, hidden: Sequence[Hidden]) -> Any:
    """Return an edited body with the values that its masks stand for.

    Raises:
        Invalid: a mask that stands for nothing, or that stands inside of a longer text.
    """
    if isinstance(edited, dict):
        return {_unmasked(key, hidden): unveil(each, hidden) for key, each in edited.items()}
    if isinstance(edited, list):
        return [unveil(each, hidden) for each in edited]
    return _unmasked(edited, hidden) if isinstance(edited, str) else edited


def cleaned(text: str, *, bare: bool = False) -> str:
    """Return a text without what looks like somebody's address, number or card, and without what looks like a secret."""
    text = _KEY.sub("⟦secret⟧", _LOGIN.sub("⟦secret⟧@", text))
    text = _TOLD.sub(r"\1⟦secret⟧", text)
    text = _CARD.sub(lambda found: "⟦secret⟧" if _is_card(found[0]) else found[0], text)
    return text if bare else _PHONE.sub("⟦masked⟧", _ADDRESS.sub("⟦masked⟧", text))


def _shown(value: Any, name: str, above: str, hidden: list[Hidden], *, bare: bool) -> Any:
    """``above`` is "secret" or "personal" where all that is in a container is, because of the container's name."""
    how = _judged(name) or above if above != "secret" else above
    if isinstance(value, dict):
        shown = {}
        for key, each in value.items():
            inner = name if key in _WRAPPED else key
            shown[_named(key, hidden, bare=bare)] = _shown(each, inner, how, hidden, bare=bare)
        return shown
    if isinstance(value, list):
        return [_shown(each, name, how, hidden, bare=bare) for each in value]
    if value is None or value == "" or (not how and _is_harmless(value, name)):
        return value
    secret = how == "secret" or (isinstance(value, str) and _KEY.search(value) is not None)
    hidden.append(Hidden(value, secret))
    return value if bare and not secret else _mask(len(hidden), secret=secret)


def _judged(name: str) -> str:
    plain = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).replace("-", "_").lower()
    return "secret" if SECRET.search(plain) else "personal" if PERSONAL.search(plain) else ""


def _named(key: str, hidden: list[Hidden], *, bare: bool) -> str:
    if not _ADDRESS.search(key):
        return key
    hidden.append(Hidden(key, secret=False))
    return key if bare else _mask(len(hidden), secret=False)


def _is_harmless(value: Any, name: str) -> bool:
    if not isinstance(value, str):
        return True
    return bool(_PLAIN.fullmatch(value)) or name.lower() in OPEN or (name == "name" and value in _event_names())


def _event_names() -> set[str]:
    return {str(each.name) for each in declarations()}


def _mask(number: int, *, secret: bool) -> str:
    return f"⟦{'secret' if secret else 'masked'} {number}⟧"


def _unmasked(text: str, hidden: Sequence[Hidden]) -> Any:
    found = _MASK.search(text)
    if found is None:
        return text
    number = int(found[1])
    if found[0] != text or not 1 <= number <= len(hidden):
        message = (
            f"{found[0]} stands for a value of this letter; leave it alone between its quotes, or write another value."
        )
        raise Invalid(FieldError("parameters", message, "mask"))
    return hidden[number - 1].value


def _is_card(text: str) -> bool:
    """Luhn's sum: what is no card is an id of ours, mostly."""
    digits = [int(c) for c in reversed(text) if c.isdigit()]
    doubled = sum(digits[0::2]) + sum(sum(divmod(2 * each, 10)) for each in digits[1::2])
    return len(digits) <= 16 and doubled % 10 == 0 and len(set(digits)) > 1  # noqa: PLR2004 - longer ones are ids
