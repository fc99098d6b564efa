"""Change sets of documents: what differs between the plain data as read and as it is now."""

from typing import Any

from opensky.persistence.documents.codec import Plain

Changes = dict[str, tuple[Any, Any]]
"""Dotted path to (old, new)."""


def changes(old: Plain, new: Plain) -> Changes:
    """Return the smallest dotted paths whose values differ. Lists are compared whole; mappings are gone into.

    Applying each new value at its path to ``old`` gives ``new``.
    """
    found: Changes = {}
    _compare(old, new, "", found)
    return found


def _compare(old: Plain, new: Plain, prefix: str, found: Changes) -> None:
    there = 0
    for key, after in new.items():
        before = old.get(key, _ABSENT)
        if before is _ABSENT:
            found[f"{prefix}{key}"] = (None, after)
            continue
        there += 1
        if before is after or before == after:  # what did not change is often the very same
            continue
        if isinstance(before, dict) and isinstance(after, dict):
            _compare(before, after, f"{prefix}{key}.", found)
        else:
            found[f"{prefix}{key}"] = (before, after)
    if there < len(old):
        found.update((f"{prefix}{key}", (before, None)) for key, before in old.items() if key not in new)


_ABSENT = object()
