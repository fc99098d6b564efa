"""Validators: marks that say what a field must satisfy, with a message fit for a person and the groups they belong to.

A validator without groups belongs to ``default``; groups may be given as a tuple, a list or a set. ``validate`` (see ``validation``) runs those of the groups that it is given.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

_EMAIL = re.compile(r"[^@\s<>\"',;:()\[\]\\]+@[^@\s<>\"',;:()\[\]\\.]+(\.[^@\s<>\"',;:()\[\]\\.]+)+")
LONGEST_EMAIL = 254
"""So says RFC 5321, 4.5.3.1.3."""
_ANY_LENGTH = 1_000_000
_URL = re.compile(r"https?://[^\s/$.?#][^\s]*", re.IGNORECASE)


@runtime_checkable
class Validator(Protocol):
    """One rule about one value. ``broken_by`` must not raise on a value of the annotated type or ``None``."""

    @property
    def message(self) -> str:
        """What to tell a person."""

    @property
    def groups(self) -> Collection[str]:
        """The validation groups in which the rule holds."""

    def broken_by(self, value: Any) -> bool:
        """Say whether ``value`` breaks the rule."""


def _settle_groups(rule: Any) -> None:
    """Make the groups of a mark a tuple, because marks must be hashable; a name alone is one group."""
    groups = (rule.groups,) if isinstance(rule.groups, str) else rule.groups
    object.__setattr__(rule, "groups", tuple(sorted(groups) if isinstance(groups, set | frozenset) else groups))


@dataclass(frozen=True, slots=True)
class NotBlank:
    """Text has a visible character; a list has an element; anything else is not ``None``."""

    message: str = "Please fill this in."
    groups: Collection[str] = ("default",)

    def __post_init__(self) -> None:
        _settle_groups(self)

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
    most: int = _ANY_LENGTH
    message: str = ""
    groups: Collection[str] = ("default",)

    def __post_init__(self) -> None:
        _settle_groups(self)
        if not self.message:
            low = f"at least {self.least}" if self.least else ""
            high = f"at most {self.most}" if self.most < _ANY_LENGTH else ""
            object.__setattr__(self, "message", f"Please use {' and '.join(filter(None, (low, high)))} characters.")

    def broken_by(self, value: Any) -> bool:
        return value is not None and not self.least <= len(value) <= self.most


@dataclass(frozen=True, slots=True)
class Range:
    """A number between ``least`` and ``most``, both included; ``None`` stands for no bound and passes as a value."""

    least: float | None = None
    most: float | None = None
    message: str = ""
    groups: Collection[str] = ("default",)

    def __post_init__(self) -> None:
        _settle_groups(self)
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
    groups: Collection[str] = ("default",)

    def __post_init__(self) -> None:
        _settle_groups(self)

    def broken_by(self, value: Any) -> bool:
        return value is not None and re.fullmatch(self.regex, value) is None


@dataclass(frozen=True, slots=True)
class Email:
    """One address, ``name@host.tld``, not longer than any can be. ``None`` passes."""

    message: str = "Please give an e-mail address such as maya@example.org."
    groups: Collection[str] = ("default",)

    def __post_init__(self) -> None:
        _settle_groups(self)

    def broken_by(self, value: Any) -> bool:
        return value is not None and (len(value) > LONGEST_EMAIL or _EMAIL.fullmatch(value) is None)


@dataclass(frozen=True, slots=True)
class Url:
    """An absolute http or https address. ``None`` passes."""

    message: str = "Please give an address that starts with https://."
    groups: Collection[str] = ("default",)

    def __post_init__(self) -> None:
        _settle_groups(self)

    def broken_by(self, value: Any) -> bool:
        return value is not None and _URL.fullmatch(value) is None


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the given values. ``None`` passes."""

    options: tuple[Any, ...]
    message: str = "Please choose one of the options."
    groups: Collection[str] = ("default",)

    def __post_init__(self) -> None:
        _settle_groups(self)

    def broken_by(self, value: Any) -> bool:
        return value is not None and value not in self.options
