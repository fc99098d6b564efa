"""Members: the people who shop, follow and share. A member may also be staff."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated

from opensky.kernel.ids import MemberId
from opensky.mapping import Email, Groups, Id, Index, Length, NotBlank, Personal, Unique, Version, document

__all__ = ["STAFF", "Member", "MemberId", "PostalAddress"]

STAFF = "staff"
"""The role that opens the admin."""


@dataclass(slots=True, kw_only=True)
class PostalAddress:
    """Where a parcel goes."""

    name: Annotated[str, Personal("identity"), NotBlank("Who is the parcel for?"), Length(0, 120)] = ""
    street: Annotated[str, Personal("contact"), NotBlank("Please give the street and number."), Length(0, 200)] = ""
    city: Annotated[str, Personal("contact"), NotBlank("Please give the town."), Length(0, 100)] = ""
    region: Annotated[str, Personal("contact"), Length(0, 100)] = ""
    postcode: Annotated[str, Personal("contact"), NotBlank("Please give the postcode."), Length(0, 20)] = ""
    country: Annotated[str, Personal("contact"), Length(2, 2, "Please use the two letters of the country.")] = "US"

    @property
    def one_line(self) -> str:
        """All of it, for lists and letters."""
        town = f"{self.postcode} {self.city}".strip()
        return ", ".join(part for part in (self.name, self.street, town, self.region, self.country) if part)


@document("members", Unique("email"), Index("-joined_at"), Index("name"))
@dataclass(eq=False, slots=True, kw_only=True)
class Member:
    """A person with an account."""

    id: Annotated[MemberId, Id(), Groups("me")]
    email: Annotated[str, Personal("contact"), Groups("me"), NotBlank("Please give your e-mail address."), Email()]
    name: Annotated[str, Personal("identity"), Groups("me"), NotBlank("Please give your name."), Length(0, 80)]
    password_hash: Annotated[str, Personal("secret")] = ""
    roles: list[str] = field(default_factory=list)
    address: Annotated[PostalAddress | None, Personal("contact")] = None
    joined_at: Annotated[datetime, Personal("account"), Groups("me")]
    demo: bool = False
    version: Annotated[int, Version()] = 0

    @property
    def is_staff(self) -> bool:
        """Whether the admin is open to this member."""
        return STAFF in self.roles
