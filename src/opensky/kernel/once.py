"""Work that is done once for each class: reading its marks, making its table, generating its code."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

R = TypeVar("R")


def once_a_class(function: Callable[[type[Any]], R]) -> Callable[[type[Any]], R]:
    """Keep what ``function`` returns for each class; two threads that come first may both do the work, one result stays."""
    known: dict[type[Any], R] = {}

    @wraps(function)
    def look_up(cls: type[Any]) -> R:
        try:
            return known[cls]
        except KeyError:
            return known.setdefault(cls, function(cls))

    return look_up
