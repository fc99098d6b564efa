"""``opensky bench rules`` measures what it says."""

from opensky.bench import rules


def test_a_small_measurement_has_every_number() -> None:
    """Costs are of this machine, so nothing is asked of them but that they are there."""
    found = rules.run(rules=80, slices=1, orders=60)
    assert {name for name, metric in found.items() if metric.target is not None} >= {
        "five rules, of by hand",
        "a trace, times the bare answer",
        "start with 80 stored rules",
        "an order is checked by 200 rules",
        "replay of a rule",
    }
    assert all(metric.value > 0 for metric in found.values())
