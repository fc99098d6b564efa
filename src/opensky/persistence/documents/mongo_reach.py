"""Whether the document server can be reached: who has waited for it in vain has waited for all."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from pymongo.errors import ConnectionFailure, OperationFailure, ServerSelectionTimeoutError
from pymongo.monitoring import (
    TopologyClosedEvent,
    TopologyDescriptionChangedEvent,
    TopologyListener,
    TopologyOpenedEvent,
)

from opensky.kernel.watching import Calls, Watch
from opensky.persistence.errors import ConnectionLost

_log = structlog.get_logger("documents")
_SHUT_OUT = (13, 18, 8000)
"""MongoDB's codes for who may not do that, and for who is not let in."""
_AWAY = "The database of the documents does not answer; please try again in a moment."


class Reach(TopologyListener):
    """Knows from one question what the next would wait for; the driver, which looks each second, says when it is over."""

    def __init__(self, watch: Watch | None = None) -> None:
        self._watch = watch
        self._readable = False
        self._given_up = False
        self._told = False

    @property
    def lost(self) -> bool:
        """Whether somebody has waited in vain, and the server has not been there since."""
        return self._given_up and not self._readable

    def give_up(self, why: str) -> None:
        """Say that somebody has waited in vain; the log hears of it once, and when it is over."""
        self._given_up = True
        self._tell("documents_away", error=why)

    @contextmanager
    def answering(self, what: str) -> Iterator[None]:
        """Say plainly of a server that does not answer that this is no fault of the question, and tell who watches what was asked.

        Raises:
            ConnectionLost: it does not answer, at once if that is known, or does not let us in.
        """
        if self.lost:
            raise ConnectionLost(_AWAY)
        try:
            with Calls(f"documents.{what}", self._watch).timed():
                yield
        except ConnectionFailure as error:
            if isinstance(error, ServerSelectionTimeoutError) or not self._readable:
                self.give_up(plainly(error))
            raise ConnectionLost(_AWAY) from error
        except OperationFailure as error:
            if error.code not in _SHUT_OUT:
                raise
            self._tell("documents_shut_out", error=plainly(error))
            raise ConnectionLost(_AWAY) from error
        if self._told:
            self._told = False
            _log.warning("documents_back")

    def _tell(self, what: str, **about: str) -> None:
        if not self._told:
            self._told = True
            _log.warning(what, **about)

    def description_changed(self, event: TopologyDescriptionChangedEvent) -> None:
        """Hear what the driver knows of the servers."""
        self._readable = event.new_description.has_readable_server()
        if self._readable:
            self._given_up = False

    def opened(self, event: TopologyOpenedEvent) -> None:
        """Nothing is known yet."""

    def closed(self, event: TopologyClosedEvent) -> None:
        """Nobody asks any more."""


def plainly(error: BaseException) -> str:
    """Return what a driver's error says, without the state of the whole cluster that follows."""
    return re.split(r" \(configured timeouts|, Timeout: |, full error: ", str(error))[0][:1000]
