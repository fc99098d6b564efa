"""Small companions that stand or lie beside a good: a sprig, a lemon, a spoon. They are drawn low, so that the good stays the hero."""

from collections.abc import Callable
from random import Random

from opensky.demo.pictures.canvas import Canvas
from opensky.demo.pictures.colour import dim, lit
from opensky.demo.pictures.look import Palette
from opensky.demo.pictures.shapes import FLAT, lathe, leaf

Prop = Callable[[Canvas, Palette, Random], float]


def _sprig(c: Canvas, palette: Palette, random: Random) -> float:
    green = palette.colour("sage" if random.random() < 0.5 else "leaf")
    c.stroke("M-46 6 Q0 -6 44 -16", dim(green, 0.2), 2.4)
    for i in range(5):
        x = -26 + i * 15
        c.path(leaf(x, 3 - i * 4, 25, 40, 0.24), c.fall(green))
        c.path(leaf(x + 3, 3 - i * 4, 24, 126, 0.24), c.fall(dim(green, 0.12)))
    return 44


def _lemon(c: Canvas, palette: Palette, random: Random) -> float:
    del palette, random
    c.path("M-32 -18 Q-26 -40 0 -40 Q24 -40 30 -22 Q38 -18 30 -14 Q22 4 0 4 Q-26 4 -32 -18Z", c.round("#e6bd4d"))
    return 28


def _pear(c: Canvas, palette: Palette, random: Random) -> float:
    del palette, random
    c.stroke("M2 -72 Q4 -82 12 -86", "#6b4530", 3)
    c.path(
        "M0 -74 C14 -74 14 -56 20 -46 C34 -26 28 4 0 4 C-28 4 -34 -26 -20 -46 C-14 -56 -14 -74 0 -74Z",
        c.round("#b5ad5a"),
    )
    return 26


def _fig(c: Canvas, palette: Palette, random: Random) -> float:
    del palette, random
    for x, y in ((-16, 0), (18, 6)):
        c.path(
            f"M{x} {y - 46} C{x + 8} {y - 36} {x + 24} {y - 26} {x + 20} {y - 10} C{x + 15} {y + 5} {x - 15} {y + 5} {x - 20} {y - 10} C{x - 24} {y - 26} {x - 8} {y - 36} {x} {y - 46}Z",
            c.round("#6a4560"),
        )
    return 36


def _eggs(c: Canvas, palette: Palette, random: Random) -> float:
    del palette, random
    for x, y, tone in ((-20, -4, "#e9d3b7"), (14, 2, "#d9b590")):
        c.ellipse(x, y - 16, 21, 17, c.round(tone), transform=f"rotate(-14 {x} {y - 16})")
    return 38


def _spoon(c: Canvas, palette: Palette, random: Random) -> float:
    del random
    wood = palette.colour("pale-wood")
    c.stroke("M-20 -4 L62 -13", dim(wood, 0.12), 7)
    c.stroke("M-20 -6 L62 -15", lit(wood, 0.2), 3)
    c.ellipse(-38, -3, 25, 11, c.round(wood), transform="rotate(-6 -38 -3)")
    c.ellipse(-39, -4, 18, 7, dim(wood, 0.18), transform="rotate(-6 -39 -4)")
    return 50


def _cloth(c: Canvas, palette: Palette, random: Random) -> float:
    tone = lit(palette.accent, random.uniform(0.5, 0.7))
    c.path("M-76 0 Q-60 -20 -18 -18 Q10 -28 40 -20 Q70 -22 78 2 Q60 16 22 14 Q-20 22 -76 0Z", c.fall(tone))
    c.path("M-18 -18 Q6 -4 -4 17 Q-30 20 -76 0 Q-60 -20 -18 -18Z", dim(tone, 0.1))
    c.stroke("M-62 1 Q-30 12 -6 11 M40 -20 Q44 0 30 14", dim(tone, 0.2), 1.6, opacity=0.7)
    return 66


def _pebbles(c: Canvas, palette: Palette, random: Random) -> float:
    del random
    for x, y, r in ((-24, 0, 20), (10, 4, 16), (-8, -18, 13)):
        c.ellipse(x, y - r * 0.5, r, r * 0.62, c.round(dim(palette.wall, 0.24 + r / 200)))
    return 36


def _beaker(c: Canvas, palette: Palette, random: Random) -> float:
    tone = random.choice(list(palette.tones.values()))
    c.path(lathe(((25, -58, 1), (24, -30), (19, 0, 1))), c.round(tone))
    c.rim(25, -58, tone, tone, flat=FLAT, lip=3)
    return 24


def _books(c: Canvas, palette: Palette, random: Random) -> float:
    tones = list(palette.tones.values())
    start = random.randrange(len(tones))
    for i, (x, width, height) in enumerate(((-54, 112, 19), (-46, 100, 15))):
        y = -height - i * 19
        c.rect(x, y, width, height, c.round(tones[(start + i) % len(tones)]), rx=2.5)
        c.rect(x + width - 5, y + 3, 5, height - 6, "#f6efe2")
    return 52


def _pencil(c: Canvas, palette: Palette, random: Random) -> float:
    tone = random.choice(list(palette.tones.values()))
    c.path("M-52 2 L40 -10 L41 -2 L-51 10Z", c.fall(tone))
    c.path("M40 -10 L58 -8 L41 -2Z", "#e8cda0")
    c.path("M52 -8.700 L58 -8 L52.500 -6Z", "#2b2f38")
    return 48


def _twine(c: Canvas, palette: Palette, random: Random) -> float:
    del random
    tone = palette.colour("linen")
    c.circle(0, -22, 25, c.round(dim(tone, 0.08)))
    c.stroke(
        "M-20 -34 Q4 -12 23 -18 M-24 -20 Q0 -2 18 -6 M-10 -44 Q14 -30 24 -28 M14 -43 Q-12 -24 -12 1",
        dim(tone, 0.28),
        1.8,
    )
    c.stroke("M14 0 Q40 8 58 -2", dim(tone, 0.12), 2.6)
    return 30


def _bread(c: Canvas, palette: Palette, random: Random) -> float:
    del palette, random
    c.path("M-40 2 Q-46 -34 -14 -36 Q0 -42 14 -36 Q46 -34 40 2Z", c.round("#b9743a"))
    c.path("M-33 0 Q-38 -28 -12 -30 Q0 -35 12 -30 Q38 -28 33 0Z", "#efd9b0")
    return 38


def _candle(c: Canvas, palette: Palette, random: Random) -> float:
    del random
    c.circle(0, -78, 44, c.glow("#f7c873", 0.6))
    c.path(lathe(((17, -48, 1), (17, 0, 1))), c.round(palette.colour("cream")))
    c.ellipse(0, -48, 17, 3.4, "#fbf3e0")
    c.path("M0 -76 Q9 -60 0 -54 Q-9 -60 0 -76Z", "#f2b04c")
    return 18


def _shells(c: Canvas, palette: Palette, random: Random) -> float:
    del palette, random
    for x, y, tone in ((-20, 0, "#ecd9c6"), (16, 4, "#dcbfae")):
        c.path(
            f"M{x - 20} {y} Q{x - 22} {y - 26} {x} {y - 30} Q{x + 22} {y - 26} {x + 20} {y} Q{x} {y + 8} {x - 20} {y}Z",
            c.round(tone),
        )
        c.stroke(
            f"M{x} {y + 2} V{y - 26} M{x - 8} {y + 2} L{x - 10} {y - 20} M{x + 8} {y + 2} L{x + 10} {y - 20}",
            dim(tone, 0.2),
            1.3,
        )
    return 34


def _berries(c: Canvas, palette: Palette, random: Random) -> float:
    del palette
    tone = random.choice(("#a63d4a", "#4d4a78", "#c2513e"))
    for x, y in ((-24, -2), (-4, 3), (16, -3), (-12, -17), (8, -18), (30, 4)):
        c.circle(x, y - 8, 11, c.round(tone))
        c.circle(x - 3, y - 12, 2.4, lit(tone, 0.5))
    return 36


def _garlic(c: Canvas, palette: Palette, random: Random) -> float:
    del palette, random
    c.path("M0 -50 Q5 -36 22 -26 C34 -16 26 4 0 4 C-26 4 -34 -16 -22 -26 Q-5 -36 0 -50Z", c.round("#efe6d6"))
    c.stroke("M0 -36 Q-14 -16 -6 3 M0 -36 Q14 -16 6 3", "#cdb9ab", 1.5)
    return 26


def _cinnamon(c: Canvas, palette: Palette, random: Random) -> float:
    del palette, random
    for y, x in ((0, -4), (-9, 2), (7, 6)):
        c.stroke(f"M{x - 40} {y} L{x + 34} {y - 7}", "#8a5230", 8)
        c.stroke(f"M{x - 40} {y - 2} L{x + 34} {y - 9}", "#b27a4e", 2.5)
    return 44


def _flower(c: Canvas, palette: Palette, random: Random) -> float:
    bloom = random.choice(list(palette.tones.values()))
    c.stroke("M-56 4 Q-10 0 18 -10", "#6f8560", 3)
    c.path(leaf(-20, 1, 32, 50, 0.2), c.fall("#6f8560"))
    for petal in range(8):
        c.path(leaf(26, -14, 21, petal * 45, 0.32), c.fall(bloom))
    c.circle(26, -14, 7, "#d9a441")
    return 44


def _shavings(c: Canvas, palette: Palette, random: Random) -> float:
    del random
    wood = palette.colour("pale-wood")
    for x, y, r in ((-30, 0, 13), (2, 4, 16), (34, 1, 11)):
        c.stroke(
            f"M{x - r} {y} A{r} {r * 0.8} 0 1 1 {x + r * 0.5} {y + 2} A{r * 0.55} {r * 0.45} 0 1 0 {x - r * 0.4} {y - 5}",
            lit(wood, 0.1 + x / 300),
            5,
        )
    return 44


PROPS: dict[str, Prop] = {
    "sprig": _sprig, "lemon": _lemon, "pear": _pear, "fig": _fig, "eggs": _eggs, "spoon": _spoon, "cloth": _cloth,
    "pebbles": _pebbles, "beaker": _beaker, "books": _books, "pencil": _pencil, "twine": _twine, "bread": _bread,
    "candle": _candle, "shells": _shells, "berries": _berries, "garlic": _garlic, "cinnamon": _cinnamon,
    "flower": _flower, "shavings": _shavings,
}  # fmt: skip
