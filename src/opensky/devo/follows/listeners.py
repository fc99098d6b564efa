"""What follows do when something happens elsewhere."""

from opensky.devo.follows.manager import FollowManager
from opensky.events import Event


class FollowListeners:
    """Keeps every insider in the list by followers."""

    def __init__(self, follows: FollowManager) -> None:
        self._follows = follows

    def on_seller_created(self, event: Event) -> None:
        """Start the new insider's counter."""
        self._follows.welcome(event.subject)
