"""Marks of deploys: how they are written and read. Whoever sets one needs nothing else of the board."""

import json

from opensky.kernel.errors import Invalid
from opensky.stats.marks import Marks
from opensky.tactical.readings import Mark

TAG = "deploy"
_LONGEST_TEXT = 120


def mark(marks: Marks, what: str, who: str = "", note: str = "", when: float | None = None) -> int:
    """Mark a deploy of ``what``, a commit or release; return the number of the mark.

    Raises:
        Invalid: it does not say what was deployed, says too much, or has control characters.
    """
    what = " ".join(what.split())
    if not what or max(len(what), len(who)) > _LONGEST_TEXT:
        raise Invalid(message=f"Say what was deployed, such as a commit, in at most {_LONGEST_TEXT} characters.")
    try:
        return marks.add(f"deploy {what}", (TAG,), json.dumps({"what": what, "who": who, "note": note}), when)
    except ValueError as error:
        raise Invalid(message=str(error)) from error


def read_mark(each: Mark) -> tuple[str, str, str]:
    """Return what was deployed, by whom, and the note; a mark that another program set has its text as what, its data as note."""
    try:
        found = json.loads(each.data)
        return str(found["what"]), str(found.get("who", "")), str(found.get("note", ""))
    except (ValueError, TypeError, KeyError):
        return each.what.removeprefix("deploy").strip() or each.what, "", each.data
