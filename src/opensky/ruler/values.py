"""What operators do with values: the semantics of the language, one function each.

Equality is by value and never converts: ``1`` equals ``1.0`` and ``Decimal(1)``, a date equals the same instant elsewhere, but
``"1"`` is not ``1`` and ``True`` is not ``1``. An order with a missing value is not satisfied, whichever way it is asked; a day
among moments stands for its begin in UTC. Sets
compare as Python's do and keep their order. What an operator is not made for raises ``RuleTypeError``.
"""

import hashlib
import math
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from operator import ge, gt, le, lt
from typing import Any

from opensky.ruler.errors import RuleMathError, RuleTypeError

_NUMBERS = (int, float, Decimal)
_GREATEST_POWER = 10_000
_MOST_DIGITS = 3_000
"""Of a number that a rule may be made of, and that is made a whole one: beyond, reckoning takes time that nobody has."""
_MANY = 12


def is_sound(value: Any) -> bool:
    """Say whether a rule may be made of a value: a number that is one and not too large to be reckoned with, a text of whole characters."""
    if isinstance(value, str):
        return value.isascii() or not any("\ud800" <= each <= "\udfff" for each in value)
    if isinstance(value, int):
        return value.bit_length() <= _GREATEST_POWER
    if isinstance(value, Decimal):
        return (
            value.is_finite() and abs(value.adjusted()) <= _MOST_DIGITS and len(value.as_tuple().digits) <= _MOST_DIGITS
        )
    return not isinstance(value, float) or math.isfinite(value)


def equal(a: Any, b: Any) -> bool:
    """Say whether two values are the same value."""
    if isinstance(a, bool) or isinstance(b, bool):
        return a is b
    if isinstance(a, list | tuple) and isinstance(b, list | tuple):
        return len(a) == len(b) and all(map(equal, a, b))
    if isinstance(a, Mapping) and isinstance(b, Mapping):
        return a.keys() == b.keys() and all(equal(a[key], b[key]) for key in a)
    return bool(a == b)


def same(a: Any, b: Any) -> bool:
    """Say whether two values are equal, of the same type, and, where they are maps, in the same order."""
    if isinstance(a, list | tuple) and isinstance(b, list | tuple):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, Mapping) and isinstance(b, Mapping):
        return list(a) == list(b) and all(same(a[key], b[key]) for key in a)
    if isinstance(a, datetime) and isinstance(b, datetime):
        return a == b
    return type(a) is type(b) and equal(a, b)


def _ordering(compare: Callable[[Any, Any], Any], words: str) -> Callable[[Any, Any], bool]:
    def ordered(a: Any, b: Any) -> bool:
        if a is None or b is None:
            return False
        try:
            if isinstance(a, date) and isinstance(b, date) and isinstance(a, datetime) is not isinstance(b, datetime):
                return bool(compare(_instant(a), _instant(b)))
            return bool(compare(a, b))
        except TypeError:
            raise RuleTypeError(f"It cannot be said whether {shown(a)} is {words} {shown(b)}.") from None

    return ordered


greater, greater_or_equal = _ordering(gt, "greater than"), _ordering(ge, "at least")
less, less_or_equal = _ordering(lt, "less than"), _ordering(le, "at most")


def between(value: Any, low: Any, high: Any) -> bool:
    """Say whether a value lies from ``low`` to ``high``, both included."""
    return greater_or_equal(value, low) and less_or_equal(value, high)


def shown(value: Any) -> str:
    """Return a value as a message shows it, not too long."""
    try:
        text = repr(value) if isinstance(value, str) else str(value)
    except ValueError:  # Python writes no whole number of more than some thousand digits
        return "a very large number"
    return text if len(text) <= 60 else f"{text[:57]}..."  # noqa: PLR2004 - a line's worth


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise RuleTypeError(f"{shown(value)} is no text.")
    return value


def contains_text(text: Any, part: Any) -> bool:
    """Say whether a text has another in it; every text has the empty one."""
    return _text(part) in _text(text)


def contains_text_insensitive(text: Any, part: Any) -> bool:
    """Say the same, small and capital letters being alike in all scripts."""
    return _text(part).casefold() in _text(text).casefold()


def starts_with(text: Any, part: Any) -> bool:
    """Say whether a text begins with another."""
    return _text(text).startswith(_text(part))


def starts_with_insensitive(text: Any, part: Any) -> bool:
    """Say the same, small and capital letters being alike."""
    return _text(text).casefold().startswith(_text(part).casefold())


def ends_with(text: Any, part: Any) -> bool:
    """Say whether a text ends with another."""
    return _text(text).endswith(_text(part))


def ends_with_insensitive(text: Any, part: Any) -> bool:
    """Say the same, small and capital letters being alike."""
    return _text(text).casefold().endswith(_text(part).casefold())


def matches(text: Any, pattern: Any) -> bool:
    """Say whether a text is of a pattern: ``*`` stands for anything, ``?`` for one character.

    It takes at most length of text times length of pattern steps, whatever the pattern: there is no going back but to the last star.
    """
    text, pattern = _text(text), _text(pattern)
    at = in_pattern = 0
    star = resume = -1
    while at < len(text):
        sign = pattern[in_pattern] if in_pattern < len(pattern) else ""
        if sign == "*":
            star, resume = in_pattern, at
            in_pattern += 1
        elif sign in ("?", text[at]) and sign:
            at += 1
            in_pattern += 1
        elif star >= 0:
            resume += 1
            at, in_pattern = resume, star + 1
        else:
            return False
    return all(sign == "*" for sign in pattern[in_pattern:])


def as_set(value: Any) -> list[Any]:
    """Return what a value holds as a set: of a list its elements, of a map its values, of nothing nothing, else itself alone."""
    if type(value) is list:
        return distinct(value)
    if value is None:
        return []
    if isinstance(value, Mapping):
        value = value.values()
    elif isinstance(value, str | bytes) or not isinstance(value, Collection):
        value = (value,)
    return distinct(value)


def distinct(values: Collection[Any]) -> list[Any]:
    """Return each value once, where it came first."""
    try:
        return list(dict.fromkeys(values))
    except TypeError:  # lists within lists have no hash
        found: list[Any] = []
        for value in values:
            if value not in found:
                found.append(value)
        return found


def _members(value: Any) -> Any:
    """Return what is quick to look up in: few values as they are, many by their hashes where they have some."""
    members = as_set(value)
    if len(members) < _MANY or any(isinstance(each, list | dict) for each in members):
        return members
    return _Hashed(members)


class _Hashed(set[Any]):
    """A set in which whatever has no hash simply is not."""

    def __contains__(self, value: object) -> bool:
        try:
            return super().__contains__(value)
        except TypeError:
            return False


def union(*sets: Any) -> list[Any]:
    """Return what is in any of the sets."""
    return distinct([value for each in sets for value in as_set(each)])


def intersect(first: Any, *others: Any) -> list[Any]:
    """Return what is in all of the sets."""
    found = as_set(first)
    if len(others) == 1 and type(others[0]) is list and len(others[0]) < _MANY:
        other = others[0]
        return [value for value in found if value in other]
    for other in others:
        members = _members(other)
        found = [value for value in found if value in members]
    return found


def complement(first: Any, *others: Any) -> list[Any]:
    """Return what is in the first set and in none of the others."""
    found = as_set(first)
    for other in others:
        members = _members(other)
        found = [value for value in found if value not in members]
    return found


def symmetric_difference(a: Any, b: Any) -> list[Any]:
    """Return what is in one of two sets and not in both."""
    return union(complement(a, b), complement(b, a))


def contains_subset(whole: Any, part: Any) -> bool:
    """Say whether all of ``part`` is in ``whole``."""
    members = _members(whole)
    return all(value in members for value in as_set(part))


def set_contains(values: Any, value: Any) -> bool:
    """Say whether a set has this one value."""
    return value in as_set(values)


def _number(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, _NUMBERS):
        raise RuleTypeError(f"{shown(value)} is no number.")
    return value


def _alike(a: Any, b: Any) -> tuple[Any, Any]:
    """Return two numbers that can be reckoned with: money stays exact, so a float beside it becomes the decimal that it is written as."""
    a, b = _number(a), _number(b)
    if isinstance(a, Decimal) and isinstance(b, float):
        return a, Decimal(repr(b))
    if isinstance(a, float) and isinstance(b, Decimal):
        return Decimal(repr(a)), b
    return a, b


def _reckon(calculate: Callable[[Any, Any], Any], sign: str) -> Callable[[Any, Any], Any]:
    def reckoned(a: Any, b: Any) -> Any:
        a, b = _alike(a, b)
        try:
            result = calculate(a, b)
        except (ArithmeticError, ValueError):
            raise RuleMathError(f"{shown(a)} {sign} {shown(b)} has no answer.") from None
        if isinstance(result, complex):
            raise RuleMathError(f"{shown(a)} {sign} {shown(b)} is no real number.")
        return result

    return reckoned


def _power(a: Any, b: Any) -> Any:
    if abs(b) > _GREATEST_POWER or (isinstance(a, int) and a.bit_length() * max(b, 1) > _GREATEST_POWER):
        raise RuleMathError(f"{shown(a)} ** {shown(b)} is too large.")
    return a**b


add = _reckon(lambda a, b: a + b, "+")
subtract = _reckon(lambda a, b: a - b, "-")
multiply = _reckon(lambda a, b: a * b, "*")
divide = _reckon(lambda a, b: a / b, "/")
modulo = _reckon(
    lambda a, b: a - b * math.floor(_shortened(a / b)) if isinstance(a, Decimal) or isinstance(b, Decimal) else a % b,
    "%",
)
exponentiate = _reckon(_power, "**")


def negate(value: Any) -> Any:
    """Return the number with the other sign."""
    return -_number(value)


def ceil(value: Any) -> int:
    """Return the next whole number above."""
    return _whole(math.ceil, value)


def floor(value: Any) -> int:
    """Return the next whole number below."""
    return _whole(math.floor, value)


def _whole(rounded: Callable[[Any], int], value: Any) -> int:
    try:
        return rounded(_shortened(_number(value)))
    except (OverflowError, ValueError):
        raise RuleMathError(f"{shown(value)} has no whole number beside it.") from None


def _shortened(value: Any) -> Any:
    """Return a number that can be made a whole one in time; raises ``OverflowError`` for another."""
    if isinstance(value, Decimal) and value.is_finite() and value.adjusted() > _MOST_DIGITS:
        raise OverflowError
    return value


def least(values: Any) -> Any:
    """Return the least number of a list, ``None`` of an empty one."""
    return min(map(_number, _listed(values)), default=None)


def greatest(values: Any) -> Any:
    """Return the greatest number of a list, ``None`` of an empty one."""
    return max(map(_number, _listed(values)), default=None)


def _listed(values: Any) -> list[Any]:
    if values is None:
        return []
    return list(values) if isinstance(values, list | tuple | set | frozenset) else [values]


def size(value: Any) -> int:
    """Return how many things a list has, or characters a text; of nothing, 0."""
    if value is None:
        return 0
    if not isinstance(value, str | list | tuple | set | frozenset | Mapping):
        raise RuleTypeError(f"{shown(value)} has no size.")
    return len(value)


def _instant(value: Any) -> datetime:
    if isinstance(value, datetime):
        return value if value.tzinfo is not None else value.replace(tzinfo=UTC)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    raise RuleTypeError(f"{shown(value)} is no date.")


def before(a: Any, b: Any) -> bool:
    """Say whether an instant is before another. A day without a time begins at midnight, UTC."""
    return a is not None and b is not None and _instant(a) < _instant(b)


def after(a: Any, b: Any) -> bool:
    """Say whether an instant is after another."""
    return a is not None and b is not None and _instant(a) > _instant(b)


def within(moment: Any, days: Any, of: Any) -> bool:
    """Say whether an instant is at most so many days away from another, before or after."""
    if moment is None or of is None:
        return False
    try:
        return abs(_instant(moment) - _instant(of)) <= timedelta(days=float(_number(days)))
    except (OverflowError, ValueError):
        raise RuleMathError(f"{shown(days)} days are more than there are.") from None


def sample(value: Any, percent: Any, salt: Any = "") -> bool:
    """Say whether a value is among so many in a hundred: the same ones at each asking, others with another ``salt``."""
    if value is None:
        return False
    try:
        digest = hashlib.sha256(f"{salt}\0{value}".encode()).digest()
    except ValueError:  # half of a character, or a number of too many digits
        raise RuleTypeError(f"{shown(value)} cannot be sampled.") from None
    return bool(int.from_bytes(digest[:8]) % 10_000 < _number(percent) * 100)


def exactly_one(conditions: Iterable[Callable[[], bool]]) -> bool:
    """Say whether one and no second of the conditions holds; what comes after a second is not asked."""
    found = False
    for condition in conditions:
        if condition():
            if found:
                return False
            found = True
    return found
