"""``opensky documents``: where the documents of a shop are kept."""

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

from cyclopts import App

from opensky.cli.folder import existing, settings_to_look
from opensky.cli.up import claim
from opensky.kernel.errors import Misconfigured
from opensky.persistence.documents.moving import move_back, move_out
from opensky.settings import Settings
from opensky.wiring import open_database

app = App(
    name="documents",
    help="Say where the documents of a shop are kept.",
    help_epilogue="Example: ./opensky documents move --to mongodb://127.0.0.1:27017/opensky",
)


@app.command(help_epilogue="Example: ./opensky documents move --to mongodb://127.0.0.1:27017/opensky")
def move(*, to: str = "", back_from: str = "", data: Path | None = None) -> None:
    """Move all documents into another database, or back beside the rows. Stop the shop before; an interrupted move goes on.

    Args:
        to: where they are to be, as documents_url says it.
        back_from: where they are now, to bring them back beside the rows.
        data: data folder of the shop (default: var).
    """
    if bool(to) == bool(back_from):
        raise Misconfigured("Say either --to, where the documents are to be, or --back-from, where they are now.")
    settings = replace(settings_to_look(existing(data)), documents_url=to or back_from)
    with _alone(settings), closing(open_database(settings)) as database:
        if not database.created:
            raise Misconfigured(f"There is no shop in {settings.data} yet; make one with ./opensky up.")
        moved = (move_out if to else move_back)(database, _tell)
    if to:
        print(f"{moved} documents moved. Set documents_url to that address before the shop is started.")
    else:
        print(f"{moved} documents moved beside the rows. Empty documents_url before the shop is started.")


@contextmanager
def _alone(settings: Settings) -> Iterator[None]:
    """Hold the data folder as a running shop does; raises ``Misconfigured`` while one is running there."""
    held = claim(settings)
    try:
        yield
    finally:
        os.close(held)


def _tell(collection: str, number: int) -> None:
    print(f"{collection}: {number}", flush=True)
