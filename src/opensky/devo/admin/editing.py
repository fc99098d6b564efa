"""Forms that change something: what was typed, what it says by now, and that nobody overwrites somebody else unseen."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from opensky.devo.storefront.views import AdminField
from opensky.web import Form, Page

REASON = AdminField("reason", "Why?", "", hint="Kept in the history, for those who wonder later. May be empty.")
LONGEST_REASON = 300
CHANGED_MEANWHILE = (
    "Somebody has changed this meanwhile, so nothing was saved yet. Where you differ, both stand below: save again to keep "
    "yours, or type what it should be."
)


class Edited(NamedTuple):
    """What a form brought, beside what the object says by now."""

    typed: dict[str, str]
    stale: bool
    theirs: frozenset[str]

    @classmethod
    def read(cls, form: Form, now: Mapping[str, str], version: int) -> "Edited":
        """Read the fields that ``now`` names.

        A form of an older version is stale: what was not touched in it takes today's value, so that it undoes nobody's work;
        ``theirs`` names the fields where somebody else wrote something different meanwhile.
        """
        typed = {name: form.text(name).replace("\r\n", "\n") for name in now}
        untouched = {name for name, value in typed.items() if form.text(f"was.{name}") == mark(value)}
        merged = {name: now[name] if name in untouched else value for name, value in typed.items()}
        if form.number("version", -1) == version:
            return cls(merged, stale=False, theirs=frozenset())
        return cls(merged, stale=True, theirs=frozenset(name for name in now if merged[name] != now[name]))


def mark(text: str) -> str:
    """Return a short digest: enough to see whether a field was touched, without sending its text twice."""
    return hashlib.sha256(" ".join(text.split()).encode()).hexdigest()[:12]


def edit_page(
    title: str,
    path: str,
    here: str,
    fields: Sequence[AdminField],
    *,
    now: Mapping[str, str],
    version: int,
    edited: Edited | None = None,
    errors: Mapping[str, str] | None = None,
) -> Page:
    """Return the page of a form. ``fields`` hold labels; their values are what was typed, or what it says ``now``."""
    errors = dict(errors or {})
    values = edited.typed if edited is not None else now
    theirs = edited.theirs if edited is not None else frozenset()
    shown = [
        replace(
            field,
            value=values[field.name],
            error=errors.get(field.name, ""),
            theirs=field.name in theirs,
            now=now[field.name],
        )
        for field in fields
    ]
    stale = edited is not None and edited.stale
    hidden = {"version": str(version), **{f"was.{name}": mark(value) for name, value in now.items()}}
    return Page(
        "admin/edit.html",
        status=422 if errors or stale else 200,
        title=title,
        path=f"{path}/edit",
        back=path,
        fields=[*shown, REASON],
        errors=errors,
        stale=CHANGED_MEANWHILE if stale else "",
        hidden=hidden,
        here=here,
        longest_reason=LONGEST_REASON,
    )
