"""What of a class may be sent: the members that a selection lets in, and why each other one is refused."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from typing import Any, Protocol, get_args, get_origin

from opensky.kernel.errors import Misconfigured
from opensky.mapping import Accessor, CreatedAt, Inline, MatchBy, MaxDepth, ReadOnly, UpdatedAt, describe
from opensky.serializer.members import Member, bare, holds_objects, is_object
from opensky.serializer.selection import Selection
from opensky.serializer.writer import without_none


class Book(Protocol):
    """What reading asks of its serializer about a class."""

    def members(self, cls: type) -> tuple[Member, ...]:
        """Return the members of a class."""


def is_writable(cls: type, member: Member) -> bool:
    """Say whether a member can be written at all: a field, or something with a setter, that no other mark keeps from it."""
    if any(member.mark(kind) is not None for kind in (ReadOnly, CreatedAt, UpdatedAt)):
        return False
    accessor = member.mark(Accessor)
    if accessor is not None and (accessor.setter or accessor.getter):
        return bool(accessor.setter)
    if member.kind == "property":
        return getattr(getattr(cls, member.name), "fset", None) is not None
    field = member.field
    return field is not None and not field.id and not field.version and field.reference is None


def below(member: Member, at: Selection) -> Selection:
    """Return the selection inside the objects of a member."""
    limit = member.mark(MaxDepth)
    return at.below(member.name, limit.levels if limit else None) if holds_objects(member.hint) else at


def inline_class(member: Member) -> type:
    """Return the class of an inline member."""
    inner: type = bare(without_none(bare(member.hint)[0])[0])[0]
    return inner


def allowed(book: Book, cls: type, at: Selection) -> dict[str, Member]:
    """Return what may be sent, by its name outside; what lies in an inline object leads to the inline member."""
    found: dict[str, Member] = {}
    for member in book.members(cls):
        if not member.within(at) or (at.depth == 0 and holds_objects(member.hint)):
            continue
        if member.mark(Inline) is not None:
            found |= dict.fromkeys(allowed(book, inline_class(member), below(member, at)), member)
        elif is_writable(cls, member):
            found[member.sent] = member
    return found


def why_not(book: Book, cls: type, at: Selection, name: str) -> tuple[str, str]:
    """Return the sentence and the rule that refuse a name."""
    for member in _flat(book, cls):
        if member.sent == name:
            if member.within(at):
                return "This can be read, but not changed.", "ReadOnly"
            return "This may not be set here.", "Forbidden"
    return "There is no such field.", "Unknown"


def _flat(book: Book, cls: type) -> Iterator[Member]:
    for member in book.members(cls):
        if member.mark(Inline) is not None:
            yield from _flat(book, inline_class(member))
        else:
            yield member


def key_of(member: Member, element: type) -> str | None:
    """Return the field by which elements of a list are the same: that of ``MatchBy``, or their only id."""
    if (match := member.mark(MatchBy)) is not None:
        return describe(element).field(match.field).name
    ids = describe(element).ids
    return ids[0].name if len(ids) == 1 else None


def refuse_loss(book: Book, cls: type, member: Member, element: type, at: Selection) -> None:
    """Raise if a list that is sent anew would drop what its elements hold and nobody may send.

    Raises:
        Misconfigured: the list wants a ``MatchBy``, or the group wants to show more.
    """
    sent = {m.name for m in allowed(book, element, at).values()}
    if lost := [f.name for f in describe(element).stored_fields if f.name not in sent]:
        raise Misconfigured(
            f"A new list in {cls.__qualname__}.{member.name} would lose {', '.join(lost)} of each {element.__qualname__}, which"
            f" {at.words} cannot write; mark the list MatchBy(field), so that elements are changed and not replaced."
        )


def element_class(hint: Any) -> type | None:
    """Return the class of the objects in a list of them, or ``None`` for every other type."""
    hint = bare(without_none(bare(hint)[0])[0])[0]
    inner = [bare(each)[0] for each in get_args(hint) if each is not ...]
    if get_origin(hint) in (list, tuple) and len(inner) == 1 and is_object(inner[0]):
        element: type = inner[0]
        return element
    return None


def missing(cls: type, given: Mapping[str, Any]) -> list[str]:
    """Return the fields that a new object needs and that are not given."""
    required = {f.name for f in describe(cls).fields if f.required}
    return [f.name for f in fields(cls) if f.init and f.name in required and f.name not in given]


def sent_path(book: Book, cls: type, path: str) -> str:
    """Return a path of attributes as those outside know it."""
    parts: list[str] = []
    _translate(book, cls, path.split("."), parts)
    return ".".join(parts)


def _translate(book: Book, cls: type | None, path: Sequence[str], parts: list[str]) -> None:
    if not path:
        return
    first, *rest = path
    member = next((m for m in book.members(cls) if m.name == first), None) if cls is not None else None
    if member is None:
        parts.append(first)
        # A position in a list stands between the list and the member of its element.
        _translate(book, cls if first.isdigit() else None, rest, parts)
        return
    if member.mark(Inline) is None:
        parts.append(member.sent)
    inner = element_class(member.hint) or inline_class(member)
    follow = inner if is_object(inner) else None
    if rest and rest[0].isdigit():
        parts.append(rest[0])
        rest = rest[1:]
    _translate(book, follow, rest, parts)
