"""``opensky credits``: what expires."""

from pathlib import Path

from cyclopts import App

from opensky.cli.shop import opened
from opensky.devo.credits.manager import CreditManager
from opensky.persistence import UnitOfWork

app = App(
    name="credits", help="Book credit and points that have expired.", help_epilogue="Example: ./opensky credits expire"
)


@app.command(help_epilogue="Example: ./opensky credits expire")
def expire(*, data: Path | None = None) -> None:
    """Book what has expired unused, so that it stands in the members' lists. Nobody can use it in any case. The shop does this each night.

    Args:
        data: data folder of the shop (default: var).
    """
    booked = 0
    with opened(data) as shop:
        more = True
        while more:
            with shop() as scope:
                some = scope.get(CreditManager).expire()
                scope.get(UnitOfWork).commit()
            booked, more = booked + some, some > 0
    print(f"Something has expired in {booked} accounts." if booked else "Nothing has expired.")
