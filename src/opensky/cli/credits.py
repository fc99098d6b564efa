"""``opensky credits``: what expires."""

from pathlib import Path

from cyclopts import App

from opensky.cli.folder import existing, settings_of
from opensky.devo.credits.manager import CreditManager
from opensky.kernel.errors import Misconfigured
from opensky.persistence import Database, UnitOfWork
from opensky.wiring import container

app = App(name="credits", help="Book credit and points that have expired.")


@app.command(help_epilogue="Example: ./opensky credits expire")
def expire(*, data: Path | None = None) -> None:
    """Book what has expired unused, so that it stands in the members' lists. Nobody can use it in any case. Call it each day.

    Args:
        data: data folder of the shop (default: var).
    """
    booked = 0
    with container(settings_of(existing(data))) as whole:
        if not whole.get(Database).created:
            raise Misconfigured("There is no shop yet; make one with ./opensky up.")
        more = True
        while more:
            with whole() as scope:
                some = scope.get(CreditManager).expire()
                scope.get(UnitOfWork).commit()
            booked, more = booked + some, some > 0
    print(f"Something has expired in {booked} accounts." if booked else "Nothing has expired.")
