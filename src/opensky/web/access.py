"""Who may call a route. Every route states one of these rules; there is no default."""

from enum import Enum

STAFF_ROLE = "staff"
"""The role that opens what is marked ``STAFF``."""


class Access(Enum):
    """The rule of one route, enforced before its controller is made."""

    PUBLIC = "public"
    MEMBER = "member"
    STAFF = "staff"
    SIGNED = "signed"


PUBLIC = Access.PUBLIC
"""Anybody."""
MEMBER = Access.MEMBER
"""Whoever is signed in, or bears a token."""
STAFF = Access.STAFF
"""Members with the role ``staff``."""
SIGNED = Access.SIGNED
"""Processes of this shop, by their signature: the rule of every callback, and of nothing else."""
