"""What rewards do when something happens."""

from opensky.devo.rewards.granting import RewardGranter
from opensky.events import Dispatcher, Event


class RewardListeners:
    """Asks the rules, and takes back."""

    def __init__(self, rewards: RewardGranter, events: Dispatcher) -> None:
        self._rewards = rewards
        self._events = events

    def on_event(self, event: Event) -> None:
        """Give what the rules on this event promise, and have those asked later that are."""
        told = (event.name, event.subject, event.parameters)
        self._rewards.happened(*told)
        later = self._rewards.later(*told)
        if later is not None:
            self._events.notify_async(later)

    def on_order_cancelled(self, event: Event) -> None:
        """Take back what was given for the order."""
        self._rewards.take_back(event.subject)

    def on_reward_due(self, event: Event) -> None:
        """Give what those rules promise that are asked later."""
        self._rewards.due(event["event"], event["about"], event["carried"], event["at"])
