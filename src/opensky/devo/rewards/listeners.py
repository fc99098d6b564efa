"""What rewards do when something happens."""

from opensky.devo.rewards.granting import RewardGranter
from opensky.events import Event


class RewardListeners:
    """Asks the rules, and takes back."""

    def __init__(self, rewards: RewardGranter) -> None:
        self._rewards = rewards

    def on_event(self, event: Event) -> None:
        """Give what the rules on this event promise."""
        self._rewards.happened(event.name, event.subject, event.parameters)

    def on_order_cancelled(self, event: Event) -> None:
        """Take back what was given for the order."""
        self._rewards.take_back(event.subject)
