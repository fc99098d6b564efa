"""The structs of views: one for each class and what is shown of it, so that the API description names each form once."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from opensky.kernel.errors import Misconfigured
from opensky.serializer.selection import Selection

Tag = tuple[str, str]
"""The name that tells kinds apart, and which of them this is."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One member of a struct: its name in Python, its name outside, its type, and whether it can be left out."""

    name: str
    sent: str
    kind: Any
    may_miss: bool = False

    def under(self, parent: str, *, may_miss: bool = False) -> "Shown":
        """Return the member as it stands in the struct of the object in which it is inline."""
        return replace(self, name=f"{parent}_{self.name}", may_miss=self.may_miss or may_miss)


class Structs:
    """Makes structs and keeps them: embedded in several places, a class is one schema."""

    def __init__(self) -> None:
        self._made: dict[Any, type[msgspec.Struct]] = {}
        self._twins: dict[type[msgspec.Struct], type[msgspec.Struct]] = {}

    def of(self, cls: type, at: Selection, shown: Sequence[Shown], tag: Tag | None) -> type[msgspec.Struct]:
        """Return the struct of a class that has these members.

        Raises:
            Misconfigured: two members have one name outside, or a type has no JSON form.
        """
        key = (cls, at.groups, at.version, tag, tuple((s.name, s.sent, repr(s.kind), s.may_miss) for s in shown))
        if key not in self._made:
            # Of two threads that come first at once, both get the struct of one.
            self._made.setdefault(key, _define(cls, self._name(cls, at), shown, tag))
        return self._made[key]

    def twin(self, struct: type[msgspec.Struct]) -> type[msgspec.Struct]:
        """Return the struct that the encoder is fed with: the same names, but values may be JSON already."""
        if struct not in self._twins:
            config = struct.__struct_config__
            info = msgspec.structs.fields(struct)
            self._twins.setdefault(
                struct,
                msgspec.defstruct(
                    struct.__name__,
                    [(f.name, Any) if f.required else (f.name, Any, msgspec.UNSET) for f in info],
                    rename={f.name: f.encode_name for f in info},
                    tag_field=config.tag_field,
                    tag=config.tag,
                    kw_only=not all(f.required for f in info),
                    frozen=True,
                    gc=False,
                ),
            )
        return self._twins[struct]

    def _name(self, cls: type, at: Selection) -> str:
        groups = "".join(name.title() for name in sorted(at.groups - {"api", "default"}))
        version = "" if at.version is None else "V" + "_".join(map(str, at.version))
        name = f"{cls.__name__}{groups}{version}"
        same = sum(made.__name__.rstrip("0123456789") == name for made in self._made.values()) if at.depth else 0
        return f"{name}{same + 1}" if same else name


def _define(cls: type, name: str, shown: Sequence[Shown], tag: Tag | None) -> type[msgspec.Struct]:
    sent = [each.sent for each in shown] + ([tag[0]] if tag else [])
    if twice := {each for each in sent if sent.count(each) > 1}:
        raise Misconfigured(f"{cls.__qualname__} shows two members as {', '.join(sorted(twice))}; rename one.")
    loose = any(each.may_miss for each in shown)
    struct = msgspec.defstruct(
        name,
        [
            (each.name, each.kind | msgspec.UnsetType, msgspec.UNSET) if each.may_miss else (each.name, each.kind)
            for each in shown
        ],
        namespace={"__doc__": cls.__doc__},
        module=cls.__module__,
        rename={each.name: each.sent for each in shown},
        tag_field=tag[0] if tag else None,
        tag=tag[1] if tag else None,
        kw_only=loose,
        frozen=True,
        gc=False,  # a view is a tree, made and thrown away
    )
    _check(cls, struct)
    return struct


def _check(cls: type, struct: type[msgspec.Struct]) -> None:
    info = msgspec.inspect.type_info(struct)
    assert isinstance(info, msgspec.inspect.StructType)  # noqa: S101 - it is a struct
    for field in info.fields:
        if (problem := _problem(field.type)) is not None:
            raise Misconfigured(f"{cls.__qualname__}.{field.name} has no JSON form: {problem}.")


def _problem(info: Any) -> str | None:
    """Say what in a type could not be shown, or would be shown whole, past its groups."""
    if isinstance(info, msgspec.inspect.CustomType):
        return info.cls.__qualname__
    if isinstance(info, msgspec.inspect.DataclassType):
        return f"{info.cls.__qualname__} in this place; put it into a field, a list or a mapping of its own"
    if isinstance(info, msgspec.inspect.StructType):
        return None
    for name in ("item_type", "key_type", "value_type", "item_types", "types", "fields"):
        inner = getattr(info, name, ())
        for each in inner if isinstance(inner, tuple) else (inner,):
            if (problem := _problem(getattr(each, "type", each))) is not None:
                return problem
    return None
