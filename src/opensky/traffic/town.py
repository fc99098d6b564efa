"""What visitors know of the shop and of each other: its goods by how much they are loved, accounts that were opened, links that were shared."""

import json
import re
from bisect import bisect
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from random import Random

from opensky.devo.payments.trial import APPROVED, DECLINED, SUSPECT
from opensky.kernel.errors import OpenSkyError
from opensky.traffic.client import Client

_MOST_PRODUCTS = 600
_A_PAGE = 100
_STEEPNESS = 0.9
"""Of Zipf's law: the thing at place n is wanted 1/n^0.9 as often as the first one. Shops are found between 0.7 and 1.1."""
_MOST_KEPT = 2_000
_WORD = re.compile(r"[a-z]{4,}")
_FIRST = [
    "Ada",
    "Bruno",
    "Carla",
    "Diego",
    "Emil",
    "Freya",
    "Gita",
    "Henry",
    "Iris",
    "Jonas",
    "Katya",
    "Luis",
    "Mira",
    "Noah",
    "Olga",
    "Pablo",
    "Quinn",
    "Rosa",
    "Sami",
    "Tilda",
    "Umar",
    "Vera",
    "Wim",
    "Yara",
    "Zoe",
]
_LAST = [
    "Abel",
    "Berg",
    "Costa",
    "Dorn",
    "Ekman",
    "Falk",
    "Grau",
    "Hahn",
    "Ito",
    "Jansen",
    "Kaur",
    "Lund",
    "Maas",
    "Novak",
    "Okafor",
    "Prieto",
    "Quist",
    "Roth",
    "Silva",
    "Thorn",
    "Ueda",
    "Vidal",
    "Weiss",
    "Yilmaz",
    "Zorn",
]
_STREETS = [
    "Mill Lane",
    "Harbor Street",
    "Elm Road",
    "Station Way",
    "Cooper Row",
    "North Quay",
    "Garden Walk",
    "Baker Hill",
]
_TOWNS = (
    ("Hudson", "12534", "US"),
    ("Port Elgar", "04530", "US"),
    ("Ghent", "9000", "BE"),
    ("Lund", "22100", "SE"),
    ("Leith", "EH6", "GB"),
)
_NONSENSE = ("unicorn", "spare tyre", "left-handed kettle", "asdf")


class NothingToSee(OpenSkyError):
    """The shop shows nothing that one could look at."""


@dataclass(frozen=True, slots=True)
class Cards:
    """The card numbers that people pay with."""

    good: str = APPROVED
    declined: str = DECLINED
    suspect: str = SUSPECT


BRAINTREE = Cards("fake-valid-nonce", "fake-processor-declined-visa-nonce", "fake-valid-nonce")
"""Those of the payment house that is simulated on this machine."""


@dataclass(frozen=True, slots=True)
class Person:
    """Who somebody is when a form asks."""

    name: str
    email: str
    password: str
    address: dict[str, str]


@dataclass
class Town:
    """What is known, and what this run's visitors have left behind."""

    products: Sequence[str]
    """Slugs, the most wanted first."""
    words: Sequence[str]
    """What people look for."""
    cards: Cards = field(default_factory=Cards)
    mark: str = ""
    """What is in the addresses of all who come in this run, so that they are new to the shop."""
    members: list[Person] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    """Paths that were shared."""
    _weights: list[float] = field(init=False)

    def __post_init__(self) -> None:
        self._weights = list(accumulate(1 / (place + 1) ** _STEEPNESS for place in range(len(self.products))))
        self._places = {slug: place for place, slug in enumerate(self.products)}

    def wanted(self, random: Random) -> str:
        """Return the slug of something that somebody has heard of."""
        return self.products[bisect(self._weights, random.random() * self._weights[-1])]

    def likes(self, slugs: Sequence[str], random: Random) -> str:
        """Return which of those that one sees catches the eye: what many want does so more often."""
        last = len(self.products)
        return random.choices(slugs, [1 / (self._places.get(slug, last) + 1) ** _STEEPNESS for slug in slugs])[0]

    def looked_for(self, random: Random) -> str:
        """Return what somebody types into the search."""
        return random.choice(_NONSENSE) if random.random() < 0.06 or not self.words else random.choice(self.words)  # noqa: PLR2004 - a few

    def somebody(self, number: int, random: Random) -> Person:
        """Return a person, never the same twice: letters to them are for nobody, as ``.example`` is nowhere."""
        first, last = random.choice(_FIRST), random.choice(_LAST)
        city, postcode, country = random.choice(_TOWNS)
        name = f"{first} {last}"
        address = {
            "name": name,
            "street": f"{random.randint(1, 199)} {random.choice(_STREETS)}",
            "city": city,
            "postcode": postcode,
            "country": country,
        }
        email = f"{first}.{last}.{self.mark}{number}@traffic.example".lower()
        return Person(name, email, f"{first} likes {last} and {number} cups", address)

    def joined(self, person: Person) -> None:
        """Remember who has an account."""
        self.members.append(person)
        del self.members[:-_MOST_KEPT]

    def shared(self, link: str) -> None:
        """Remember a link that was shared."""
        self.links.append(link)
        del self.links[:-_MOST_KEPT]


async def look_around(client: Client, random: Random, *, cards: Cards, mark: str) -> Town:
    """Read what the shop shows by its API, and decide what is wanted most.

    Raises:
        NoAnswer: the shop does not answer.
        NothingToSee: it has no products.
    """
    names: dict[str, str] = {}
    after = ""
    while len(names) < _MOST_PRODUCTS:
        answer = await client.get(f"/api/v1/products?limit={_A_PAGE}" + (f"&after={after}" if after else ""))
        if answer.status != 200:  # noqa: PLR2004 - HTTP's word for well
            raise NothingToSee(f"The shop answers {answer.status} when it is asked for its products.")
        shown = json.loads(answer.text)
        names |= {each["slug"]: each["name"] for each in shown["products"]}
        after = shown.get("after", "")
        if not after:
            break
    if not names:
        raise NothingToSee(
            "The shop has no products, so visitors would find nothing: make a demo shop, or publish some."
        )
    slugs = sorted(names)
    random.shuffle(slugs)
    words = sorted({word for name in names.values() for word in _WORD.findall(name.lower())})
    return Town(slugs, words, cards, mark)
