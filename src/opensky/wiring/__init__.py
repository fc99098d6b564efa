"""The composition root: the one place that knows which engine serves which port, and which features there are."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from opensky.wiring.containers import container
    from opensky.wiring.databases import open_database

__all__ = ["container", "open_database"]


def __getattr__(name: str) -> Any:
    """Import what is asked for, and no more: the bus is made in this room, too, and loads no page of the shop."""
    from importlib import import_module  # noqa: PLC0415 - see above

    where = {"container": "containers", "open_database": "databases"}
    if name not in where:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    return getattr(import_module(f"{__name__}.{where[name]}"), name)
