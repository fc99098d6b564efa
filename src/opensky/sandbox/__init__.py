"""Partners to try the shop with: they ship what was paid, and tell of it in their own ways. Nothing of this runs in a shop in earnest."""

from opensky.sandbox.partners import Moods, Partners

__all__ = ["Moods", "Partners"]
