"""Validators: marks that say what a field must satisfy, with a message fit for a person and the groups they belong to.

A validator without groups belongs to ``default``. ``validate(obj, "publish")`` runs the validators of that group on the
object and on everything embedded in it, and raises one ``Invalid`` that lists every broken rule.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, is_dataclass
from typing import Any, Protocol, runtime_checkable

from opensky.kernel.errors import FieldError, Invalid

_EMAIL = re.compile(r"[^@\s<>\"',;:()\[\]\\]+@[^@\s<>\"',;:()\[\]\\.]+(\.[^@\s<>\"',;:()\[\]\\.]+)+")
_URL = re.compile(r"https?://[^\s/$.?#][^\s]*", re.IGNORECASE)


@runtime_checkable
class Validator(Protocol):
    """One rule about one value. ``broken_by`` must not raise on a value of the annotated type or ``None``."""

    @property
    def message(self) -> str:
        """What to tell a person."""

    @property
    def groups(self) -> tuple[str, ...]:
        """The validation groups in which the rule holds."""

    def broken_by(self, value: Any) -> bool:
        """Say whether ``value`` breaks the rule."""


@dataclass(frozen=True, slots=True)
class NotBlank:
    """Text has a visible character; a list has an element; anything else is not ``None``."""

    message: str = "Please fill this in."
    groups: tuple[str, ...] = ("default",)

    def broken_by(self, value: Any) -> bool:
        return (
            value is None
            or (isinstance(value, str) and not value.strip())
            or (isinstance(value, list | tuple | dict) and not value)
        )


@dataclass(frozen=True, slots=True)
class Length:
    """Text or list length between ``least`` and ``most``, both included. ``None`` passes."""

    least: int = 0
    most: int = 1_000_000
    message: str = ""
    groups: tuple[str, ...] = ("default",)

    def __post_init__(self) -> None:
        if not self.message:
            low = f"at least {self.least}" if self.least else ""
            high = f"at most {self.most}" if self.most < 1_000_000 else ""  # noqa: PLR2004 - the default above
            object.__setattr__(self, "message", f"Please use {' and '.join(filter(None, (low, high)))} characters.")

    def broken_by(self, value: Any) -> bool:
        return value is not None and not self.least <= len(value) <= self.most


@dataclass(frozen=True, slots=True)
class Range:
    """A number between ``least`` and ``most``, both included; ``None`` stands for no bound and passes as a value."""

    least: float | None = None
    most: float | None = None
    message: str = ""
    groups: tuple[str, ...] = ("default",)

    def __post_init__(self) -> None:
        if not self.message:
            bounds = [f"{word} {b}" for word, b in (("at least", self.least), ("at most", self.most)) if b is not None]
            object.__setattr__(self, "message", f"Please give a number of {' and '.join(bounds)}.")

    def broken_by(self, value: Any) -> bool:
        return value is not None and not (
            (self.least is None or value >= self.least) and (self.most is None or value <= self.most)
        )


@dataclass(frozen=True, slots=True)
class Pattern:
    """Text that matches a regular expression as a whole. ``None`` passes."""

    regex: str
    message: str = "Please check the spelling."
    groups: tuple[str, ...] = ("default",)

    def broken_by(self, value: Any) -> bool:
        return value is not None and re.fullmatch(self.regex, value) is None


@dataclass(frozen=True, slots=True)
class Email:
    """One address, ``name@host.tld``, at most 254 characters (RFC 5321, 4.5.3.1.3). ``None`` passes."""

    message: str = "Please give an e-mail address such as maya@example.org."
    groups: tuple[str, ...] = ("default",)

    def broken_by(self, value: Any) -> bool:
        return value is not None and (len(value) > 254 or _EMAIL.fullmatch(value) is None)  # noqa: PLR2004


@dataclass(frozen=True, slots=True)
class Url:
    """An absolute http or https address. ``None`` passes."""

    message: str = "Please give an address that starts with https://."
    groups: tuple[str, ...] = ("default",)

    def broken_by(self, value: Any) -> bool:
        return value is not None and _URL.fullmatch(value) is None


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the given values. ``None`` passes."""

    options: tuple[Any, ...]
    message: str = "Please choose one of the options."
    groups: tuple[str, ...] = ("default",)

    def broken_by(self, value: Any) -> bool:
        return value is not None and value not in self.options


def validate(obj: Any, *groups: str) -> None:
    """Run the rules of ``groups`` (of ``default`` if none is named) on ``obj`` and all that it embeds.

    Raises:
        Invalid: one ``FieldError`` for each broken rule, in the order of the fields.
    """
    errors = tuple(_broken(obj, frozenset(groups or ("default",)), ""))
    if errors:
        raise Invalid(*errors)


def _broken(obj: Any, groups: frozenset[str], path: str) -> Iterator[FieldError]:
    from opensky.mapping.description import describe  # noqa: PLC0415 - the description lists validators

    for field in describe(type(obj)).fields:
        if field.reference is not None:
            continue
        value = getattr(obj, field.name)
        for rule in field.validators:
            if groups.intersection(rule.groups) and rule.broken_by(value):
                yield FieldError(path + field.name, rule.message, type(rule).__name__)
        yield from _broken_inside(value, groups, f"{path}{field.name}.")


def _broken_inside(value: Any, groups: frozenset[str], path: str) -> Iterator[FieldError]:
    if is_dataclass(value):
        yield from _broken(value, groups, path)
    elif isinstance(value, list | tuple):
        for position, element in enumerate(value):
            if is_dataclass(element):
                yield from _broken(element, groups, f"{path}{position}.")
