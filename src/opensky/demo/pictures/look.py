"""What a motif is told: colours, options, and a source of chance that always falls the same way for the same good."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random

Option = str | int | float

SHARED = {
    "white": "#fbf7ef",
    "cream": "#f3e9d8",
    "linen": "#ddd0ba",
    "paper": "#f6efe2",
    "wood": "#b9854f",
    "pale-wood": "#dcb988",
    "dark-wood": "#6b4530",
    "cork": "#c79a68",
    "crust": "#b9743a",
    "dark-crust": "#7d4423",
    "leaf": "#5f7d4f",
    "deep-leaf": "#3f5f48",
    "sage": "#97a787",
    "soil": "#4b372d",
    "steel": "#b3b8ba",
    "iron": "#3a3d40",
    "brass": "#c79a4b",
    "copper": "#bd7350",
    "glass": "#d8e4e0",
    "amber": "#8a4f22",
    "honey": "#dd9a2b",
    "flame": "#f2b04c",
    "ink": "#2b2f38",
}
"""Materials that are the same colour at every insider's."""


@dataclass(frozen=True)
class Palette:
    """An insider's colours: the room that the goods stand in, and their own few tones."""

    wall: str
    table: str
    accent: str
    tones: Mapping[str, str]

    def colour(self, name: str) -> str:
        """Return the colour of that name; a ``#rrggbb`` stands for itself."""
        if name.startswith("#"):
            return name
        return self.tones[name] if name in self.tones else SHARED[name]


@dataclass(frozen=True)
class Look:
    """The colours and options of one drawing."""

    main: str
    second: str
    third: str
    random: Random
    options: Mapping[str, Option] = field(default_factory=dict)

    def text(self, name: str, default: str = "") -> str:
        """Return an option that is a word."""
        return str(self.options.get(name, default))

    def number(self, name: str, default: float) -> float:
        """Return an option that is a number."""
        return float(self.options.get(name, default))

    def count(self, name: str, default: int) -> int:
        """Return an option that counts."""
        return int(self.options.get(name, default))

    def vary(self, middle: float, share: float = 0.06) -> float:
        """Return the number, a little more or less."""
        return middle * (1 + self.random.uniform(-share, share))


@dataclass(frozen=True)
class Size:
    """What a motif took up: half its width on the ground, its height, and whether it hangs instead of standing."""

    half: float
    height: float
    hangs: bool = False
