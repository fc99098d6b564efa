"""``opensky letters``: the weekly letter, and what comes back."""

import sys
from pathlib import Path

from cyclopts import App

from opensky.cli.shop import opened
from opensky.devo.letters.news import NewsManager
from opensky.kernel.errors import Misconfigured
from opensky.mail import bounces
from opensky.persistence import UnitOfWork

app = App(
    name="letters",
    help="Write the weekly letter, and take in what comes back.",
    help_epilogue="Example: ./opensky letters news",
)


@app.command(help_epilogue="Example: ./opensky letters news")
def news(*, data: Path | None = None) -> None:
    """Write the weekly letter for every member who asked for it and whose insiders have something new. The shop does this each Monday.

    Args:
        data: data folder of the shop (default: var).
    """
    written = 0
    after: int | None = 0
    with opened(data) as shop:
        while after is not None:
            with shop() as scope:
                made, after = scope.get(NewsManager).write(after)
                scope.get(UnitOfWork).commit()
                written += made
    print(f"{written} letters are on their way." if written else "Nobody is due for a letter now.")


@app.command(help_epilogue="Example: ./opensky letters returned < notification.eml")
def returned(*files: Path, data: Path | None = None) -> None:
    """Take in notifications of letters that could not be delivered, as a mail server pipes them to a program.

    Args:
        *files: e-mails; without any, one on standard input.
        data: data folder of the shop (default: var).
    """
    try:
        raw = [each.read_bytes() for each in files] or [sys.stdin.buffer.read()]
    except OSError as error:
        raise Misconfigured(f"Cannot read {error.filename}: {error.strerror}.") from error
    with opened(data) as shop, shop() as scope:
        unit = scope.get(UnitOfWork)
        known = sum(bounces.note(unit, bounces.read(each)) for each in raw)
        unit.commit()
    print(f"{known} of our letters came back." if known else "No letter of ours came back with this.")
