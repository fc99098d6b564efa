"""Cards that were read a moment ago. A list asks for ids and versions, and reads anew only what it has not seen so."""

import threading
from collections.abc import Iterable

from opensky.devo.products.views import CardRow

MOST = 2_000
"""How many cards a process keeps; the oldest half goes when there are more. Some 700 bytes each."""


class KnownCards:
    """Cards by product. One for the process: a version is never that of two states of a card, so nothing here is stale."""

    def __init__(self) -> None:
        self._kept: dict[int, CardRow] = {}
        self._lock = threading.Lock()

    def get(self, product_id: int, version: int) -> CardRow | None:
        """Return the card of a product in this version, if it was read before."""
        card = self._kept.get(product_id)
        return card if card is not None and card.version == version else None

    def keep(self, cards: Iterable[CardRow]) -> None:
        """Keep cards that were read."""
        with self._lock:
            if len(self._kept) >= MOST:
                for old in list(self._kept)[: MOST // 2]:
                    del self._kept[old]
            self._kept.update((card.product_id, card) for card in cards)
