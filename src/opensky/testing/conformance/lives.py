"""Two classes that listen to their own life, alike but for the store that they are kept in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any

from opensky.kernel.money import Money
from opensky.mapping import (
    NOT_YET,
    CreatedAt,
    Embedded,
    Id,
    ReferenceOne,
    UpdatedAt,
    Version,
    document,
    entity,
    listened_by,
    post_load,
    post_persist,
    post_remove,
    post_update,
    pre_load,
    pre_persist,
    pre_remove,
    pre_update,
)

HEARD: list[str] = []
"""What was heard of, in order; each test begins with none."""


class Keeper:
    """Hears of both classes, because they say so: by names of methods and by marks."""

    def pre_persist(self, obj: Any, _: Any) -> None:
        """Hear."""
        HEARD.append(f"keeper pre_persist {obj.name}")

    @post_persist
    @post_update
    def written(self, obj: Any, args: Any) -> None:
        """Hear of two events."""
        HEARD.append(f"keeper {args.event} {obj.name}")


class OwnLife:
    """The marked methods of both classes."""

    name: str

    @pre_persist
    def before_insert(self) -> None:
        """Hear."""
        HEARD.append(f"own pre_persist {self.name}")

    @post_persist
    def after_insert(self) -> None:
        """Hear."""
        HEARD.append(f"own post_persist {self.name}")

    @pre_update
    def before_update(self, args: Any) -> None:
        """Hear, with the arguments."""
        HEARD.append(f"own pre_update {self.name} {sorted(args.get_change_set())}")

    @post_update
    def after_update(self) -> None:
        """Hear."""
        HEARD.append(f"own post_update {self.name}")

    @pre_remove
    def before_removal(self) -> None:
        """Hear."""
        HEARD.append(f"own pre_remove {self.name}")

    @post_remove
    def after_removal(self) -> None:
        """Hear."""
        HEARD.append(f"own post_remove {self.name}")

    @pre_load
    @classmethod
    def before_build(cls, data: Mapping[str, Any]) -> None:
        """Hear, before there is an object."""
        HEARD.append(f"own pre_load {data['name']}")

    @post_load
    def after_load(self) -> None:
        """Hear."""
        HEARD.append(f"own post_load {self.name}")


@dataclass(slots=True, kw_only=True)
class Origin:
    """An embedded object."""

    place: str
    year: int | None = None
    value: Money | None = None


@listened_by("opensky.testing.conformance.lives:Keeper")
@document("conformance_vases")
@dataclass(eq=False, kw_only=True)
class Vase(OwnLife):
    """A document that listens to itself."""

    id: Annotated[int, Id()]
    name: str
    price: Money = field(default_factory=lambda: Money(100))
    tags: list[str] = field(default_factory=list)
    origin: Annotated[Origin | None, Embedded()] = None
    heir_id: int | None = None
    heir: Annotated["Vase | None", ReferenceOne("heir_id")] = None
    made_at: Annotated[datetime, CreatedAt()] = NOT_YET
    changed_at: Annotated[datetime | None, UpdatedAt] = None
    version: Annotated[int, Version()] = 0


@listened_by(Keeper)
@entity("conformance_lamps")
@dataclass(eq=False, kw_only=True)
class Lamp(OwnLife):
    """A row that listens to itself."""

    id: Annotated[int, Id()]
    name: str
    price: Money = field(default_factory=lambda: Money(100))
    tags: list[str] = field(default_factory=list)
    origin: Annotated[Origin | None, Embedded()] = None
    heir_id: int | None = None
    heir: Annotated["Lamp | None", ReferenceOne("heir_id")] = None
    made_at: Annotated[datetime, CreatedAt()] = NOT_YET
    changed_at: Annotated[datetime | None, UpdatedAt] = None
    version: Annotated[int, Version()] = 0


LIVING: tuple[type, ...] = (Vase, Lamp)
