"""What the web keeps: sessions, API tokens, links for screens, alerts, throttles. Secrets are kept as digests: the database opens no session."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated

from opensky.kernel.ids import MemberId
from opensky.mapping import Id, Index, Length, NoHistory, Personal, entity

_DIGEST = Length(64, 64, "A digest has 64 hexadecimal digits.")


@entity("sessions", Index("member_id"), Index("seen_at"))
@dataclass(eq=False, kw_only=True)
class Session:
    """One browser that we remember: a member's, or that of a guest with a bag."""

    token_hash: Annotated[str, Id(), Personal("secret"), _DIGEST]
    member_id: Annotated[MemberId | None, Personal("account")] = None
    name: Annotated[str, Personal("identity")] = ""
    roles: list[str] = field(default_factory=list)
    bag_id: Annotated[int | None, Personal("account")] = None
    device: Annotated[str, Personal("account"), Length(0, 120)] = ""
    created_at: Annotated[datetime, Personal("account")]
    seen_at: Annotated[datetime, Personal("account")]


@entity("api_tokens", Index("member_id"))
@dataclass(eq=False, kw_only=True)
class ApiToken:
    """A key with which a program acts for a member. ``scope`` is ``read`` or ``write``."""

    token_hash: Annotated[str, Id(), Personal("secret"), _DIGEST]
    member_id: Annotated[MemberId, Personal("account")]
    member_name: Annotated[str, Personal("identity")] = ""
    name: Annotated[str, Personal("account"), Length(0, 80)] = ""
    scope: Annotated[str, Length(0, 20)] = "write"
    created_at: Annotated[datetime, Personal("account")]


@entity("kiosk_links", Index("ends_at"))
@dataclass(eq=False, kw_only=True)
class KioskLink:
    """A link that shows the operations board to whoever has it, on a screen where nobody signs in, until it ends or is taken back."""

    id: Annotated[int, Id()]
    name: Annotated[str, Length(1, 80, "Please say where the screen is, in at most 80 characters.")]
    made_at: datetime
    ends_at: datetime


@NoHistory()
@entity("alerts", Index("open_key", unique=True), Index("-raised_at"))
@dataclass(eq=False, kw_only=True)
class AlertRow:
    """Something of the operations board that somebody ought to look at.

    ``open_key`` is its ``key`` until it is over: of one trouble one alert is open, whoever watches. ``told_state`` is the worst that was
    told of it, and ``told_at`` when.
    """

    id: Annotated[int, Id()]
    key: Annotated[str, Length(1, 80)]
    open_key: Annotated[str | None, Length(0, 80)]
    title: Annotated[str, Length(1, 160)]
    sentence: Annotated[str, Length(0, 500)]
    state: Annotated[str, Length(0, 10)]
    raised_at: datetime
    ended_at: datetime | None = None
    told_state: Annotated[str, Length(0, 10)] = ""
    told_at: datetime | None = None
    acknowledged_at: Annotated[datetime | None, Personal("account")] = None
    acknowledged_by: Annotated[str, Personal("identity"), Length(0, 160)] = ""


@NoHistory()
@entity("throttles", Index("due_at"), clustered=True)
@dataclass(eq=False, kw_only=True)
class Throttle:
    """How far ahead of its allowance somebody is. ``key`` is a digest, so that it names nobody."""

    key: Annotated[str, Id(), _DIGEST]
    due_at: datetime
