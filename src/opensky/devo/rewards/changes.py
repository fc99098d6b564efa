"""What differs between two revisions of a rule, in words."""

from typing import NamedTuple

from opensky.devo.rewards import conditions
from opensky.devo.rewards.facts import EVENTS
from opensky.devo.rewards.kinds import REWARDS, made
from opensky.devo.rewards.revisions import Revised
from opensky.devo.rewards.terms_words import words_of


class Difference(NamedTuple):
    """One thing that two revisions say differently."""

    label: str
    before: str
    after: str


def differences(before: Revised | None, after: Revised, currency: str) -> list[Difference]:
    """Return what a revision says otherwise than the one before it; of the first one all that it says."""
    was, now = said(before, currency) if before is not None else {}, said(after, currency)
    labels = dict.fromkeys([*now, *was])
    return [
        Difference(label, was.get(label, ""), now.get(label, ""))
        for label in labels
        if was.get(label, "") != now.get(label, "")
    ]


def said(rule: Revised, currency: str) -> dict[str, str]:
    """Return what a revision says, by what it is about; what it leaves open is left out."""
    subscribed, kind = EVENTS.get(rule.event), REWARDS.get(rule.reward)
    condition = ""
    if subscribed is not None:
        condition = conditions.words_of(subscribed, conditions.node_of(rule.condition))
    reward = made(kind, rule.arguments).words(currency) if kind is not None else rule.reward
    found = {
        "Name": rule.name,
        "When": subscribed.when if subscribed is not None else rule.event,
        "Condition": condition,
        "Condition as text": conditions.text_of(rule.condition),
        "They get": reward,
        "Starts": f"{rule.starts_at:%Y-%m-%d %H:%M} UTC" if rule.starts_at else "",
        "Ends": f"{rule.ends_at:%Y-%m-%d %H:%M} UTC" if rule.ends_at else "",
        "Terms": " ".join(words_of(rule, currency, rule.limit_each, rule.limit_total)),
        "Priority": str(rule.priority or ""),
    }
    return {label: value for label, value in found.items() if value}
