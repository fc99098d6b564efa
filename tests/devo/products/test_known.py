"""Cards that a process has read are not read again while they stay as they are."""

from opensky.devo.products.known import MOST, KnownCards
from opensky.devo.products.manager import ProductManager
from opensky.devo.products.repository import ProductRepository
from opensky.devo.products.views import CardRow
from opensky.persistence import Database, UnitOfWork
from opensky.persistence.cursors import START
from opensky.testing.factories import Factory


def _names(database: Database, unit: UnitOfWork, known: KnownCards) -> tuple[list[str], int]:
    """Return what the newest are called, and how many statements it took to tell."""
    with database.reader() as reader:
        shown = ProductRepository(reader, unit, known).newest(START, 10)
        return [card.name for card in shown], reader.statements


def test_a_list_reads_only_the_cards_that_it_does_not_know(
    products: ProductManager, make: Factory, unit: UnitOfWork, database: Database
) -> None:
    """The second time one statement is enough; a change is seen at once, and so is what is new or gone."""
    bowl, cup = (products.publish(make.draft(make.seller(), name=name, slug=name.lower())) for name in ("Bowl", "Cup"))
    unit.commit()
    known = KnownCards()

    assert _names(database, unit, known) == (["Cup", "Bowl"], 2)
    assert _names(database, unit, known) == (["Cup", "Bowl"], 1)

    products.edit(bowl, name="Deep bowl")
    unit.commit()
    assert _names(database, unit, known) == (["Cup", "Deep bowl"], 2)
    assert _names(database, unit, known) == (["Cup", "Deep bowl"], 1)

    products.withdraw(cup)
    unit.commit()
    assert _names(database, unit, known) == (["Deep bowl"], 1)


def test_two_who_know_different_things_show_the_same(
    products: ProductManager, make: Factory, unit: UnitOfWork, database: Database
) -> None:
    """Each worker has its own; what one has seen before a change, it does not show after it."""
    bowl = products.publish(make.draft(make.seller(), name="Bowl"))
    unit.commit()
    one, other = KnownCards(), KnownCards()
    assert _names(database, unit, one)[0] == ["Bowl"]

    products.edit(bowl, name="Cup")
    unit.commit()

    assert _names(database, unit, one)[0] == _names(database, unit, other)[0] == ["Cup"]


def test_the_oldest_are_forgotten(
    products: ProductManager, make: Factory, unit: UnitOfWork, database: Database
) -> None:
    """Memory is bounded."""
    products.publish(make.draft(make.seller(), name="Bowl"))
    unit.commit()
    with database.reader() as reader:
        [card] = ProductRepository(reader, unit, KnownCards()).newest(START, 1)
    known = KnownCards()

    known.keep(_numbered(card, number) for number in range(MOST))
    known.keep([_numbered(card, MOST)])

    assert [known.get(n, card.version) is not None for n in (0, MOST // 2 - 1, MOST // 2, MOST)] == [
        False,
        False,
        True,
        True,
    ]


def _numbered(card: CardRow, number: int) -> CardRow:
    return CardRow(number, *(getattr(card, name) for name in CardRow.__struct_fields__[1:]))
