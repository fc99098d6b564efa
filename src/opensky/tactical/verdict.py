"""The verdict: one word for all of it, and the three things that are worst."""

from collections.abc import Sequence

from opensky.tactical import words
from opensky.tactical.readings import Alert, Deploy, Judgement, Stack, State, Tile, Worst, worst_of

MOST = 3
_OLD, _TOO_OLD = 10.0, 30.0


def verdict(
    tiles: Sequence[Tile], stack: Stack, deploys: Sequence[Deploy], alerts: Sequence[Alert], age: float | None
) -> tuple[State, str, tuple[Worst, ...]]:
    """Return how the shop is, in a word and a sentence, and what is worst, the worst first.

    Of what is equally bad, causes come before what comes of them: first a deploy, then the tier that holds the others up.
    """
    found: list[tuple[int, Worst]] = []
    if age is None or age > _OLD:
        found.append((4, _frozen(age)))
    for tier in stack.tiers:
        if tier.key == stack.bottleneck:
            found.append((2, Worst(tier.key, tier.title, stack.state, tier.sentence)))
        elif tier.state is not State.OK:
            found.append((0, Worst(tier.key, tier.title, tier.state, tier.sentence)))
    found += [
        (1, Worst(each.key, each.title, each.state, each.sentence)) for each in tiles if each.state is not State.OK
    ]
    last = deploys[-1] if deploys else None
    if last is not None and last.judgement is Judgement.WORSE:
        found.append((3, Worst("deploy", f"Deploy {last.what}", _of_deploy(last), last.sentence)))
    open_alerts = [each for each in alerts if not each.acknowledged_by and each.state is not State.OK]
    found += [(0, Worst(f"alert-{each.id}", each.title, each.state, each.sentence)) for each in open_alerts]
    ordered = sorted(found, key=lambda pair: (-pair[1].state.severity, -pair[0]))
    once: dict[str, Worst] = {}
    for _, each in ordered:
        once.setdefault(each.key, each)  # of a tile and a tier of one name the worse
    worst = tuple(once.values())
    state = worst_of(*(each.state for each in worst))
    if not worst:
        return State.OK, _well(tiles), ()
    return state, f"{worst[0].title}: {worst[0].sentence}", worst[:MOST]


def _frozen(age: float | None) -> Worst:
    if age is None:
        return Worst("stats", "Stats", State.WATCH, "Nothing has been counted yet.")
    state = State.BROKEN if age > _TOO_OLD else State.WATCH
    return Worst("stats", "Stats", state, f"The newest number is {words.span(age)} old: what is shown here is of then.")


def _of_deploy(deploy: Deploy) -> State:
    return (
        State.BROKEN
        if any(each.worse and each.significant and each.unit == "%" for each in deploy.changes)
        else State.WATCH
    )


def _well(tiles: Sequence[Tile]) -> str:
    said = [each.sentence for each in tiles if each.key in {"orders", "web"} and each.now is not None]
    return " ".join(["All is well.", *said])
