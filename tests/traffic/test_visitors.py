"""What visitors know, decide and say, without a shop."""

from collections import Counter
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opensky.traffic import PROFILES, Profile, Tally
from opensky.traffic.client import Answer
from opensky.traffic.tally import place
from opensky.traffic.town import Town
from opensky.traffic.visitor import Page
from opensky.traffic.visits import VISITS

HOUR = 3600
TOWN = Town([f"thing-{number}" for number in range(100)], ["bowl", "scarf"], mark="m")


@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES.keys())
def test_each_profile_mixes_visits_that_there_are(profile: Profile) -> None:
    assert set(profile.mix) == set(VISITS)


@given(since=st.floats(0, 10**6), second=st.floats(0, 24 * HOUR - 1))
def test_somebody_comes_at_every_moment_and_never_a_mob(since: float, second: float) -> None:
    for profile in PROFILES.values():
        assert 0 < profile.rate(since, second) <= 5 * profile.visitors


def test_a_launch_swells_to_five_times_as_many_and_stays_above_what_it_was() -> None:
    launch = PROFILES["launch"]
    assert [launch.rate(at, 0) / launch.visitors for at in (0, 60, 120, 240, 10**6)] == [1.0, 3.0, 5.0, 4.0, 1.2]


def test_a_day_follows_the_clock_and_not_the_time_since_its_start() -> None:
    day = PROFILES["day"]
    assert day.rate(0, 4 * HOUR) == day.rate(12345, 4 * HOUR) < day.rate(0, 20.5 * HOUR) / 10


def test_the_first_thing_is_wanted_far_more_often_than_the_tenth_and_all_are_wanted() -> None:
    random = Random(1)
    wanted = Counter(TOWN.wanted(random) for _ in range(20_000))
    assert 6 < wanted["thing-0"] / wanted["thing-9"] < 10  # 10^0.9 is 7.9
    assert len(wanted) == 100


def test_of_what_one_sees_the_wanted_catches_the_eye_and_the_unknown_may() -> None:
    random = Random(2)
    liked = Counter(TOWN.likes(["thing-0", "thing-50", "quite-new"], random) for _ in range(5_000))
    assert liked["thing-0"] > 20 * liked["thing-50"] > 20 * liked["quite-new"] > 0


def test_the_same_seed_makes_the_same_people_and_each_is_somebody_else() -> None:
    people = [TOWN.somebody(number, Random(f"7 {number}")) for number in range(50)]
    assert people == [TOWN.somebody(number, Random(f"7 {number}")) for number in range(50)]
    assert len({each.email for each in people}) == 50
    assert all(each.email.endswith("@traffic.example") for each in people)  # a domain that is nobody's, by RFC 2606


def test_a_page_knows_its_product_its_cards_and_what_can_be_bought() -> None:
    page = Page(
        Answer(
            200,
            "/products/moon-jar?x=1",
            '<input type="hidden" name="csrf_token" value="t"><h3><a href="/products/cup">Cup</a></h3>'
            '<input type="radio" name="sku" value="A" checked><input type="radio" name="sku" value="B" disabled>'
            '<input type="hidden" name="sku" value="C">',
        )
    )
    assert (page.product, page.products, page.skus) == ("moon-jar", ["cup"], ["A", "C"])
    assert page.hidden["csrf_token"] == "t"
    assert Page(Answer(200, "/products/moon-jar/share", "")).product == ""


def test_the_line_tells_deeds_failures_and_pages_and_begins_anew() -> None:
    tally = Tally()
    for _ in range(19):
        tally.heard("/products/moon-jar", 200, 0.002)
    tally.heard("/products/cup?x=1", 500, 0.3)
    tally.heard("/static/opensky.css", 200, 9.0)
    tally.heard("/bag", 0, 10.0)
    tally.did("order")
    tally.did("follow")
    tally.did("follow")

    line = tally.line()
    assert "half of the pages within 2 ms, 95 % within 300 ms" in line
    assert line.endswith("1 order; 2 follows; FAILED: 1 times 500 at /products/…, 1 times no answer at /bag")
    assert "order" not in tally.line()
    assert "1 order; 2 follows" in tally.end()
    assert tally.failures == 2


def test_failures_of_one_kind_of_page_are_one_line() -> None:
    assert place("/insiders/ines/follow?x=2") == "/insiders/…"
    assert place("/api/v1/products?limit=1") == "/api/v1/products"
