"""The composition root: the one place that knows which engine serves which port, and which features there are."""

from opensky.wiring.containers import container
from opensky.wiring.databases import open_database

__all__ = ["container", "open_database"]
