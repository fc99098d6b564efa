"""What became of whole files."""

from typing import Literal

import msgspec

from opensky.devo.shipments.objects import ShipmentFile, Source
from opensky.devo.shipments.repository import ShipmentRepository
from opensky.kernel.clock import Clock


class Told(msgspec.Struct, kw_only=True):
    """The end of a file: how many parcels it had, what became of them, or why it was refused as a whole."""

    state: Literal["done", "refused"] = "done"
    parcels: int = 0
    shipped: int = 0
    known: int = 0
    rejected: int = 0
    problem: str = ""


class ShipmentFiles:
    """Keeps the end of each file."""

    def __init__(self, shipments: ShipmentRepository, clock: Clock) -> None:
        self._shipments = shipments
        self._clock = clock

    def end(self, source: Source, told: Told) -> None:
        """Write down what became of a file; telling it again is the same as once."""
        if self._shipments.file(source.file) is not None:
            return
        self._shipments.add(
            ShipmentFile(
                id=source.file,
                partner=source.partner,
                name=source.name,
                state=told.state,
                parcels=told.parcels,
                shipped=told.shipped,
                known=told.known,
                rejected=told.rejected,
                problem=told.problem[:300],
                told_at=self._clock.now(),
            )
        )
