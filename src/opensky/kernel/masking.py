"""What may be shown of values that bear no mark: judged by their names and forms. For bodies of messages, and for lines of logs."""

import re
from functools import lru_cache
from typing import Literal

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
ADDRESS = re.compile(r"(?<![\w.+%#-])[\w.+%#-]+@[\w#-]+(\.[\w#-]+)+")
"""Looked for at the beginnings of words alone: a long one without an @ is looked at once, not from each of its letters."""
_PHONE = re.compile(r"\+\d[\d ()/-]{7,}\d")
_LOGIN = re.compile(r"(?<=://)[^\s/@]+@")
_TOLD = re.compile(
    r"(?i)(\b(?:bearer|basic)\s+|\b(?:password|passwd|secret|token|api[_-]?key|signature|cvv)['\"]?\s*[=:]\s*['\"]?)[^\s'\",;)]+"
)
KEY = re.compile(r"(?<=[/=])(?=[\w-]*[a-z])(?=[\w-]*[A-Z])(?=[\w-]*\d)[\w-]{24,}")
"""What in an address opens a door: long, and of all kinds of letters."""
_CARD = re.compile(r"\b\d(?:[ -]?\d){12,18}\b")


@lru_cache(maxsize=4096)
def judged(name: str) -> Literal["secret", "personal", ""]:
    """Say what the name of a value tells about it; empty where it tells nothing."""
    plain = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).replace("-", "_").lower()
    return "secret" if SECRET.search(plain) else "personal" if PERSONAL.search(plain) else ""


def is_plain(text: str, name: str) -> bool:
    """Say whether a text can be shown for its form, or for its name."""
    return bool(_PLAIN.fullmatch(text)) or name.lower() in OPEN


def cleaned(text: str, *, bare: bool = False) -> str:
    """Return a text without what looks like somebody's address, number or card, and without what looks like a secret.

    ``bare`` leaves what is personal, as somebody has asked for it; never a secret.
    """
    text = KEY.sub("⟦secret⟧", _LOGIN.sub("⟦secret⟧@", text))
    text = _TOLD.sub(r"\1⟦secret⟧", text)
    text = _CARD.sub(lambda found: "⟦secret⟧" if _is_card(found[0]) else found[0], text)
    return text if bare else _PHONE.sub("⟦masked⟧", ADDRESS.sub("⟦masked⟧", text))


def _is_card(text: str) -> bool:
    """Luhn's sum: what is no card is an id of ours, mostly."""
    digits = [int(c) for c in reversed(text) if c.isdigit()]
    doubled = sum(digits[0::2]) + sum(sum(divmod(2 * each, 10)) for each in digits[1::2])
    return len(digits) <= 16 and doubled % 10 == 0 and len(set(digits)) > 1  # noqa: PLR2004 - longer ones are ids
