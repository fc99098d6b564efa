"""Who listens to what: the whole table, in one place."""

from opensky.events import Registration

REGISTRATIONS: tuple[Registration, ...] = ()
"""Add ``listen(SELLER_FOLLOW, FollowListeners, "on_seller_follow")`` here; a class is made when its event comes."""
