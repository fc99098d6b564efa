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
    for key in new.keys() | old.keys():
        before, after = old.get(key), new.get(key)
        if before == after and (before is not None or (key in old) == (key in new)):
            continue
        if isinstance(before, dict) and isinstance(after, dict):
            _compare(before, after, f"{prefix}{key}.", found)
        else:
            found[f"{prefix}{key}"] = (before, after)
