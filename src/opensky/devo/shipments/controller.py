"""The doors through which shipments come in: from OSIS, and from partners who speak HTTP."""

from typing import TypeVar

import msgspec

from opensky.devo.shipments.files import ShipmentFiles, Told
from opensky.devo.shipments.manager import Outcome, ShipmentManager
from opensky.devo.shipments.objects import Bad, Parcel, Source
from opensky.kernel.errors import FieldError, Invalid
from opensky.kernel.ids import read_id
from opensky.messaging import Message, Outgoing
from opensky.web import Json, Signed, callback

VENDORNET = "vendornet"
"""The partner who posts JSON, and the purpose of the key that it signs with."""
DOCUMENTS = "shipments.document"
"""The queue of what it posts."""
T = TypeVar("T")


class Batch(msgspec.Struct, kw_only=True):
    """Some parcels of a file, and its rows that are none."""

    source: Source
    parcels: list[Parcel] = []
    bad: list[Bad] = []
    correlation: int = 0
    history: tuple[str, ...] = ()


class FileEnd(msgspec.Struct, kw_only=True):
    """What became of a file."""

    source: Source
    told: Told


class Outcomes(msgspec.Struct):
    """What became of each parcel of a batch."""

    outcomes: list[Outcome]


class ShipmentController:
    """Callbacks about shipments: signed by this shop, or by a partner with the key made for it."""

    def __init__(self, shipments: ShipmentManager, files: ShipmentFiles, client: Outgoing) -> None:
        self._shipments = shipments
        self._files = files
        self._client = client

    @callback("/callbacks/shipments")
    def take(self, call: Signed) -> Json:
        """Take some parcels of a file: 200 with what became of each. Whoever asks again is answered the same."""
        batch = _read(call.body, Batch)
        # As in the callback of events: what the parcels cause belongs to the journey of their file.
        self._client.continues(batch.correlation, -(read_id(call.id) or 0), batch.history)
        return Json(Outcomes(self._shipments.take(batch.source, batch.parcels, batch.bad)))

    @callback("/callbacks/shipments/files")
    def end(self, call: Signed) -> None:
        """Write down what became of a whole file."""
        told = _read(call.body, FileEnd)
        self._files.end(told.source, told.told)

    @callback("/callbacks/vendornet/shipments", by=VENDORNET)
    def post(self, call: Signed) -> Json:
        """Take a document of Vendornet: 202, nothing is lost any more, and OSIS goes through it. Twice does no harm."""
        document = _read(call.body, dict)
        message = Message(
            queue_name=DOCUMENTS,
            type="ShipmentDocument",
            parameters={"partner": VENDORNET, "name": call.id, "document": document},
        )
        return Json({"id": str(self._client.send(message))}, status=202)


def _read(body: bytes, into: type[T]) -> T:
    try:
        return msgspec.json.decode(body, type=into, strict=False)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        message = f"This is not what belongs here: {error}."
        raise Invalid(FieldError("", message, "Body"), message=message) from error
