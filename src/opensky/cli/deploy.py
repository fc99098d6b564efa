"""``opensky deploy``: say that another release runs, so that every graph shows it and the board judges it."""

import getpass
import time
from datetime import UTC, datetime
from pathlib import Path

from cyclopts import App

from opensky.cli.folder import existing, settings_to_look
from opensky.cli.release import release
from opensky.kernel.errors import Misconfigured
from opensky.stats.marks import Marks
from opensky.tactical.marking import TAG, mark, read_mark
from opensky.tactical.readings import Mark

app = App(
    name="deploy",
    help="Mark deploys, and list them.",
    help_epilogue="Example: ./opensky deploy mark 1a2b3c4 --note 'Faster search'",
)
_MOST_DAYS = 3650


@app.command(name="mark", help_epilogue="Example: ./opensky deploy mark 1a2b3c4 --who ada --note 'Faster search'")
def mark_one(what: str = "", *, who: str = "", note: str = "", data: Path | None = None) -> None:
    """Mark a deploy, now. ``./opensky up`` does so itself where it starts another release than the last time.

    Args:
        what: what was deployed, such as a commit; without it, the release that is here.
        who: who did it; without it, who you are on this machine.
        note: what is new.
        data: data folder of the shop (default: var).
    """
    settings = settings_to_look(existing(data))
    what = what or release()
    mark(Marks(settings.data / "stats"), what, who or getpass.getuser(), note)
    print(f"Marked the deploy of {what}.")


@app.command(name="list", help_epilogue="Example: ./opensky deploy list --days 7")
def list_(*, days: int = 30, data: Path | None = None) -> None:
    """List deploys, the newest last.

    Args:
        days: of so many days, 1 to 3650.
        data: data folder of the shop (default: var).
    """
    if not 1 <= days <= _MOST_DAYS:
        raise Misconfigured(f"Deploys are listed of 1 to {_MOST_DAYS} days, not {days}: --days 30")
    settings = settings_to_look(existing(data))
    now = time.time()
    found = Marks(settings.data / "stats").between(now - days * 86_400, now, (TAG,))
    for each in found:
        said = read_mark(Mark(each.when, each.what, each.tags, each.data))
        what, who, note = (_plain(text) for text in said)
        print(f"{datetime.fromtimestamp(each.when, UTC):%Y-%m-%d %H:%M:%S} UTC  {what:12}  {who}  {note}".rstrip())
    if not found:
        print(f"No deploy was marked in {days} days.")


def _plain(text: str) -> str:
    """Return one line of a text that steers no terminal: any program may set marks, and older ones were taken as they came."""
    return "".join(letter for letter in " ".join(text.split()) if letter.isprintable())
