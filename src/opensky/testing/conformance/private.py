"""Objects that hold something of each class of privacy: for whatever goes by the marks."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated

from opensky.kernel.money import Money
from opensky.mapping import NOT_YET, Embedded, Id, NoHistory, Personal, UpdatedAt, Version, document, entity


@dataclass(slots=True, kw_only=True)
class Home:
    """Where somebody lives; the house has a public name."""

    street: Annotated[str, Personal("contact")] = ""
    house: str = ""


@document("history_people")
@dataclass(eq=False, slots=True, kw_only=True)
class Person:
    """A person: some of it is nobody's business."""

    id: Annotated[int, Id()]
    name: Annotated[str, Personal("identity")] = ""
    email: Annotated[str | None, Personal("contact")] = None
    password: Annotated[str, Personal("secret")] = ""
    home: Home | None = None
    homes: list[Home] = field(default_factory=list)
    seen: Annotated[int, NoHistory()] = 0
    craft: str = ""
    version: Annotated[int, Version()] = 0


@entity("history_accounts")
@dataclass(eq=False, kw_only=True)
class Account:
    """A row with money that is somebody's."""

    id: Annotated[int, Id()]
    owed: Annotated[Money, Personal("financial")]
    home: Annotated[Home | None, Embedded()] = None
    note: str | None = "none"
    changed_at: Annotated[datetime, UpdatedAt()] = NOT_YET


@entity("history_keys")
@dataclass(eq=False, kw_only=True)
class Key:
    """A secret finds it, so that the history keeps nothing of it."""

    digest: Annotated[str, Id(), Personal("secret")]
    note: str = ""


@NoHistory()
@entity("history_counts")
@dataclass(eq=False, kw_only=True)
class Count:
    """Derived, and left out."""

    id: Annotated[int, Id()]
    number: int = 0


PRIVATE: tuple[type, ...] = (Person, Account, Key, Count)
