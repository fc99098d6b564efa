"""What staff may look at: shipments, files and rejects, in lists and one by one."""

from collections.abc import Sequence
from typing import TypeVar

from opensky.devo.shipments.objects import Shipment, ShipmentFile, ShipmentReject
from opensky.devo.shipments.repository import ShipmentRepository
from opensky.kernel.errors import NotFound

T = TypeVar("T")


class ShipmentLook:
    """Reads for the admin; ``before`` is the id of the last entry of the page before."""

    def __init__(self, shipments: ShipmentRepository) -> None:
        self._shipments = shipments

    def shipments(self, words: str, state: str, before: int, limit: int) -> Sequence[Shipment]:
        """Return shipments, the newest first; by the number of a parcel or of an order, where words are given."""
        return self._shipments.shipments(words, state, before, limit)

    def shipment(self, id_: int) -> Shipment:
        """Return one shipment; raises ``NotFound``."""
        return _there(self._shipments.by_id(id_), "shipment", id_)

    def of_order(self, order_id: int) -> Sequence[Shipment]:
        """Return all that partners told of an order."""
        return self._shipments.of_order(order_id)

    def rejects(self, words: str, state: str, before: int, limit: int) -> Sequence[ShipmentReject]:
        """Return rejects, the newest first; by the number of an order, where words are given."""
        return self._shipments.rejects(words, state, before, limit)

    def reject(self, id_: int) -> ShipmentReject:
        """Return one reject; raises ``NotFound``."""
        return _there(self._shipments.reject(id_), "reject", id_)

    def rejects_of(self, file_id: int) -> Sequence[ShipmentReject]:
        """Return what of a file was rejected."""
        return self._shipments.rejects_of(file_id)

    def files(self, words: str, before: int, limit: int) -> Sequence[ShipmentFile]:
        """Return files and how they ended, the newest first; by name, where words are given."""
        return self._shipments.files(words, before, limit)

    def ended(self, file_id: int) -> ShipmentFile | None:
        """Return how a file ended, or ``None`` while it has not."""
        return self._shipments.file(file_id)

    def file(self, id_: int) -> ShipmentFile:
        """Return how a file ended; raises ``NotFound``."""
        return _there(self._shipments.file(id_), "file", id_)


def _there(found: T | None, what: str, id_: int) -> T:
    if found is None:
        raise NotFound(f"There is no such {what}.", id=id_)
    return found
