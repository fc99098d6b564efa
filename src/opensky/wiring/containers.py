"""Containers: one for commands and jobs, one for the web."""

from collections.abc import Sequence
from threading import Lock

from dishka import Container, Provider, Scope, make_container

from opensky.settings import Settings
from opensky.wiring.board import Board
from opensky.wiring.flows import BusViews
from opensky.wiring.jobs import Clockwork
from opensky.wiring.messages import Messages
from opensky.wiring.providers import Application, Controllers, Features, Job, Request


def container(settings: Settings, *more: Provider) -> Container:
    """Return the container of a command or job.

    ``with container(settings) as app, app() as scope:`` gives a request scope; ``scope.get(UnitOfWork).commit()`` keeps what
    was done in it. ``more`` providers replace or add to ours.
    """
    return _made(settings, (Application(), Job(), Features(), Messages(), BusViews(), Clockwork(), *more))


def web_container(settings: Settings, *more: Provider) -> Container:
    """Return the container of the web, whose request scopes the HTTP kernel opens, commits and closes."""
    return _made(
        settings,
        (Application(), Request(), Features(), Messages(), BusViews(), Clockwork(), Board(), Controllers(), *more),
    )


def _made(settings: Settings, providers: Sequence[Provider]) -> Container:
    return make_container(*providers, context={Settings: settings}, lock_factory=Lock, scopes=Scope)
