"""What of a message staff see: what says something about a person is masked until somebody asks for it, secrets for ever.

A body has no class here, so its values are judged by their names and forms, and what nobody knows to be harmless is masked. Each
masked value has a number. An edited body may keep the masks: they stand for the values that were there.
"""

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from opensky.events import declarations
from opensky.kernel.errors import FieldError, Invalid
from opensky.kernel.masking import ADDRESS, KEY, cleaned, is_plain, judged

_WRAPPED = frozenset({"$int", "$datetime", "$date", "$decimal", "$money", "$tuple"})
"""Under these the codec of events writes what has no JSON form; the name before them counts."""
_MASK = re.compile(r"⟦(?:masked|secret) (\d+)⟧")
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


def _shown(value: Any, name: str, above: str, hidden: list[Hidden], *, bare: bool) -> Any:
    """``above`` is "secret" or "personal" where all that is in a container is, because of the container's name."""
    how = judged(name) or above if above != "secret" else above
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
    secret = how == "secret" or (isinstance(value, str) and KEY.search(value) is not None)
    hidden.append(Hidden(value, secret))
    return value if bare and not secret else _mask(len(hidden), secret=secret)


def _named(key: str, hidden: list[Hidden], *, bare: bool) -> str:
    if not ADDRESS.search(key):
        return key
    hidden.append(Hidden(key, secret=False))
    return key if bare else _mask(len(hidden), secret=False)


def _is_harmless(value: Any, name: str) -> bool:
    if not isinstance(value, str):
        return True
    return is_plain(value, name) or (name == "name" and value in _event_names())


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
