"""What happens to members."""

from opensky.devo.members.objects import Member
from opensky.events import declare

MEMBER_CREATED = declare("member.created", "Somebody opened an account.", subject=Member)

MEMBER_LOGGED_IN = declare(
    "member.logged_in",
    "A member proved who they are; what they did as a guest just before can become theirs.",
    subject=Member,
    parameters=("bag_id",),
)

MEMBER_CHANGED = declare("member.changed", "A member changed their name or address.", subject=Member)

MEMBER_PASSWORD_CHANGED = declare("member.password_changed", "A member chose another password.", subject=Member)

MEMBER_EMAIL_CHANGED = declare(
    "member.email_changed",
    "A member has another e-mail address, of which they proved that it is theirs.",
    subject=Member,
    parameters=("before",),
)

MEMBER_PROMOTED = declare("member.promoted", "A member became staff.", subject=Member)

MEMBER_DISMISSED = declare("member.dismissed", "A member is no longer staff.", subject=Member)
