"""The marks of the serializer: which form an object has outside, and what may be written from there.

``Groups`` alone serves most classes. The other marks follow what serializers of other languages have shown to be needed: versions,
conditions, other names, objects that lie flat in their parent, kinds told apart by a name.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., Any])

Naming = Literal["", "identical", "camelCase", "snake_case"] | Callable[[str], str]
"""How a member's name becomes the name outside; empty leaves it to the serializer."""
Test = Callable[[Any], bool]
Moment = Literal["pre_serialize", "post_serialize", "pre_deserialize", "post_deserialize"]


@dataclass(frozen=True, slots=True)
class Since:
    """Shown from this version on; whoever asks for no version sees it."""

    version: str


@dataclass(frozen=True, slots=True)
class Until:
    """Shown up to this version, itself included; whoever asks for no version sees it."""

    version: str


@dataclass(frozen=True, slots=True)
class Expose:
    """Shown in the group ``default``; ``when`` is asked of each object whether this member of it is shown at all."""

    when: Test | None = None


@dataclass(frozen=True, slots=True)
class Exclude:
    """Shown in no group; with ``when``, left out of those objects of which that is true."""

    when: Test | None = None


@dataclass(frozen=True, slots=True)
class MaxDepth:
    """Of what lies here, show so many levels of objects; what would lie deeper is left out."""

    levels: int


@dataclass(frozen=True, slots=True)
class Serialized:
    """The name outside, whatever the naming strategy."""

    name: str


@dataclass(frozen=True, slots=True)
class Inline:
    """The members of this embedded object stand in its parent, as if they were its own."""


@dataclass(frozen=True, slots=True)
class Accessor:
    """Read by the method (or property) ``getter``, written by the method ``setter``, in place of the field itself."""

    getter: str = ""
    setter: str = ""


@dataclass(frozen=True, slots=True)
class SkipWhenEmpty:
    """Left out when it is ``None``, empty text, an empty list or mapping, or an object that shows nothing."""


@dataclass(frozen=True, slots=True)
class ReadOnly:
    """Shown, and refused when it is sent."""


@dataclass(frozen=True, slots=True)
class MatchBy:
    """Elements of this list are the same when this field of theirs is: what is sent changes the element that is there."""

    field: str


@dataclass(frozen=True, slots=True, eq=False)
class Discriminator:
    """Kinds of object are told apart by the member ``name``.

    On a class, the kinds are its subclasses, each with the ``tag`` of its ``@shape`` (else its name in small letters). On a field
    that holds one of several classes, ``kinds`` says which tag is which class.
    """

    name: str
    kinds: Mapping[str, type] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Virtual:
    """A member that is no field: its name, the function that reads it from the object, and its annotation with groups."""

    name: str
    value: Callable[[Any], Any]
    returns: Any


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """What ``@shape`` leaves on a class."""

    policy: Literal["all", "none"] = "all"
    naming: Naming = ""
    order: Literal["declared", "alphabetical"] | Sequence[str] = "declared"
    discriminator: Discriminator | None = None
    tag: str = ""
    virtual: tuple[Virtual, ...] = ()


def shape(
    *,
    policy: Literal["all", "none"] = "all",
    naming: Naming = "",
    order: Literal["declared", "alphabetical"] | Sequence[str] = "declared",
    discriminator: Discriminator | None = None,
    tag: str = "",
    virtual: Sequence[Virtual] = (),
) -> Callable[[type[T]], type[T]]:
    """Say how a class is shown as a whole.

    Args:
        policy: ``all`` excludes all fields but those with ``Groups`` or ``Expose``; ``none`` puts fields without groups into the group
            ``default``, unless they wear ``Exclude``, are references, or are secret.
        naming: how names of members become names outside.
        order: of the members; names that stand in a sequence come first, in its order.
        discriminator: the name that tells the subclasses apart.
        tag: which one of its parent's kinds this class is.
        virtual: members that are computed.
    """

    def mark(cls: type[T]) -> type[T]:
        cls.__shape__ = Shape(policy, naming, order, discriminator, tag, tuple(virtual))  # type: ignore[attr-defined]
        return cls

    return mark


def pre_serialize(method: F) -> F:
    """Call this method (without arguments) before its object is shown."""
    return _at("pre_serialize", method)


def post_serialize(method: F) -> F:
    """Call this method with the view of its object; what it returns, if anything, is shown in place of it."""
    return _at("post_serialize", method)


def pre_deserialize(method: F) -> F:
    """Call this class method with the data that was sent; what it returns, if anything, is read in place of it."""
    return _at("pre_deserialize", method)


def post_deserialize(method: F) -> F:
    """Call this method (without arguments) after what was sent has been written into its object."""
    return _at("post_deserialize", method)


def _at(moment: Moment, method: F) -> F:
    function: Any = getattr(method, "__func__", method)
    function.__serializer_moment__ = moment
    return method
