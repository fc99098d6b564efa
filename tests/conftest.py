"""What every test may ask for."""

from datetime import UTC, datetime
from pathlib import Path

import hypothesis
import pytest

from opensky.kernel.clock import SetClock
from opensky.settings import Settings

# A slow machine is no reason to fail; a failure prints what reproduces it.
hypothesis.settings.register_profile("opensky", deadline=None, print_blob=True)
hypothesis.settings.load_profile("opensky")


@pytest.fixture
def clock() -> SetClock:
    """A clock that stands at noon of 8 February 2013, the day of the talk."""
    return SetClock(datetime(2013, 2, 8, 12, tzinfo=UTC))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of a shop of its own in an empty folder."""
    return Settings(data=tmp_path, secret_key="0" * 64)
