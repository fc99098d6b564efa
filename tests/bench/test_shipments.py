"""What a shipment costs OSIS is measured on the real flows."""

from opensky.bench.bus_shipments import shipments


def test_a_shipment_is_measured_through_the_whole_flow() -> None:
    """A small file is enough to see that it runs; the number is for a quiet machine."""
    [(name, metric)] = shipments(parcels=60, rounds=1).items()
    assert name == "a shipment through the whole flow, in OSIS"
    assert (metric.unit, metric.target) == ("CPU-µs", 100)
    assert metric.value > 0
