"""Sellers, whom the shop calls insiders: people with a craft, a town and a voice, who curate and sell."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, NewType

from opensky.devo.members.objects import MemberId
from opensky.mapping import Groups, Id, Index, Length, NotBlank, Pattern, Unique, Version, document

SellerId = NewType("SellerId", int)


@document("sellers", Unique("slug"), Index("member_id"), Index("-joined_at"), Index("name"))
@dataclass(eq=False, slots=True, kw_only=True)
class Seller:
    """An insider. How many follow them is counted beside the follows, not here."""

    id: Annotated[SellerId, Id(), Groups("api")]
    member_id: MemberId | None = None
    slug: Annotated[str, Groups("api"), Pattern("[a-z0-9]+(-[a-z0-9]+)*", "Use small letters, digits and dashes.")]
    name: Annotated[str, Groups("api"), NotBlank("Please give a name."), Length(0, 80)]
    craft: Annotated[str, Groups("api"), Length(0, 80)] = ""
    town: Annotated[str, Groups("api"), Length(0, 80)] = ""
    sentence: Annotated[str, Groups("api"), Length(0, 200)] = ""
    bio: Annotated[str, Groups("api"), Length(0, 4000)] = ""
    picture: Annotated[str, Groups("api")] = ""
    joined_at: Annotated[datetime, Groups("api")]
    version: Annotated[int, Version()] = 0
