"""The two hundred members of the demo shop: made from our own lists of names, always the same. Nobody real is meant."""

from dataclasses import dataclass
from random import Random

from opensky.devo.members.objects import PostalAddress

MEMBERS = 200
_ELSEWHERE = ("letters.example", "post.example", "porch.example", "harbor.example")

_FIRST = """
Ada Adaeze Aiko Alma Amir Anika Ansel Anton Asha Astrid Beatriz Benedikt Bram Caleb Camila Carmen Casper Celeste Chidi Clara Clement Cora
Dalia Dario Delphine Desmond Dina Edith Eero Eleni Elias Eliza Emeka Esme Ezra Farah Felix Fiona Flora Franco Freya Gideon Giulia Greta
Hamid Harriet Hector Hilde Hugo Ida Idris Imani Ingrid Iris Isaac Ivo Jada Jasper Joan Jonah Josefa Juno Kamala Kenji Kiran Lars Leila Lena
Leo Lidia Linus Lior Lotte Lucia Luka Mabel Magnus Malik Mara Marisol Marta Matilda Mei Milo Mina Miriam Nadia Naomi Nell Nico Nils Noor
Odette Olga Omar Oona Orla Oscar Otis Paloma Pavel Pearl Petra Quentin Rafael Ravi Reza Rhea Roman Rosalind Ruben Ruth Saanvi Sabine Salma
Samir Selma Silas Simone Sofia Soren Stella Sunita Sven Tamar Tariq Tessa Theo Thora Tilda Tomas Una Uri Vera Viktor Vivian Walter Wanda
Willa Xavier Yara Yasmin Yusuf Zadie Zora
""".split()  # noqa: SIM905 - a list of names reads better without quotes
_LAST = """
Abara Ahlberg Almeida Arden Ashgrove Bajwa Barlow Bellweather Berglund Birchall Blum Brandt Calloway Castellan Chaudry Coldwell Corbin Cortese
Dahl Delacroix Denholm Devereux Dovetail Ekwueme Ellery Fairbank Farrow Fenwright Ferrante Flores Fogarty Galvan Garland Greenhalgh Hadley
Haddad Hallorann Hartog Hawthorn Ibarra Ishikawa Ivanov Jansen Juarez Kaplan Kessler Khoury Kowalski Larkspur Lindgren Lockhart Lovell Maki
Marchetti Marlow Mbeki Mendoza Merriweather Moreau Nakagawa Navarro Nightingale Nkemelu Norwood Novak Oakes Obi Ostrander Pacheco Pemberton
Petrov Quimby Rasmussen Redfern Rhodes Rinaldi Rosen Sandoval Santiago Sato Seabright Sharma Silverthorn Sorensen Stonefield Tanaka Thackeray
Thorne Tremblay Underhill Valdez Vance Vesterby Wakefield Weatherby Whitlock Winterbourne Yamada Yoder Zamora Zielinski
""".split()  # noqa: SIM905 - likewise
_STREETS = ("Alder", "Bell", "Cannery", "Chestnut", "Creamery", "Depot", "Ferry", "Foundry", "Harbor", "Juniper", "Lantern", "Maple", "Mill", "Orchard", "Quarry", "Rope Walk", "Schoolhouse", "Spring", "Tannery", "Willow")  # fmt: skip
_KINDS = ("St", "Lane", "Rd", "Ave", "Court")
_TOWNS = (
    ("Port Elgar", "ME", "040"), ("Millbrook Hollow", "VT", "050"), ("Fenwick Green", "OR", "970"), ("Larkhill", "PA", "190"),
    ("Stillwater Point", "MN", "550"), ("Cold Spring Ferry", "NY", "105"), ("Alta Vega", "NM", "875"), ("Tern Harbor", "WA", "982"),
    ("Elk Ridge", "WI", "539"), ("Belle Marais", "LA", "705"), ("North Ferry", "RI", "028"), ("Apple Knob", "GA", "305"),
    ("Saltmarsh", "NC", "285"), ("Dunmore Falls", "MI", "497"), ("Cedar Landing", "IA", "522"), ("Low Bridge", "OH", "446"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Login:
    """An account that one can log in with."""

    email: str
    password: str
    role: str
    name: str


LOGINS: tuple[Login, ...] = (
    Login("maya@demo.example", "demo-member-pass", "member", "Maya Lindqvist-Rao"),
    Login("ines@demo.example", "demo-seller-pass", "seller", "Ines Aldana"),
    Login("staff@demo.example", "demo-staff-pass", "staff", "Robin Vale"),
)
"""The accounts that are shown to whoever starts the demo shop. They are refused on any address but loopback."""


@dataclass(frozen=True, slots=True)
class Person:
    """A member before there are ids: who they are, how long they have been here, whom they follow, how much they buy."""

    name: str
    email: str
    role: str
    address: PostalAddress
    days: float
    """How many days ago they joined."""
    follows: tuple[int, ...]
    """Places of insiders in ``shop.insiders()``."""
    appetite: float


def people(insiders: int) -> list[Person]:
    """Return the members: the logins first, then the others."""
    random = Random("people")
    first = [_person(random, login.name, login.email, login.role, insiders) for login in LOGINS]
    names: dict[str, None] = {}
    while len(names) < MEMBERS - len(first):
        names[f"{random.choice(_FIRST)} {random.choice(_LAST)}"] = None
    others = [_person(random, name, _email(random, name), "member", insiders) for name in names]
    return [*first, *others]


def _person(random: Random, name: str, email: str, role: str, insiders: int) -> Person:
    known = random.choices(range(2, 10), (14, 18, 18, 16, 12, 9, 7, 6))[0]
    taste = _taste(random, insiders, 0 if role == "staff" else 6 if email == LOGINS[0].email else known)
    return Person(name, email, role, _address(random, name), random.uniform(4, 420), taste, random.paretovariate(1.6))


def _taste(random: Random, insiders: int, known: int) -> tuple[int, ...]:
    """Draw insiders, the first ones in a fixed shuffle far more often than the last ones: fame is not fair."""
    fame = Random("fame").sample(range(insiders), insiders)
    chosen: dict[int, None] = {}
    while len(chosen) < known:
        chosen[random.choices(fame, [1 / (place + 1.6) for place in range(insiders)])[0]] = None
    return tuple(chosen)


def _email(random: Random, name: str) -> str:
    return f"{name.lower().replace(' ', '.')}@{random.choice(_ELSEWHERE)}"


def _address(random: Random, name: str) -> PostalAddress:
    town, state, code = random.choice(_TOWNS)
    street = f"{random.randint(1, 240)} {random.choice(_STREETS)} {random.choice(_KINDS)}"
    return PostalAddress(
        name=name, street=street, city=town, region=state, postcode=f"{code}{random.randint(0, 99):02}", country="US"
    )
