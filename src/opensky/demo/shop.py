"""The words of the demo shop, read from ``content/``: shelves, insiders and what they offer. All of it is made up."""

from functools import cache
from importlib.resources import files
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from opensky.demo.pictures.look import Option, Palette
from opensky.kernel.slugs import slug_of

Filled = Annotated[str, Meta(min_length=1)]


class Shelf(Struct, frozen=True, forbid_unknown_fields=True):
    """A shelf of the shop."""

    slug: Filled
    name: Filled
    sentence: Filled


class Choice(Struct, frozen=True, array_like=True):
    """A variant: its name (empty where there is only one), its price as text, and how many there are."""

    name: str
    price: Filled
    stock: int


class Good(Struct, frozen=True, forbid_unknown_fields=True):
    """What an insider offers. ``picture`` says how it is drawn (see ``pictures/scene.py``), ``alt`` what one sees."""

    name: Filled
    words: Filled
    description: Filled
    shelves: Annotated[list[str], Meta(min_length=1)]
    variants: Annotated[list[Choice], Meta(min_length=1, max_length=4)]
    alt: Filled
    picture: dict[str, Option]

    @property
    def slug(self) -> str:
        """Its address."""
        return slug_of(self.name)


class Colours(Struct, frozen=True, forbid_unknown_fields=True):
    """An insider's colours, as in ``pictures.look.Palette``."""

    wall: str
    table: str
    accent: str
    tones: dict[str, str]


class Insider(Struct, frozen=True, forbid_unknown_fields=True):
    """An insider with all that they offer. ``code`` begins their SKUs."""

    code: Filled
    name: Filled
    craft: Filled
    town: Filled
    sentence: Filled
    bio: Filled
    backdrops: Annotated[list[str], Meta(min_length=1)]
    palette: Colours
    portrait: dict[str, Option]
    goods: list[Good]

    @property
    def slug(self) -> str:
        """Their address."""
        return slug_of(self.name)

    def sku(self, place: int, choice: int) -> str:
        """Return the SKU of a variant: ``INA-03-B`` is the second variant of the third good."""
        return f"{self.code}-{place + 1:02}-{chr(ord('A') + choice)}"

    def colours(self) -> Palette:
        """Return the palette that their pictures are drawn with."""
        return Palette(self.palette.wall, self.palette.table, self.palette.accent, self.palette.tones)


class _Shelves(Struct):
    shelves: list[Shelf]


@cache
def shelves() -> tuple[Shelf, ...]:
    """Return the shelves, in order."""
    return tuple(msgspec.toml.decode(_content("shelves.toml"), type=_Shelves).shelves)


@cache
def insiders() -> tuple[Insider, ...]:
    """Return the insiders, in the order of their files."""
    names = sorted(f.name for f in files("opensky.demo").joinpath("content").iterdir())
    return tuple(msgspec.toml.decode(_content(name), type=Insider) for name in names if name[0].isdigit())


def _content(name: str) -> bytes:
    return files("opensky.demo").joinpath("content", name).read_bytes()
