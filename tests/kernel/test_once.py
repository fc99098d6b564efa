"""What is worked out for a class is worked out once."""

from collections.abc import Callable

import pytest

from opensky.kernel.once import once_a_class


def test_a_class_is_looked_at_once_and_each_by_itself() -> None:
    """The second question gets the first answer."""
    asked: list[type] = []

    def look(cls: type) -> object:
        asked.append(cls)
        return object()

    remembered: Callable[[type], object] = once_a_class(look)

    assert remembered(int) is remembered(int)
    assert remembered(str) is not remembered(int)
    assert asked == [int, str]


def test_a_failure_is_not_remembered() -> None:
    """A class that was not ready may be asked again."""
    outcomes = iter([ZeroDivisionError, None])

    def look(_: type) -> str:
        if error := next(outcomes):
            raise error
        return "ready"

    remembered = once_a_class(look)
    with pytest.raises(ZeroDivisionError):
        remembered(int)
    assert remembered(int) == "ready"
