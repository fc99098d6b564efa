"""What happens between an event and the rules that are asked about it later."""

from opensky.events import declare

REWARD_DUE = declare(
    "reward.due",
    "Rules that are asked later are to be asked now: `event` names what happened, `about` is the key of its subject, `at` when it was.",
    subject=None,
    parameters=("event", "about", "carried", "at"),
)
