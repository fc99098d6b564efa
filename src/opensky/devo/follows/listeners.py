"""What follows do when something happens elsewhere."""

from opensky.devo.follows.manager import FollowManager
from opensky.devo.sellers.events import SELLER_CREATED
from opensky.events import Event


class FollowListeners:
    """Keeps every insider in the list by followers."""

    def __init__(self, follows: FollowManager) -> None:
        self._follows = follows

    @classmethod
    def subscribed_events(cls) -> dict[str, str]:
        """List what this class listens to."""
        return {SELLER_CREATED: "on_seller_created"}

    def on_seller_created(self, event: Event) -> None:
        """Start the new insider's counter."""
        self._follows.welcome(event.subject)
