"""One word for the whole shop, and the three things that are worst."""

from dataclasses import replace

from opensky.tactical.readings import Alert, Deploy, Judgement, Stack, State, Tier, Tile
from opensky.tactical.verdict import verdict

WELL = Tile("orders", "Orders", "41 orders a minute.", 41.0, "41", "/min")
SLOW = Tile("web", "Answers", "900 ms, 20 times the usual 45.", 900.0, "900", "ms", State.BROKEN)
ODD = Tile("follows", "Follows", "1 follow a minute, 90 % under the usual 10.", 1.0, "1", "/min", State.WATCH)
HELD = Tier("sql", "Database", State.WATCH, "What it is asked waits 700 ms for its turn.")
NONE = Stack()


def test_a_shop_that_is_well_says_so_with_its_orders() -> None:
    assert verdict([WELL], NONE, [], [], 1.0) == (State.OK, "All is well. 41 orders a minute.", ())


def test_the_cause_comes_before_what_comes_of_it() -> None:
    stack = Stack((HELD,), "sql", "", State.BROKEN)
    state, sentence, worst = verdict([WELL, ODD, SLOW], stack, [], [], 1.0)
    assert state is State.BROKEN
    assert sentence == "Database: What it is asked waits 700 ms for its turn."
    assert [(each.key, each.state) for each in worst] == [
        ("sql", State.BROKEN),
        ("web", State.BROKEN),
        ("follows", State.WATCH),
    ]


def test_a_deploy_that_did_it_is_named_first() -> None:
    deploy = Deploy(0.0, "1a2b3c", "maya", "", Judgement.WORSE, "Errors went up from 0 to 20 %.")
    _, _, worst = verdict([ODD], NONE, [deploy], [], 1.0)
    assert [each.title for each in worst] == ["Deploy 1a2b3c", "Follows"]


def test_a_deploy_that_was_replaced_is_no_longer_blamed() -> None:
    bad = Deploy(0.0, "1a2b3c", "", "", Judgement.WORSE, "Errors went up.")
    state, _, _ = verdict([WELL], NONE, [bad, replace(bad, what="1a2b3b", judgement=Judgement.BETTER)], [], 1.0)
    assert state is State.OK


def test_no_more_than_three_are_named_and_none_twice() -> None:
    tier = Tier("web", "Web", State.BROKEN, "20 % of what it does fails.")
    tiles = [SLOW, ODD, replace(ODD, key="a"), replace(ODD, key="b")]
    _, _, worst = verdict(tiles, Stack((tier,), "web", "", State.BROKEN), [], [], 1.0)
    assert [each.key for each in worst] == ["web", "follows", "a"]


def test_old_numbers_are_worse_than_all_that_they_say() -> None:
    assert verdict([SLOW], NONE, [], [], 45.0)[1] == (
        "Stats: The newest number is 45 s old: what is shown here is of then."
    )
    assert verdict([WELL], NONE, [], [], 15.0)[0] is State.WATCH
    assert verdict([], NONE, [], [], None)[1] == "Stats: Nothing has been counted yet."


def test_an_alert_that_somebody_looks_after_is_no_more_news() -> None:
    alert = Alert(1, "Disk", "It is full.", State.BROKEN, 0.0)
    assert verdict([WELL], NONE, [], [alert], 1.0)[0] is State.BROKEN
    assert verdict([WELL], NONE, [], [replace(alert, acknowledged_by="maya")], 1.0)[0] is State.OK
