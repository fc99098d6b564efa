"""Who listens to what: the whole table, in one place."""

from opensky.devo.bag.listeners import BagListener
from opensky.devo.members.events import MEMBER_LOGGED_IN
from opensky.devo.orders.listeners import OrderListener
from opensky.events import Registration, listen

REGISTRATIONS: tuple[Registration, ...] = (
    listen(MEMBER_LOGGED_IN, BagListener, "on_member_logged_in"),
    listen(MEMBER_LOGGED_IN, OrderListener, "on_member_logged_in"),
)
"""Add ``listen(SELLER_FOLLOW, FollowListeners, "on_seller_follow")`` here; a class is made when its event comes."""
