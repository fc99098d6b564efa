"""A rule in plain words, also one of which something is not known any more: an extension was taken out, a fact has gone."""

import msgspec

from opensky.devo.rewards import conditions
from opensky.devo.rewards.facts import EVENTS
from opensky.devo.rewards.kinds import REWARDS, made
from opensky.devo.rewards.objects import RewardRule
from opensky.devo.rewards.repository import KeptRule
from opensky.devo.rewards.revisions import Revised
from opensky.kernel.errors import Invalid
from opensky.ruler import RulerError

AnyRule = KeptRule | RewardRule | Revised
_UNREADABLE = "something that cannot be read any more"


def broken(rule: AnyRule) -> str:
    """Say why a rule cannot be asked any more; nothing if it can."""
    subscribed, kind = EVENTS.get(rule.event), REWARDS.get(rule.reward)
    if subscribed is None:
        return f"The event {rule.event} is not known any more."
    if kind is None:
        return f"The reward {rule.reward} is not known any more."
    try:
        made(kind, rule.arguments)
        problems = subscribed.schema.problems(conditions.node_of(rule.condition))
    except Invalid as error:
        return error.errors[0].message
    except (RulerError, msgspec.DecodeError) as error:
        return str(error)
    return problems[0].message if problems else ""


def when(rule: AnyRule) -> str:
    """Say when a rule is asked."""
    subscribed = EVENTS.get(rule.event)
    return subscribed.when if subscribed is not None else f"When {rule.event} happens"


def gives(rule: AnyRule, currency: str) -> str:
    """Say what a rule gives."""
    kind = REWARDS.get(rule.reward)
    try:
        return str(made(kind, rule.arguments).words(currency)) if kind is not None else f"{rule.reward}, {_UNREADABLE}"
    except Invalid:
        return f"{rule.reward}, {_UNREADABLE}"


def condition(rule: AnyRule) -> str:
    """Say what must hold: ``always``, if nothing must."""
    subscribed = EVENTS.get(rule.event)
    try:
        node = conditions.node_of(rule.condition)
        return conditions.words_of(subscribed, node) if subscribed is not None else conditions.text_of(rule.condition)
    except (RulerError, msgspec.DecodeError):
        return _UNREADABLE


def text(rule: AnyRule) -> str:
    """Return the condition as text."""
    try:
        return conditions.text_of(rule.condition) or "true"
    except (RulerError, msgspec.DecodeError):
        return _UNREADABLE


def sentence(rule: AnyRule, currency: str) -> str:
    """Say a rule."""
    words = condition(rule)
    asked = "" if words == "always" else f" and {words}"
    return f"{when(rule)}{asked}, they get {gives(rule, currency)}."
