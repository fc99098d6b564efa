"""What the bag does when something happens elsewhere."""

from opensky.devo.bag.manager import BagManager
from opensky.events import Event


class BagListener:
    """Brings a guest's bag along when they log in."""

    def __init__(self, bags: BagManager) -> None:
        self._bags = bags

    def on_member_logged_in(self, event: Event) -> None:
        """Put what the guest had chosen into the member's bag."""
        self._bags.take_over(event.subject.id, event["bag_id"])
