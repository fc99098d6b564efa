"""A shop with its bus in the same process, and the letters that come of what happens in it."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from dishka import Provider, Scope

from opensky.kernel.clock import Clock, SetClock
from opensky.mail.folder import MailFolder
from opensky.osis.runtime import Worker
from opensky.persistence import UnitOfWork
from opensky.settings import Settings
from opensky.wiring import container

Letters = Callable[[], list[EmailMessage]]


@pytest.fixture
def letters(settings: Settings, bus: Worker) -> Letters:
    """Works the bus, and reads all letters in the order in which they were sent."""
    folder = MailFolder(settings.data / "mail")

    def read() -> list[EmailMessage]:
        bus.drain()
        raw = [folder.read(id_) or b"" for id_ in reversed(list(folder.newest(1000)))]
        return [message_from_bytes(each, policy=policy.default) for each in raw]

    return read


@pytest.fixture
def in_shop(
    settings: Settings, clock: SetClock
) -> Iterator[Callable[[], AbstractContextManager[Callable[[type], Any]]]]:
    """Opens a job of the shop, which is committed at its end."""
    test = Provider(scope=Scope.APP)
    test.provide(lambda: clock, provides=Clock, override=True)
    whole = container(settings, test)

    @contextmanager
    def opened() -> Iterator[Callable[[type], Any]]:
        with whole() as scope:
            yield scope.get
            scope.get(UnitOfWork).commit()

    yield opened
    whole.close()
