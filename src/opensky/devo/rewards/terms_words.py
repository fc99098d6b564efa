"""The terms of a rule in words: when it runs, how often it grants, beside which others, and to whom."""

from opensky.devo.rewards.objects import ALL_OF_THEM, RewardRule
from opensky.devo.rewards.repository import KeptRule
from opensky.devo.rewards.revisions import Revised
from opensky.devo.rewards.terms import Terms
from opensky.kernel.money import Money

DAYS = {
    "mon": "Monday",
    "tue": "Tuesday",
    "wed": "Wednesday",
    "thu": "Thursday",
    "fri": "Friday",
    "sat": "Saturday",
    "sun": "Sunday",
}
PERIODS = {"": "no period", "day": "a day", "week": "a week", "month": "a month"}
MODES = {"all": "all of them grant", "best": "the best one grants", "first": "the first by priority grants"}


WithTerms = RewardRule | KeptRule | Revised | Terms


def times(number: int) -> str:
    """Say how often."""
    return {1: "once", 2: "twice"}.get(number, f"{number} times")


def words_of(
    terms: WithTerms, currency: str, limit_each: int | None = None, limit_total: int | None = None
) -> list[str]:
    """Return the terms that are set, a sentence each."""
    said = []
    if limit_each is not None:
        said.append(f"At most {times(limit_each)} to one member.")
    if limit_total is not None:
        said.append(f"At most {times(limit_total)} in all.")
    if terms.period and terms.limit_period_each is not None:
        said.append(f"At most {times(terms.limit_period_each)} {PERIODS[terms.period]} to one member.")
    if terms.period and terms.limit_period is not None:
        said.append(f"At most {times(terms.limit_period)} {PERIODS[terms.period]} in all.")
    if terms.budget_minor is not None:
        said.append(f"At most {Money(terms.budget_minor, currency)} in all.")
    said += _when(terms)
    if terms.stack:
        said.append(f"In the group {terms.stack}, of which {MODES[terms.stack_mode]}.")
    if terms.share < ALL_OF_THEM:
        said.append(f"To {terms.share} of 100 members; the others are the control group.")
    if terms.later:
        said.append("Asked by the bus, a moment later.")
    return said


def _when(terms: WithTerms) -> list[str]:
    days = ", ".join(DAYS[each] for each in terms.weekdays)
    hours = f"from {terms.hours_from} to {terms.hours_until}" if terms.hours_from else ""
    if not days and not hours:
        return []
    return [f"Only {' '.join(filter(None, (f'on {days}' if days else '', hours)))}, in {terms.zone}."]
