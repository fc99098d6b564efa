"""What ``opensky events`` says beside the declared events."""

from opensky.cli.events import lifecycle
from opensky.persistence.lifecycle import listen_to
from opensky.testing.conformance.lives import Keeper
from opensky.testing.conformance.model import Pot, Shift


def test_who_hears_of_objects_is_told_by_class() -> None:
    """By event and in the order of hearing; classes that nobody listens to are left out."""
    keeper = f"{Keeper.__module__}.Keeper"

    assert list(lifecycle([Shift, Pot], [listen_to(Pot, Keeper)])) == [
        (
            "life of a Pot\n"
            f"    pre_persist: {keeper}.pre_persist\n"
            f"    post_persist: {keeper}.written\n"
            f"    post_update: {keeper}.written"
        )
    ]
