"""What every document engine promises: round trips, the filter language, versions, unique and list indexes."""

from typing import Any

import pytest

from opensky.kernel.money import Money
from opensky.persistence import Database, Duplicate, StaleObject, Uncompilable
from opensky.testing.conformance.model import NOON, Pot, Size

POTS = (
    Pot(
        id=1,
        slug="bowl",
        maker_id=7,
        tags=["blue", "deep"],
        sizes=[Size(width=10, label="s"), Size(width=30)],
        weight=0.5,
    ),
    Pot(id=2, slug="bottle", maker_id=7, tags=["blue"], best=Size(width=9, price=Money(500)), glazed=True, weight=2.0),
    Pot(id=3, slug="cup", maker_id=None, tags=[], sizes=[Size(width=20, label="m")], fired_at=NOON, weight=1.0),
    Pot(id=4, slug="cüp", maker_id=8, tags=["deep", "red"], best=Size(width=12), weight=0.25),
)

CASES: list[tuple[dict[str, Any], list[int]]] = [
    ({}, [1, 2, 3, 4]),
    ({"slug": "cup"}, [3]),
    ({"maker_id": None}, [3]),
    ({"maker_id": {"$ne": 7}}, [3, 4]),
    ({"maker_id": {"$in": [8, None]}}, [3, 4]),
    ({"maker_id": {"$nin": [8]}}, [1, 2, 3]),
    ({"maker_id": {"$gt": 6}}, [1, 2, 4]),
    ({"weight": {"$gte": 1.0, "$lt": 2.0}}, [3]),
    ({"weight": {"$lte": 0.5}}, [1, 4]),
    ({"glazed": True}, [2]),
    ({"glazed": {"$ne": True}}, [1, 3, 4]),
    ({"tags": "blue"}, [1, 2]),
    ({"tags": {"$all": ["deep", "red"]}}, [4]),
    ({"tags": {"$in": ["red", "blue"]}}, [1, 2, 4]),
    ({"tags": {"$ne": "blue"}}, [3, 4]),
    ({"tags": {"$nin": ["deep"]}}, [2, 3]),
    ({"sizes.width": 20}, [3]),
    ({"sizes.width": {"$gt": 15}}, [1, 3]),
    ({"sizes": {"$elemMatch": {"width": {"$gt": 15}, "label": "s"}}}, []),
    ({"sizes": {"$elemMatch": {"width": {"$lt": 15}, "label": "s"}}}, [1]),
    ({"best.width": {"$gte": 10}}, [4]),
    ({"best.price.minor": 500}, [2]),
    ({"best": None}, [1, 3]),
    ({"fired_at": NOON}, [3]),
    ({"fired_at": {"$exists": True}}, [1, 2, 3, 4]),
    ({"best.price.currency": {"$exists": False}}, [1, 3, 4]),
    ({"slug": {"$regex": "^bo"}}, [1, 2]),
    ({"slug": {"$regex": "^bo.*"}}, [1, 2]),
    ({"$or": [{"slug": "cup"}, {"glazed": True}]}, [2, 3]),
    ({"$and": [{"maker_id": 7}, {"tags": "deep"}]}, [1]),
    ({"$nor": [{"maker_id": 7}, {"slug": "cup"}]}, [4]),
    ({"$nor": [{"best.width": 9}]}, [1, 3, 4]),
    ({"weight": {"$not": {"$gt": 0.5}}}, [1, 4]),
    ({"maker_id": {"$not": {"$gt": 7}}}, [1, 2, 3]),
    ({"$or": []}, []),
    ({"maker_id": {"$in": []}}, []),
    ({"id": {"$in": [4, 1]}, "made_at": {"$lte": NOON}}, [1, 4]),
]


class DocumentConformance:
    """Subclass with a fixture ``database``."""

    def test_a_document_comes_back_as_it_was(self, database: Database) -> None:
        """Every kind of field survives the store unchanged."""
        before = Pot(
            id=1,
            slug="bowl",
            maker_id=2**62,
            tags=["ä", "b"],
            sizes=[Size(width=1, price=Money(-5, "EUR"))],
            fired_at=NOON,
        )
        with database.unit_of_work() as unit:
            unit.persist(before)
            unit.commit()
        with database.unit_of_work() as unit:
            after = unit.get(Pot, 1)
            assert after is not None
            stored = (
                "id",
                "slug",
                "maker_id",
                "tags",
                "sizes",
                "best",
                "glazed",
                "weight",
                "made_at",
                "fired_at",
                "version",
            )
            assert [getattr(after, n) for n in stored] == [getattr(before, n) for n in stored]

    @pytest.mark.parametrize(("filter_", "expected"), CASES, ids=[str(c[0]) for c in CASES])
    def test_filters_match_as_in_mongodb(
        self, database: Database, filter_: dict[str, Any], expected: list[int]
    ) -> None:
        """Every operator of the subset gives the documents that MongoDB's manual promises."""
        _keep_pots(database)
        with database.unit_of_work() as unit:
            assert sorted(p.id for p in unit.find(Pot, filter_)) == expected

    @pytest.mark.parametrize(
        ("filter_", "said"),
        [
            ({"colour": "x"}, "no field 'colour'"),
            ({"slug": {"$where": "1"}}, "Unknown operator $where"),
            ({"$text": "x"}, "Unknown operator $text"),
            ({"slug": {"$regex": "bo"}}, "anchored prefix"),
            ({"slug": {"$regex": "^b.o"}}, "anchored prefix"),
            ({"slug": {"$elemMatch": {"x": 1}}}, "is no list"),
            ({"sizes": {"$elemMatch": {"depth": 1}}}, "no field 'depth'"),
        ],
    )
    def test_what_cannot_be_compiled_is_refused(self, database: Database, filter_: dict[str, Any], said: str) -> None:
        """A filter outside the subset raises and names the part; it never scans."""
        with database.unit_of_work() as unit, pytest.raises(Uncompilable) as refused:
            unit.find(Pot, filter_)
        assert said in str(refused.value)

    def test_sorts_by_several_keys_and_limits(self, database: Database) -> None:
        """Keys count in their order, a minus means descending."""
        _keep_pots(database)
        with database.unit_of_work() as unit:
            assert [p.id for p in unit.find(Pot, sort=("glazed", "-weight"))] == [3, 1, 4, 2]
            assert [p.id for p in unit.find(Pot, sort=("-slug",), limit=2)] == [4, 3]

    def test_what_is_missing_comes_first_in_a_sort(self, database: Database) -> None:
        """And last when it is descending, in a column of its own and in the body alike."""
        _keep_pots(database)
        with database.unit_of_work() as unit:
            for path, there in (
                ("maker_id", [1, 2, 4]),
                ("best.price.minor", [2]),
                ("fired_at", [3]),
                ("best.width", [2, 4]),
            ):
                missing = [i for i in (1, 2, 3, 4) if i not in there]
                assert [p.id for p in unit.find(Pot, sort=(path, "id"))] == missing + there
                assert [p.id for p in unit.find(Pot, sort=(f"-{path}", "id"))][-len(missing) :] == missing

    def test_a_page_of_a_sorted_list_is_cut_in_the_order(self, database: Database) -> None:
        """Whatever way the engine finds the bodies."""
        _keep_pots(database)
        with database.unit_of_work() as unit:
            assert [p.id for p in unit.find(Pot, {"weight": {"$gt": 0.3}}, sort=("-weight",), limit=2)] == [2, 3]

    def test_texts_differ_in_every_character(self, database: Database) -> None:
        """Capitals, accents, blanks at the end and characters that are written in two ways are not the same."""
        texts = ["cup", "Cup", "cüp", "cu\u0308p", "cup ", "cup\t", "çup", "CUP", "cup\U0001f375"]
        with database.bulk() as bulk:
            pots = [Pot(id=i, slug=t, tags=[t], sizes=[Size(width=i, label=t)]) for i, t in enumerate(texts, 1)]
            bulk.documents(Pot, pots)
            bulk.commit()
        with database.unit_of_work() as unit:
            for i, t in enumerate(texts, 1):
                assert [[p.id for p in unit.find(Pot, f)] for f in ({"slug": t}, {"tags": t}, {"sizes.label": t})] == [
                    [i]
                ] * 3
            assert [p.slug for p in unit.find(Pot, sort=("slug",))] == sorted(texts)
            assert {p.slug for p in unit.find(Pot, {"slug": {"$regex": "^cup"}})} == {
                t for t in texts if t.startswith("cup")
            }

    def test_numbers_keep_all_their_digits(self, database: Database) -> None:
        """A number of 63 bits inside a body is compared to the last digit, and a small fraction as the number it is."""
        most = 2**62
        with database.bulk() as bulk:
            bulk.documents(
                Pot,
                [
                    Pot(id=i, slug=f"p{i}", best=Size(width=0, price=Money(most + i)), weight=i * 1e-7)
                    for i in range(1, 4)
                ],
            )
            bulk.commit()
        with database.unit_of_work() as unit:
            assert [p.id for p in unit.find(Pot, {"best.price.minor": most + 2})] == [2]
            assert [p.id for p in unit.find(Pot, {"best.price.minor": {"$gt": most + 2}})] == [3]
            assert [p.id for p in unit.find(Pot, {"weight": 2e-7})] == [2]

    def test_sorting_by_a_list_is_refused(self, database: Database) -> None:
        """There is no one value to sort by."""
        with database.unit_of_work() as unit, pytest.raises(Uncompilable, match="runs over a list"):
            unit.find(Pot, sort=("tags",))

    def test_a_list_index_follows_its_document(self, database: Database) -> None:
        """Added, changed and removed elements are found and no longer found."""
        _keep_pots(database)
        with database.unit_of_work() as unit:
            bowl, cup = unit.get_many(Pot, [1, 3])
            bowl.tags.remove("blue")
            cup.tags.append("green")
            unit.commit()
        with database.unit_of_work() as unit:
            unit.remove(unit.get_many(Pot, [2])[0])
            unit.commit()
        with database.unit_of_work() as unit:
            assert [[p.id for p in unit.find(Pot, {"tags": t})] for t in ("blue", "green")] == [[], [3]]

    def test_a_change_in_place_is_seen(self, database: Database) -> None:
        """Nothing needs to be marked: what differs from the snapshot is written, and only then the version counts up."""
        _keep_pots(database)
        with database.unit_of_work() as unit:
            bowl, bottle = unit.get_many(Pot, [1, 2])
            bowl.sizes[1].label = "large"
            bottle.weight = 2.0
            unit.commit()
            assert (bowl.version, bottle.version) == (1, 0)
        with database.unit_of_work() as unit:
            assert unit.get_many(Pot, [1])[0].sizes[1].label == "large"

    def test_numbers_of_64_bits_live_through_an_edit(self, database: Database) -> None:
        """Real ids are that large: read, edited beside them, changed and removed, and each is a plain number."""
        large = 2**61 + 1
        with database.unit_of_work() as unit:
            pot = Pot(
                id=large, slug="bowl", maker_id=large, twin_ids=[large], best=Size(width=large, price=Money(large))
            )
            unit.persist(pot)
            unit.commit()
        with database.unit_of_work() as unit:
            [pot] = unit.get_many(Pot, [large])
            pot.slug = "jar"
            unit.commit()
            pot.maker_id = large + 1
            unit.commit()
        with database.unit_of_work() as unit:
            [pot] = unit.find(Pot, {"maker_id": large + 1})
            assert pot.best is not None
            found = (pot.id, pot.maker_id, pot.twin_ids, pot.best.width, pot.best.price, pot.version, pot.slug)
            assert found == (large, large + 1, [large], large, Money(large), 2, "jar")
            assert {type(pot.id), type(pot.maker_id), type(pot.twin_ids[0]), type(pot.best.width)} == {int}
            unit.remove(pot)
            unit.commit()
        with database.unit_of_work() as unit:
            assert unit.find(Pot) == []

    def test_the_second_of_two_editors_is_refused(self, database: Database) -> None:
        """Optimistic lock: nothing of the late one is written, what the first wrote stands."""
        _keep_pots(database)
        late = database.unit_of_work()
        old = late.get_many(Pot, [1, 2])
        late_copy = old[0]
        late.pause()  # the reader leaves; its objects stay, as between two requests
        with database.unit_of_work() as first:
            first.get_many(Pot, [1])[0].weight = 9.0
            first.commit()
        late_copy.weight = 1.5
        with pytest.raises(StaleObject):
            late.commit()
        with database.unit_of_work() as unit:
            assert unit.get_many(Pot, [1])[0].weight == 9.0

    def test_a_taken_unique_value_is_refused_by_name(self, database: Database) -> None:
        """The error names the class and the fields, and nothing of the transaction stands."""
        _keep_pots(database)
        with database.unit_of_work() as unit:
            unit.persist(Pot(id=10, slug="new"))
            unit.persist(Pot(id=11, slug="bowl"))
            with pytest.raises(Duplicate) as refused:
                unit.commit()
        assert (refused.value.kind, refused.value.fields) == ("Pot", ("slug",))
        with database.unit_of_work() as unit:
            assert unit.get(Pot, 10) is None

    def test_bulk_documents_are_found_by_every_index(self, database: Database) -> None:
        """What is written past the objects is indexed like the rest, and what is there already stays."""
        _keep_pots(database)
        with database.bulk() as bulk:
            bulk.documents(Pot, [Pot(id=1, slug="other"), Pot(id=9, slug="jar", tags=["blue"])])
            bulk.commit()
        with database.unit_of_work() as unit:
            assert sorted(p.slug for p in unit.find(Pot, {"tags": "blue"})) == ["bottle", "bowl", "jar"]


def _keep_pots(database: Database) -> None:
    with database.bulk() as bulk:
        bulk.documents(Pot, POTS)
        bulk.commit()
