"""Each validator keeps its rule, and ``validate`` tells everything that is wrong at once."""

from dataclasses import dataclass, field
from typing import Annotated, Any

import pytest

from opensky.kernel.errors import FieldError, Invalid
from opensky.mapping import (
    Choice,
    Email,
    Length,
    NotBlank,
    Pattern,
    Range,
    ReferenceOne,
    Url,
    Validator,
    validate,
)

CASES: list[tuple[Validator, list[Any], list[Any]]] = [
    (NotBlank(), ["a", " a ", 0, False, [0], {"a": 1}], [None, "", " \t\n", [], (), {}]),
    (Length(2, 4), [None, "ab", "abcd", [1, 2]], ["", "a", "abcde", [1]]),
    (Length(most=3), [None, "", "abc"], ["abcd"]),
    (Range(1, 99), [None, 1, 50, 99], [0, 100, -1]),
    (Range(least=0), [None, 0, 10**12], [-1]),
    (Range(most=0.5), [None, 0, 0.5, -9], [0.51]),
    (Pattern("[a-z]+(-[a-z]+)*"), [None, "blue-mug"], ["", "Blue", "blue-", "blue mug", "blue\n"]),
    (
        Email(),
        [None, "maya@example.org", "a.b+c@x-y.co.uk"],
        ["", "maya", "maya@", "@x.org", "a@b", "a b@c.org", "a@b..c"],
    ),
    (Email(), ["a" * 242 + "@example.org"], ["a" * 243 + "@example.org", "<a@b.org>", "a@b.org, c@d.org"]),
    (
        Url(),
        [None, "https://example.org", "HTTP://x/y?z=1#a"],
        ["", "example.org", "ftp://x", "https://", "https://a b"],
    ),
    (Choice(("draft", "published")), [None, "draft"], ["", "Draft", "gone"]),
]


@pytest.mark.parametrize(("rule", "good", "bad"), CASES, ids=lambda c: type(c).__name__)
def test_a_rule_lets_good_values_pass_and_stops_bad_ones(rule: Validator, good: list[Any], bad: list[Any]) -> None:
    """Every rule, at its borders; ``None`` passes everything but NotBlank."""
    assert [value for value in good if rule.broken_by(value)] == []
    assert [value for value in bad if not rule.broken_by(value)] == []
    assert rule.groups == ("default",)
    assert rule.message.endswith(".")


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        (Length(2, 4), "Please use at least 2 and at most 4 characters."),
        (Length(most=80), "Please use at most 80 characters."),
        (Range(1, 99), "Please give a number of at least 1 and at most 99."),
        (Range(least=0), "Please give a number of at least 0."),
        (Length(0, 5, "Too long."), "Too long."),
    ],
)
def test_a_rule_without_a_message_says_what_it_wants(rule: Validator, message: str) -> None:
    """A person reads what to do."""
    assert rule.message == message


@dataclass
class Tag:
    """Something embedded."""

    word: Annotated[str, NotBlank("Give a word.")]


@dataclass
class Thing:
    """The product of the talk, with all that can be embedded."""

    name: Annotated[str, NotBlank("Please provide a sellable name", groups=("default", "publish"))] = ""
    price: Annotated[int | None, NotBlank("Please set a price.", groups=("publish",)), Range(1)] = None
    tags: list[Tag] = field(default_factory=list)
    main: Tag | None = None
    maker_id: int = 0
    maker: Annotated[Tag | None, ReferenceOne("maker_id")] = None


def broken(thing: Thing, *groups: str) -> list[FieldError]:
    """Return what ``validate`` finds, which must be something."""
    with pytest.raises(Invalid) as refused:
        validate(thing, *groups)
    return list(refused.value.errors)


def test_every_broken_rule_is_listed_with_its_path() -> None:
    """One refusal tells all: fields in order, embedded objects by their path."""
    thing = Thing(name=" ", price=0, tags=[Tag("a"), Tag("")], main=Tag(""))

    assert broken(thing) == [
        FieldError("name", "Please provide a sellable name", "NotBlank"),
        FieldError("price", "Please give a number of at least 1.", "Range"),
        FieldError("tags.1.word", "Give a word.", "NotBlank"),
        FieldError("main.word", "Give a word.", "NotBlank"),
    ]


def test_only_the_rules_of_the_named_groups_hold() -> None:
    """Publishing asks for a price; a draft needs none. The name is asked for by both."""
    draft = Thing(name="Mug", tags=[Tag("")])

    assert broken(draft, "publish") == [FieldError("price", "Please set a price.", "NotBlank")]
    assert broken(draft, "default", "publish") == [
        FieldError("price", "Please set a price.", "NotBlank"),
        FieldError("tags.0.word", "Give a word.", "NotBlank"),
    ]
    assert broken(Thing(), "publish")[0] == FieldError("name", "Please provide a sellable name", "NotBlank")


def test_a_valid_object_passes_and_a_reference_is_not_followed() -> None:
    """Another object answers for itself when it is saved."""
    validate(Thing(name="Mug", maker=Tag("")))


def test_a_rule_of_ones_own_is_a_rule_like_the_others() -> None:
    """A validator needs no base class."""

    @dataclass(frozen=True)
    class Even:
        message: str = "Please give an even number."
        groups: tuple[str, ...] = ("default",)

        def broken_by(self, value: Any) -> bool:
            return value is not None and value % 2 == 1

    @dataclass
    class Pair:
        left: Annotated[int, Even()]

    with pytest.raises(Invalid, match="left: Please give an even number"):
        validate(Pair(3))
    validate(Pair(4))


@pytest.mark.parametrize("groups", [{"default", "publish"}, frozenset({"publish", "default"}), ["default", "publish"]])
def test_groups_may_be_a_set_a_list_or_a_tuple(groups: Any) -> None:
    """The talk wrote a set; a mark stays hashable, whatever it was given."""
    rule = NotBlank("Please provide a sellable name", groups=groups)

    assert rule.groups == ("default", "publish")
    assert rule == NotBlank("Please provide a sellable name", ("default", "publish"))
    assert hash(rule) == hash(NotBlank("Please provide a sellable name", ("default", "publish")))


def test_one_group_may_be_its_name_alone() -> None:
    """And is not taken for its letters."""
    assert Length(2, groups="publish").groups == ("publish",)


def test_a_text_has_no_nothing_in_it() -> None:
    """Not every database can keep that character, and no mail; lines and tabs are text."""

    @dataclass
    class Card:
        words: str
        more: str = "a\tb\nc"

    validate(Card("x"))
    with pytest.raises(Invalid) as refused:
        validate(Card("x\0y"))
    assert refused.value.by_field() == {"words": "Please leave out characters that cannot be seen."}
