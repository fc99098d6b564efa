"""Benefits for programs."""

from typing import Annotated

from msgspec import Meta, Struct

from opensky.devo.benefits.manager import BenefitManager, Standing
from opensky.devo.benefits.objects import Benefit
from opensky.serializer.views import Moment
from opensky.web import Visitor, access, api

LevelName = Annotated[str, Meta(description="The name of a level; empty for none.", examples=["Silver"])]


class LevelAnswer(Struct, frozen=True):
    """Where one stands: ``points`` are all that were ever given and not taken back, ``missing`` those to the ``next`` level."""

    level: LevelName
    points: Annotated[int, Meta(examples=[120])]
    next: Annotated[str, Meta(examples=["Gold"])]
    missing: Annotated[int, Meta(examples=[380])]


class BenefitAnswer(Struct, frozen=True):
    """Something to use at the checkout: a coupon by its code, or a free delivery, which is used by itself."""

    kind: Annotated[str, Meta(examples=["coupon"])]
    code: Annotated[str, Meta(examples=["K7M2XBQ49T"])]
    gives: Annotated[str, Meta(examples=["10 % off"])]
    why: Annotated[str, Meta(examples=["Your birthday"])]
    expires_at: Moment | None


class BenefitsAnswer(Struct, frozen=True):
    """One's level, in a shop that has levels, and what one may use."""

    standing: LevelAnswer | None
    benefits: list[BenefitAnswer]


class BenefitApi:
    """Benefits of the member who bears the token."""

    def __init__(self, benefits: BenefitManager, visitor: Visitor) -> None:
        self._benefits = benefits
        self._visitor = visitor

    @api.get("/api/v1/me/benefits", access=access.MEMBER, summary="What may I use?", tag="Me")
    def show(self) -> BenefitsAnswer:
        """Return one's level, coupons and free deliveries."""
        member_id = self._visitor.require_member()
        standing = self._benefits.standing(member_id)
        found = [_benefit(each) for each in self._benefits.usable(member_id)]
        return BenefitsAnswer(_level(standing) if standing else None, found)


def _level(standing: Standing) -> LevelAnswer:
    level, above = standing.level, standing.next
    return LevelAnswer(level.name if level else "", standing.points, above.name if above else "", standing.missing)


def _benefit(benefit: Benefit) -> BenefitAnswer:
    return BenefitAnswer(benefit.kind, benefit.code or "", benefit.gives, benefit.why, benefit.expires_at)
