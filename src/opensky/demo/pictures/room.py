"""The room behind every still life: a wall and a table of two tones, and one quiet shape of light or colour on the wall."""

from random import Random

from opensky.demo.pictures.canvas import Canvas
from opensky.demo.pictures.colour import dim, lit, mix
from opensky.demo.pictures.look import Palette

WIDTH, HEIGHT = 400, 500
TABLE = 372
"""Where the table meets the wall."""
GROUND = 428
"""Where the goods stand."""
BACKDROPS = ("arch", "sun", "window", "half", "plain", "leafy", "niche", "tiles")


def draw_room(c: Canvas, palette: Palette, backdrop: str, random: Random) -> None:
    """Draw wall, backdrop and table."""
    wall = palette.wall
    c.rect(0, 0, WIDTH, HEIGHT, c.fall(wall))
    c.circle(110, 90, 330, c.glow("#fffaf0", 0.55))
    _BACKDROPS[backdrop](c, palette, random)
    c.rect(0, TABLE, WIDTH, HEIGHT - TABLE, c.fall(palette.table))
    c.rect(0, TABLE, WIDTH, 3, lit(palette.table, 0.4), opacity=0.8)
    c.ellipse(150, 440, 300, 60, c.glow("#fffaf0", 0.35))


def _plain(c: Canvas, palette: Palette, random: Random) -> None:
    del c, palette, random


def _arch(c: Canvas, palette: Palette, random: Random) -> None:
    x = 200 + random.uniform(-34, 34)
    tone = mix(palette.wall, palette.accent, 0.34)
    c.path(f"M{x - 128} {TABLE} V214 A128 128 0 0 1 {x + 128} 214 V{TABLE}Z", c.fall(tone))


def _niche(c: Canvas, palette: Palette, random: Random) -> None:
    x = 200 + random.uniform(-14, 14)
    deep = dim(palette.wall, 0.13)
    c.path(f"M{x - 140} {TABLE} V206 A140 140 0 0 1 {x + 140} 206 V{TABLE}Z", lit(palette.wall, 0.35))
    c.path(f"M{x - 128} {TABLE} V208 A128 128 0 0 1 {x + 128} 208 V{TABLE}Z", c.fall(deep))
    c.path(
        f"M{x - 128} {TABLE} V208 A128 128 0 0 1 {x - 60} 96 Q{x - 92} 160 {x - 92} {TABLE}Z", dim(palette.wall, 0.2)
    )


def _sun(c: Canvas, palette: Palette, random: Random) -> None:
    x, y, r = random.uniform(120, 280), random.uniform(150, 210), random.uniform(96, 124)
    c.circle(x, y, r, c.fall(mix(palette.wall, palette.accent, 0.42)))


def _half(c: Canvas, palette: Palette, random: Random) -> None:
    x = random.choice((0, 236, 262))
    width = WIDTH - x if x else random.uniform(120, 170)
    c.rect(x, 0, width, TABLE, c.fall(mix(palette.wall, palette.accent, 0.32)))


def _window(c: Canvas, palette: Palette, random: Random) -> None:
    x = random.uniform(20, 90)
    light = lit(palette.wall, 0.75)
    for row in range(2):
        for column in range(2):
            left, top = x + column * 116, 30 + row * 148 + column * 34
            c.path(f"M{left} {top} l104 30 v134 l-104 -30Z", light, opacity=0.62)


def _leafy(c: Canvas, palette: Palette, random: Random) -> None:
    """The shadow of a branch that stands outside the picture."""
    shade = dim(palette.wall, 0.3)
    with c.group(
        f"translate({random.uniform(300, 360)} {random.uniform(-20, 10)}) rotate({random.uniform(28, 44)})", opacity=0.3
    ):
        c.stroke("M0 0 Q-16 150 8 300", shade, 5)
        leaves = []
        for i in range(7):
            y = 40 + i * 36
            leaves.append(f"M0 {y}Q52 {y - 34} 96 {y + 16}Q42 {y + 26} 0 {y}Z")
            leaves.append(f"M0 {y + 16}Q-52 {y - 18} -92 {y + 36}Q-42 {y + 44} 0 {y + 16}Z")
        c.path("".join(leaves), shade)


def _tiles(c: Canvas, palette: Palette, random: Random) -> None:
    del random
    line = lit(palette.wall, 0.5)
    rows = "".join(f"M0 {TABLE - 52 * i}H{WIDTH}" for i in range(1, 5))
    uprights = "".join(f"M{26 * (i % 2) + x} {TABLE - 52 * i}v52" for i in range(1, 5) for x in range(22, WIDTH, 78))
    tone = mix(palette.wall, palette.accent, 0.22)
    c.rect(0, TABLE - 208, WIDTH, 208, c.fall(tone))
    c.stroke(rows + uprights, line, 2.4)


_BACKDROPS = {
    "plain": _plain,
    "arch": _arch,
    "niche": _niche,
    "sun": _sun,
    "half": _half,
    "window": _window,
    "leafy": _leafy,
    "tiles": _tiles,
}
