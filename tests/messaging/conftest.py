"""Brokers for the tests of this folder: each is started when the first test asks for it, and stopped with the last."""

import os
from collections.abc import Iterator

import pytest

from opensky.testing.brokers import KINDS, started


def _broker(kind: str) -> Iterator[str]:
    server = KINDS[kind]
    if url := os.environ.get(server.variable):
        yield url
        return
    server.obtain()
    if missing := server.missing():
        pytest.skip(f"needs {server.name} ({missing} is not installed)")
    with started(kind) as broker:
        yield broker.url


@pytest.fixture(scope="session")
def activemq_url() -> Iterator[str]:
    """An ActiveMQ Classic."""
    yield from _broker("activemq")


@pytest.fixture(scope="session")
def artemis_url() -> Iterator[str]:
    """An Artemis."""
    yield from _broker("artemis")


@pytest.fixture(scope="session")
def rabbitmq_url() -> Iterator[str]:
    """A RabbitMQ."""
    yield from _broker("rabbitmq")
