"""The words of the demo shop: complete, and all different."""

from collections import Counter

from opensky.demo.people import LOGINS, MEMBERS, people
from opensky.demo.pictures.motifs import MOTIFS
from opensky.demo.pictures.props import PROPS
from opensky.demo.pictures.room import BACKDROPS
from opensky.demo.shop import insiders, shelves
from opensky.kernel.money import Money

GOODS = [(insider, good) for insider in insiders() for good in insider.goods]


def test_there_are_twelve_insiders_and_about_150_goods_on_eight_shelves() -> None:
    """The demo shop is of the size that was promised."""
    assert len(insiders()) == 12
    assert len(shelves()) == 8
    assert len(GOODS) == 165
    assert {len(insider.goods) for insider in insiders()} <= set(range(12, 18))


def test_names_words_and_addresses_are_all_different() -> None:
    """No good is another one again, neither in its address nor in what is said of it."""
    for told in (
        [good.name for _, good in GOODS],
        [good.words for _, good in GOODS],
        [good.description for _, good in GOODS],
        [good.alt for _, good in GOODS],
        [good.slug for _, good in GOODS] + [insider.slug for insider in insiders()],
        [insider.code for insider in insiders()],
    ):
        assert [text for text, times in Counter(told).items() if times > 1] == []


def test_every_good_stands_on_a_shelf_has_a_price_and_can_be_drawn() -> None:
    """A good names shelves, a motif, companions and a backdrop that exist, and costs something."""
    known = {shelf.slug for shelf in shelves()}
    for insider, good in GOODS:
        assert set(good.shelves) <= known, good.name
        assert all(Money.of(choice.price).minor > 0 and choice.stock >= 0 for choice in good.variants), good.name
        assert len({choice.name for choice in good.variants}) == len(good.variants), good.name
        assert good.picture["motif"] in MOTIFS, good.name
        assert set(filter(None, str(good.picture.get("beside", "")).split("+"))) <= set(PROPS), good.name
        assert good.picture.get("backdrop", insider.backdrops[0]) in BACKDROPS, good.name


def test_every_motif_is_shown_by_some_good() -> None:
    """No drawing is kept that nobody sees."""
    assert set(MOTIFS) - {str(good.picture["motif"]) for _, good in GOODS} == set()


def test_every_shelf_is_well_filled_and_some_goods_are_scarce() -> None:
    """Each shelf has enough to look at; some choices are sold out, some are the last one."""
    on = Counter(shelf for _, good in GOODS for shelf in good.shelves)
    assert min(on[shelf.slug] for shelf in shelves()) >= 15
    stocks = Counter(choice.stock for _, good in GOODS for choice in good.variants)
    assert stocks[0] >= 8
    assert stocks[1] >= 8


def test_members_are_two_hundred_invented_people_the_logins_among_them() -> None:
    """Every e-mail is different and of a domain that cannot exist; the logins come first."""
    everybody = people(len(insiders()))
    assert len(everybody) == MEMBERS == 200
    assert [person.email for person in everybody[:3]] == [login.email for login in LOGINS]
    assert len({person.email for person in everybody}) == 200
    assert all(person.email.endswith(".example") for person in everybody)
    assert {login.role for login in LOGINS} == {"member", "seller", "staff"}


def test_members_follow_two_to_nine_insiders_and_some_insiders_are_far_more_followed() -> None:
    """Tastes differ and fame is not fair."""
    everybody = [person for person in people(12) if person.role != "staff"]
    assert {len(person.follows) for person in everybody} == set(range(2, 10))
    assert all(len(set(person.follows)) == len(person.follows) for person in everybody)
    fame = sorted(Counter(place for person in everybody for place in person.follows).values())
    assert len(fame) == 12
    assert fame[-1] > 3 * fame[0]
