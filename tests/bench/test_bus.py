"""``opensky bench bus`` measures what it says."""

import pytest

from opensky.bench import bus
from opensky.bench.bus_stomp import codec


@pytest.mark.slow
def test_a_small_measurement_has_every_number() -> None:
    """Costs are of this machine, so nothing is asked of them but that they are there."""
    found = bus.run(jobs=50, rounds=1)
    with_target = {name for name, metric in found.items() if metric.target is not None}
    assert with_target == {
        "enqueue in a business transaction that writes one row",
        "a job that does nothing, from claim to acknowledgement",
        "wake-up by a nudge, half of them within",
        "memory of a bus process",
        "a shipment through the whole flow, in OSIS",
    }
    assert all(metric.value > 0 for name, metric in found.items() if "enqueue" not in name)


def test_every_frame_of_the_codec_is_read() -> None:
    """The cost is that of a message, not of a stream that was refused."""
    [metric] = codec(rounds=1).values()
    assert 0 < metric.value < 1000
