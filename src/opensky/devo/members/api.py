"""Members for programs: tokens, and who one is."""

from typing import Annotated, Literal

import msgspec

from opensky.devo.members.doors import Doors
from opensky.devo.members.errors import WrongLogin
from opensky.devo.members.manager import MemberManager
from opensky.kernel.errors import TooMany
from opensky.serializer.views import Moment
from opensky.web import Visitor, access, api


class TokenRequest(msgspec.Struct, forbid_unknown_fields=True):
    """Whose token, what to call it, and what it may do."""

    email: Annotated[str, msgspec.Meta(max_length=254, examples=["maya@example.org"])]
    password: Annotated[str, msgspec.Meta(max_length=256, examples=["a short sentence of mine"])]
    name: Annotated[str, msgspec.Meta(max_length=80, examples=["my phone"])] = "a program"
    scope: Literal["read", "write"] = "write"


class TokenAnswer(msgspec.Struct):
    """The new token: this is the one time that it can be seen."""

    token: Annotated[str, msgspec.Meta(examples=["osk_7EbPzlLApmmipM1wVPVH3p3paIZSaxaLvhtOO9eSROw"])]
    scope: Literal["read", "write"]


class Me(msgspec.Struct):
    """Who bears the token."""

    id: Annotated[str, msgspec.Meta(examples=["413628137893888001"])]
    email: Annotated[str, msgspec.Meta(examples=["maya@example.org"])]
    name: Annotated[str, msgspec.Meta(examples=["Maya Linden"])]
    joined_at: Moment


class TokenApi:
    """Tokens."""

    def __init__(self, doors: Doors) -> None:
        self._doors = doors

    @api.post("/api/v1/tokens", access=access.PUBLIC, summary="Get a token", raises=[WrongLogin, TooMany], tag="Me")
    def create(self, data: TokenRequest) -> TokenAnswer:
        """Give a token for e-mail and password; send it as ``Authorization: Bearer ...``."""
        token = self._doors.give_token(data.email, data.password, name=data.name, scope=data.scope)
        return TokenAnswer(token=token, scope=data.scope)


class MeApi:
    """The member who bears the token."""

    def __init__(self, members: MemberManager, visitor: Visitor) -> None:
        self._members = members
        self._visitor = visitor

    @api.get("/api/v1/me", access=access.MEMBER, summary="Who am I?", tag="Me")
    def show(self) -> Me:
        """Return the member who bears the token."""
        member = self._members.shown(self._visitor.require_member())
        return Me(id=str(member.id), email=member.email, name=member.name, joined_at=member.joined_at)
