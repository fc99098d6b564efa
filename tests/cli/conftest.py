"""The command line, for all tests of it."""

from collections.abc import Iterator

import pytest

from opensky.testing.commands import Commands


@pytest.fixture(scope="session")
def run_command() -> Iterator[Commands]:
    """Runs a command in a process of its own, without the time that loading takes."""
    with Commands() as commands:
        yield commands
