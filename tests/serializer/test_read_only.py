"""What an object keeps of itself is shown, and never taken from outside."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

import pytest

from opensky.kernel.errors import Invalid
from opensky.mapping import CreatedAt, Groups, UpdatedAt
from opensky.serializer import apply

NOON = datetime(2013, 2, 8, 12, tzinfo=UTC)


@dataclass
class Note:
    """Keeps times of itself."""

    text: Annotated[str, Groups("api")] = ""
    made: Annotated[datetime, Groups("api"), CreatedAt()] = NOON
    changed: Annotated[datetime, Groups("api"), UpdatedAt()] = NOON


def test_times_that_an_object_keeps_of_itself_cannot_be_sent() -> None:
    """They are written by whoever keeps the object."""
    with pytest.raises(Invalid) as error:
        apply({"made": "2013-02-08T12:00:00Z", "changed": "2013-02-08T12:00:00Z"}, Note(), "api")

    assert [(e.field, e.rule) for e in error.value.errors] == [("made", "ReadOnly"), ("changed", "ReadOnly")]
