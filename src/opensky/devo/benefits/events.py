"""What happens to benefits."""

from opensky.devo.benefits.objects import MemberLevel
from opensky.events import declare

MEMBER_LEVEL_REACHED = declare(
    "member.level_reached",
    "A member has risen to a level: `level` is its name, `before` that of the level until now, empty if there was none.",
    subject=MemberLevel,
    parameters=("member_id", "level", "before"),
)
