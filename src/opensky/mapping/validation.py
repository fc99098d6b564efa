"""Validation: runs the rules that an object's fields wear, and lists every one that is broken."""

from collections.abc import Iterator
from dataclasses import is_dataclass
from typing import Any

from opensky.kernel.errors import FieldError, Invalid
from opensky.mapping.description import describe

_NOTHING = "\0"
"""The character that no text has, and that not every database can keep."""


def validate(obj: Any, *groups: str) -> None:
    """Run the rules of ``groups`` (of ``default`` if none is named) on ``obj`` and all that it embeds.

    Raises:
        Invalid: one ``FieldError`` for each broken rule, in the order of the fields.
    """
    errors = tuple(_broken(obj, frozenset(groups or ("default",)), ""))
    if errors:
        raise Invalid(*errors)


def _broken(obj: Any, groups: frozenset[str], path: str) -> Iterator[FieldError]:
    for field in describe(type(obj)).fields:
        if field.reference is not None:
            continue
        value = getattr(obj, field.name)
        for rule in field.validators:
            if groups.intersection(rule.groups) and rule.broken_by(value):
                yield FieldError(path + field.name, rule.message, type(rule).__name__)
        if isinstance(value, str) and _NOTHING in value:
            yield FieldError(path + field.name, "Please leave out characters that cannot be seen.", "Characters")
        yield from _broken_inside(value, groups, f"{path}{field.name}.")


def _broken_inside(value: Any, groups: frozenset[str], path: str) -> Iterator[FieldError]:
    if is_dataclass(value):
        yield from _broken(value, groups, path)
    elif isinstance(value, list | tuple):
        for position, element in enumerate(value):
            if is_dataclass(element):
                yield from _broken(element, groups, f"{path}{position}.")
