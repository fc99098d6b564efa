"""The mark of what the change history leaves out."""

from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")
_LEFT_OUT = "__no_history__"


@dataclass(frozen=True, slots=True)
class NoHistory:
    """The change history keeps nothing of this field; as a decorator above a class: nothing of its objects.

    For what is derived (cards, counters) and what ends by itself (sessions, throttles).
    """

    def __call__(self, cls: type[T]) -> type[T]:
        setattr(cls, _LEFT_OUT, True)
        return cls


def left_out(cls: type) -> bool:
    """Say whether the history keeps nothing of a class."""
    return bool(cls.__dict__.get(_LEFT_OUT, False))
