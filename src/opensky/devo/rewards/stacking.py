"""Groups of rules, of which not all grant that could."""

from collections.abc import Iterable, Iterator

from opensky.devo.rewards.knowing import RuleBook, Running


def choices(held: Iterable[Running], book: RuleBook, currency: str) -> Iterator[list[Running]]:
    """Go through what may be granted, the most important first: a rule alone, or a group of which the first that can grants.

    Of a group in the mode ``best`` those come first that give most: most money, then most points. As this is known beforehand,
    limits are used in one order by all who run at once.
    """
    groups: dict[str, list[Running]] = {}
    for each in held:
        stack = each.kept.stack
        name = f"{stack} {each.kept.later}" if stack and book.mode_of(stack) != "all" else f" {each.kept.id}"
        groups.setdefault(name, []).append(each)
    for group in groups.values():
        if len(group) > 1 and book.mode_of(group[0].kept.stack) == "best":
            group.sort(key=lambda each: _most(each, currency))
        yield group


def settles(rule: Running, book: RuleBook) -> bool:
    """Say whether this rule's grant is the only one of its group for an event."""
    return bool(rule.kept.stack) and book.mode_of(rule.kept.stack) != "all"


def _most(each: Running, currency: str) -> tuple[int, int, int, int]:
    return -each.reward.cost(currency), -getattr(each.reward, "points", 0), -each.kept.priority, each.kept.id
