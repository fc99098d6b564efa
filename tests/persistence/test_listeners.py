"""Listeners that cannot hear are refused where they are registered, or when their class is first seen, with what to do."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

import pytest

from opensky.events.errors import WrongListener
from opensky.mapping import Id, document, listened_by, post_load, pre_load, pre_update
from opensky.persistence.lifecycle import Lifecycle, listen, listen_to
from opensky.testing.conformance.model import Pot


class Deaf:
    """Hears nothing."""

    def on_update(self, obj: Any, args: Any) -> None:
        """Is no event's name."""


@document("wrong_early")
@dataclass
class TooEarly:
    """Wants to hear before it is there."""

    id: Annotated[int, Id()]

    @pre_load
    def renew(self, args: Any) -> None:
        """Cannot be called."""


@document("wrong_late")
@dataclass
class OfNobody:
    """Wants to hear of an object without one."""

    id: Annotated[int, Id()]

    @post_load
    @staticmethod
    def loaded() -> None:
        """Cannot know of what."""


@document("wrong_many")
@dataclass
class Greedy:
    """Wants more than there is."""

    id: Annotated[int, Id()]

    @pre_update
    def changed(self, args: Any, more: Any) -> None:
        """Cannot be called."""


@listened_by("opensky.nowhere:Listener")
@document("wrong_path")
@dataclass
class OutOfReach:
    """Names a listener that is not there."""

    id: Annotated[int, Id()]


@pytest.mark.parametrize(
    ("register", "says"),
    [
        (
            lambda: listen("post_updated", print),
            "no lifecycle event 'post_updated'; there are pre_persist, post_persist",
        ),
        (lambda: listen("on_flush", Deaf, "on_flush"), "Deaf has no method 'on_flush' to hear of 'on_flush'"),
        (lambda: listen("on_flush", Deaf), "Deaf has no method '' to hear of 'on_flush'"),
        (lambda: listen_to(Pot, Deaf), "Deaf hears nothing of Pot: name its methods after events"),
        (lambda: Lifecycle().of(TooEarly), r"TooEarly\.renew hears of pre_load, so it must be a class method"),
        (
            lambda: Lifecycle().of(OfNobody),
            r"OfNobody\.loaded hears of post_load, so it must be a method of the object",
        ),
        (lambda: Lifecycle().of(Greedy), r"Greedy\.changed takes nothing, or the arguments of its event; not 2 things"),
        (lambda: Lifecycle().of(OutOfReach), r"@listened_by\('opensky.nowhere:Listener'\) of OutOfReach: No module"),
    ],
)
def test_a_listener_that_cannot_hear_is_refused(register: Callable[[], object], says: str) -> None:
    """A listener that is never told would be a promise that nobody keeps."""
    with pytest.raises(WrongListener, match=says):
        register()


def test_marked_methods_are_heard_by_those_who_inherit() -> None:
    """Those of the base first, a method that is overridden once, and not at all if the new one wears no mark."""

    class Base:
        @pre_update
        def one(self) -> None: ...

        @pre_update
        def two(self) -> None: ...

        @pre_update
        def three(self) -> None: ...

    @document("inheriting")
    @dataclass
    class Heir(Base):
        id: Annotated[int, Id()]

        @pre_update
        def four(self) -> None: ...

        @pre_update
        def two(self) -> None: ...

        def three(self) -> None: ...

    names = Lifecycle().names(Heir)["pre_update"]
    assert [name.rpartition(".")[2] for name in names] == ["one", "two", "four"]
