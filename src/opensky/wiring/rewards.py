"""Which events reward rules are asked about, as the settings say."""

from collections.abc import Iterable, Iterator

from opensky.devo.rewards.facts import looked_up
from opensky.devo.rewards.listeners import RewardListeners
from opensky.events import Registration
from opensky.settings import Settings


def asked_about(registrations: Iterable[Registration], settings: Settings) -> Iterator[Registration]:
    """Leave out who would ask rules about an event that this shop does not look up: it then costs nothing at all."""
    events = looked_up(settings)
    for each in registrations:
        asks = each.listener is RewardListeners and each.method == "on_event"
        if not asks or each.pattern in events:
            yield each
