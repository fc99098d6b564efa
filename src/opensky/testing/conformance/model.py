"""The objects that the conformance suites keep: one of each kind of field, in both stores, with references across."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated, Any

from opensky.kernel.money import Money
from opensky.mapping import (
    Embedded,
    Id,
    Index,
    ReferenceMany,
    ReferenceOne,
    Unique,
    Version,
    document,
    entity,
)
from opensky.testing.conformance.lives import LIVING

NOON = datetime(2026, 3, 1, 12, 0, 0, 250_000, tzinfo=UTC)


@dataclass(slots=True, kw_only=True)
class Size:
    """An embedded object."""

    width: int
    label: str = ""
    price: Money | None = None


@document("conformance_pots", Unique("slug"), Index("maker_id", "-made_at"), Index("tags"), Index("best.width"))
@dataclass(eq=False, slots=True, kw_only=True)
class Pot:
    """A document with every kind of field."""

    id: Annotated[int, Id()]
    slug: str
    maker_id: int | None = None
    tags: list[str] = field(default_factory=list)
    sizes: list[Size] = field(default_factory=list)
    best: Size | None = None
    glazed: bool = False
    weight: float = 0.0
    made_at: datetime = NOON
    fired_at: datetime | None = None
    version: Annotated[int, Version()] = 0
    maker: Annotated["Potter | None", ReferenceOne("maker_id")] = None
    twins: Annotated[list["Pot"], ReferenceMany(by="twin_ids")] = field(default_factory=list)
    twin_ids: list[int] = field(default_factory=list)


@entity("conformance_potters", Unique("name"))
@dataclass(eq=False, kw_only=True)
class Potter:
    """A row with every kind of column."""

    id: Annotated[int, Id()]
    name: str
    fee: Money = field(default_factory=lambda: Money(0))
    notes: Annotated[dict[str, Any], Embedded()] = field(default_factory=dict)
    size: Annotated[Size | None, Embedded()] = None
    active: bool = True
    joined_at: datetime = NOON
    left_at: datetime | None = None
    version: Annotated[int, Version()] = 0
    pots: Annotated[list[Pot], ReferenceMany(mapped_by="maker_id")] = field(default_factory=list)


@entity("conformance_shifts", Index("day"), clustered=True)
@dataclass(eq=False, kw_only=True)
class Shift:
    """A row with a composite key."""

    potter_id: Annotated[int, Id()]
    day: Annotated[str, Id()]
    hours: int = 0


MODEL: tuple[type, ...] = (Pot, Potter, Shift, *LIVING)
