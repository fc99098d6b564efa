"""What benefits do when something happens."""

from opensky.devo.benefits.manager import BenefitManager
from opensky.events import Event
from opensky.kernel.money import Money


class BenefitListeners:
    """Looks at a member's level when points come or go."""

    def __init__(self, benefits: BenefitManager) -> None:
        self._benefits = benefits

    def on_credit(self, event: Event) -> None:
        """Points decide on the level; money does not."""
        if not isinstance(event["amount"], Money):
            self._benefits.look_at_level(event["member_id"])
