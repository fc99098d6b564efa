"""The bag: prices of the moment, notes where something has changed, and what becomes of it at log-in."""

import pytest

from opensky.devo.bag.manager import BagManager
from opensky.devo.bag.objects import MOST_LINES, Bag, BagId, BagLine, Owner
from opensky.devo.members.objects import Member, MemberId
from opensky.devo.products.manager import ProductManager
from opensky.devo.products.objects import Product
from opensky.devo.products.stock import StockRepository
from opensky.events import Event
from opensky.kernel.errors import Conflict, Invalid, NotFound
from opensky.kernel.money import Money
from opensky.persistence import Reader, UnitOfWork
from opensky.testing.factories import Factory


@pytest.fixture
def bowl(make: Factory, products: ProductManager, unit: UnitOfWork, told: list[Event]) -> Product:
    """A bowl on show: $12.50, five of them, SKU ``BOWL``."""
    maker = make.seller(slug="maya", name="Maya")
    product = make.draft(maker, slug="bowl", name="Bowl", variants=[make.variant(1250, sku="BOWL", name="Blue")])
    products.publish(product)
    unit.commit()
    told.clear()
    return product


@pytest.fixture
def member(make: Factory, unit: UnitOfWork) -> Owner:
    made: Member = make.member()
    unit.commit()
    return Owner(made.id)


def guest_with(bags: BagManager, unit: UnitOfWork, **quantities: int) -> Owner:
    """Return a guest who has put that into a bag."""
    owner = Owner()
    for sku, quantity in quantities.items():
        owner = Owner(bag_id=bags.add(owner, sku, quantity))
        unit.commit()
    return owner


def test_what_is_put_in_is_shown_with_its_price(bags: BagManager, unit: UnitOfWork, bowl: Product) -> None:
    """Names, picture, insider and amount come from the product."""
    guest = guest_with(bags, unit, BOWL=2)

    view = bags.view(guest)

    [line] = view.lines
    assert (line.sku, line.product_slug, line.product_name, line.variant) == ("BOWL", "bowl", "Bowl", "Blue")
    assert (line.seller_slug, line.seller_name, line.picture_alt) == ("maya", "Maya", "A thing")
    assert (line.price, line.quantity, line.amount, line.problem) == (Money(1250), 2, Money(2500), "")
    assert (view.total, view.count, view.problems) == (Money(2500), 2, False)
    assert line.seen_price is None


def test_putting_in_is_told(bags: BagManager, unit: UnitOfWork, bowl: Product, told: list[Event]) -> None:
    """Who, what and how many."""
    guest_with(bags, unit, BOWL=2)

    about = {"member_id": None, "product_id": bowl.id, "sku": "BOWL", "quantity": 2}
    assert told == [Event("bag.added", None, about)]


def test_putting_in_twice_adds_up(bags: BagManager, unit: UnitOfWork, bowl: Product, member: Owner) -> None:
    """In one line of one bag."""
    for _ in range(2):
        bags.add(member, "BOWL", 2)
        unit.commit()

    assert bags.quantities(member) == {"BOWL": 4}
    assert len(unit.find(Bag)) == 1
    assert bags.count(member) == 4


def test_a_member_s_bag_is_the_same_everywhere(
    bags: BagManager, unit: UnitOfWork, bowl: Product, member: Owner
) -> None:
    """It goes by the member, not by the session, whatever bag that names."""
    bags.add(member, "BOWL", 1)
    unit.commit()

    assert bags.quantities(Owner(member.member_id, 99)) == {"BOWL": 1}


def test_nobody_sees_another_s_bag(
    bags: BagManager, unit: UnitOfWork, bowl: Product, member: Owner, make: Factory
) -> None:
    """Not even with its id in the session: a guest's session opens guests' bags only."""
    bag_id = bags.add(member, "BOWL", 1)
    unit.commit()

    for stranger in (Owner(), Owner(bag_id=bag_id), Owner(MemberId(7)), Owner(MemberId(7), bag_id)):
        assert bags.view(stranger).lines == []
        assert bags.count(stranger) == 0
        with pytest.raises(NotFound):
            bags.change(stranger, "BOWL", 3)
        bags.remove(stranger, "BOWL")
        unit.commit()
    assert bags.quantities(member) == {"BOWL": 1}


def test_how_many_can_be_changed(bags: BagManager, unit: UnitOfWork, bowl: Product, member: Owner) -> None:
    """Up and down; none takes it out."""
    bags.add(member, "BOWL", 4)
    bags.change(member, "BOWL", 2)
    unit.commit()
    assert bags.quantities(member) == {"BOWL": 2}

    bags.change(member, "BOWL", 0)
    unit.commit()
    assert bags.quantities(member) == {}


def test_taking_out_twice_is_as_once(bags: BagManager, unit: UnitOfWork, bowl: Product, member: Owner) -> None:
    """What is not in it is out already."""
    bags.add(member, "BOWL", 1)
    for _ in range(2):
        bags.remove(member, "BOWL")
        unit.commit()

    assert bags.quantities(member) == {}


@pytest.mark.parametrize("quantity", [0, -1, 100])
def test_one_to_ninety_nine_can_be_put_in(bags: BagManager, unit: UnitOfWork, bowl: Product, quantity: int) -> None:
    """Anything else is refused, and no bag is made for it."""
    with pytest.raises(Invalid):
        bags.add(Owner(), "BOWL", quantity)
    unit.commit()

    assert unit.find(Bag) == []


def test_no_more_can_be_put_in_than_there_are(bags: BagManager, unit: UnitOfWork, bowl: Product, member: Owner) -> None:
    """The refusal says how many there are, and nothing changes."""
    bags.add(member, "BOWL", 4)
    unit.commit()

    with pytest.raises(Conflict, match="There are only 5 of Bowl and 4 of them in your bag already"):
        bags.add(member, "BOWL", 2)
    with pytest.raises(Conflict, match=r"There are only 5 of Bowl\."):
        bags.change(member, "BOWL", 6)
    unit.commit()

    assert bags.quantities(member) == {"BOWL": 4}


def test_what_is_not_offered_cannot_be_put_in(
    bags: BagManager, unit: UnitOfWork, bowl: Product, products: ProductManager, make: Factory
) -> None:
    """Unknown, withdrawn, or still a draft."""
    make.draft(make.seller(), variants=[make.variant(sku="DRAFT")])
    products.withdraw(bowl)
    unit.commit()

    for sku in ("BOWL", "DRAFT", "NONE", ""):
        with pytest.raises(NotFound):
            bags.add(Owner(), sku, 1)


def test_a_bag_holds_fifty_different_things(
    bags: BagManager, unit: UnitOfWork, products: ProductManager, make: Factory, member: Owner
) -> None:
    """The next is refused."""
    variants = [make.variant(sku=f"V{number}") for number in range(MOST_LINES + 1)]
    products.publish(make.draft(make.seller(), variants=variants))
    unit.commit()
    for variant in variants[:-1]:
        bags.add(member, variant.sku, 1)
    unit.commit()

    with pytest.raises(Conflict, match="at most 50"):
        bags.add(member, variants[-1].sku, 1)


def test_a_changed_price_is_charged_and_said(
    bags: BagManager, unit: UnitOfWork, bowl: Product, products: ProductManager, make: Factory
) -> None:
    """The note goes once the buyer has touched the line."""
    guest = guest_with(bags, unit, BOWL=2)
    products.edit(bowl, variants=[make.variant(1500, sku="BOWL", name="Blue")])
    unit.commit()

    [line] = bags.view(guest).lines
    assert (line.price, line.amount, line.seen_price, line.problem) == (Money(1500), Money(3000), Money(1250), "")

    bags.change(guest, "BOWL", 1)
    unit.commit()
    assert bags.view(guest).lines[0].seen_price is None


@pytest.mark.parametrize(
    ("left", "problem"),
    [
        (0, "This is sold out. Please remove it."),
        (1, "Only 1 left. Please choose fewer."),
        (2, ""),
    ],
)
def test_too_little_stock_is_said(
    bags: BagManager, unit: UnitOfWork, bowl: Product, stock: StockRepository, left: int, problem: str
) -> None:
    """On the line, before anybody goes to checkout."""
    guest = guest_with(bags, unit, BOWL=2)
    stock.set("BOWL", left)
    unit.commit()

    view = bags.view(guest)

    assert [line.problem for line in view.lines] == [problem]
    assert view.problems == bool(problem)


def test_what_was_withdrawn_is_said_and_costs_nothing(
    bags: BagManager, unit: UnitOfWork, bowl: Product, products: ProductManager
) -> None:
    """It can only be removed."""
    guest = guest_with(bags, unit, BOWL=2)
    products.withdraw(bowl)
    unit.commit()

    view = bags.view(guest)

    assert [(line.product_name, line.problem, line.amount) for line in view.lines] == [
        ("Bowl", "This is no longer offered. Please remove it.", Money(0))
    ]
    assert view.total == Money(0)


def test_a_guest_s_bag_becomes_that_of_a_member_without_one(
    bags: BagManager, unit: UnitOfWork, bowl: Product, member: Owner
) -> None:
    """And opens to nobody else from then on."""
    guest = guest_with(bags, unit, BOWL=2)
    assert member.member_id is not None

    bags.take_over(member.member_id, guest.bag_id)
    unit.commit()

    assert bags.quantities(member) == {"BOWL": 2}
    assert bags.quantities(guest) == {}


def test_two_bags_become_one_at_log_in(
    bags: BagManager, unit: UnitOfWork, bowl: Product, products: ProductManager, make: Factory, member: Owner
) -> None:
    """Of what is in both the greater number stays, and nothing is doubled."""
    products.publish(make.draft(make.seller(), variants=[make.variant(sku="CUP")]))
    unit.commit()
    bags.add(member, "BOWL", 1)
    unit.commit()
    guest = guest_with(bags, unit, BOWL=3, CUP=1)
    assert member.member_id is not None

    for _ in range(2):
        bags.take_over(member.member_id, guest.bag_id)
        unit.commit()

    assert bags.quantities(member) == {"BOWL": 3, "CUP": 1}
    assert len(unit.find(Bag)) == 1
    assert {line.bag_id for line in unit.find(BagLine)} == {bags.bag_of(member)}


def test_nobody_can_take_over_a_member_s_bag(
    bags: BagManager, unit: UnitOfWork, bowl: Product, member: Owner, make: Factory
) -> None:
    """A session can name any bag; only a guest's is taken over."""
    bag_id = bags.add(member, "BOWL", 1)
    thief = make.member()
    unit.commit()

    bags.take_over(thief.id, bag_id)
    bags.take_over(thief.id, BagId(4711))
    unit.commit()

    assert bags.quantities(member) == {"BOWL": 1}
    assert bags.quantities(Owner(thief.id)) == {}


@pytest.mark.parametrize("lines", [1, 20])
def test_the_bag_is_shown_with_three_statements(
    bags: BagManager,
    unit: UnitOfWork,
    products: ProductManager,
    make: Factory,
    member: Owner,
    reader: Reader,
    lines: int,
) -> None:
    """However much is in it."""
    for number in range(lines):
        products.publish(make.draft(make.seller(), variants=[make.variant(sku=f"V{number}")]))
        unit.commit()
        bags.add(member, f"V{number}", 1)
    unit.commit()

    before = reader.statements
    assert len(bags.view(member).lines) == lines

    assert reader.statements - before == 3
