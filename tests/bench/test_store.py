"""What keeping stats costs is measured: here for one hour, to see that it works and in which units it speaks."""

from opensky.bench import store


def test_writing_and_drawing_are_measured() -> None:
    found = store.run(hours=1, peer=False)
    assert [metric.unit for metric in found.values()] == ["CPU-us", "MB", "CPU-ms", "CPU-ms"]
    assert all(metric.value > 0 and metric.target for metric in found.values())
    assert found["store, a thousand series of a year"].reached
