"""Whether the document server can be reached: who has waited for it in vain has waited for all."""

from collections.abc import Iterator
from contextlib import contextmanager

from pymongo.errors import ConnectionFailure, ServerSelectionTimeoutError
from pymongo.monitoring import (
    TopologyClosedEvent,
    TopologyDescriptionChangedEvent,
    TopologyListener,
    TopologyOpenedEvent,
)

from opensky.persistence.errors import ConnectionLost

_AWAY = "The database of the documents does not answer; please try again in a moment."


class Reach(TopologyListener):
    """Knows from one question what the next would wait for; the driver, which looks each second, says when it is over."""

    def __init__(self) -> None:
        self._readable = False
        self._given_up = False

    @property
    def lost(self) -> bool:
        """Whether somebody has waited in vain, and the server has not been there since."""
        return self._given_up and not self._readable

    def give_up(self) -> None:
        """Say that somebody has waited in vain."""
        self._given_up = True

    @contextmanager
    def answering(self) -> Iterator[None]:
        """Say plainly of a server that does not answer that this is no fault of the question.

        Raises:
            ConnectionLost: it does not answer; at once, if that is known.
        """
        if self.lost:
            raise ConnectionLost(_AWAY)
        try:
            yield
        except ConnectionFailure as error:
            if isinstance(error, ServerSelectionTimeoutError):
                self.give_up()
            raise ConnectionLost(_AWAY) from error

    def description_changed(self, event: TopologyDescriptionChangedEvent) -> None:
        """Hear what the driver knows of the servers."""
        self._readable = event.new_description.has_readable_server()
        if self._readable:
            self._given_up = False

    def opened(self, event: TopologyOpenedEvent) -> None:
        """Nothing is known yet."""

    def closed(self, event: TopologyClosedEvent) -> None:
        """Nobody asks any more."""
