"""A whole picture: the room, the good with its shadow, and what stands beside it."""

from collections.abc import Mapping
from random import Random

from opensky.demo.pictures.canvas import Canvas
from opensky.demo.pictures.look import Look, Option, Palette
from opensky.demo.pictures.motifs import MOTIFS, Motif
from opensky.demo.pictures.props import PROPS
from opensky.demo.pictures.room import BACKDROPS, GROUND, HEIGHT, WIDTH, draw_room


def draw_good(title: str, seed: str, palette: Palette, options: Mapping[str, Option]) -> str:
    """Return the picture of a good as SVG, 4:5.

    ``options`` names the ``motif``, its colours (``main``, ``second``, ``third``), and may name ``backdrop``, what stands
    ``beside`` it (joined by +), how many of it there are (``of``) and what the motif itself understands. The same
    arguments give the same bytes.
    """
    random = Random(seed)
    c = Canvas()
    draw_room(c, palette, str(options.get("backdrop") or random.choice(BACKDROPS)), random)
    motif = MOTIFS[str(options["motif"])]
    copies = int(options.get("of", 1))
    beside = [p for p in str(options.get("beside", "")).split("+") if p]
    shift = float(options.get("shift", _shift(copies, beside, random)))
    for i in reversed(range(copies)):
        look = _look(palette, options, random, turn=i)
        x, y, scale = _place(i, copies, shift, float(options.get("scale", 1)))
        _stand(c, motif, look, x, y, scale)
    for i, name in enumerate(beside):
        right = (i % 2 == 0) == (shift <= 0)
        x = 200 + (1 if right else -1) * random.uniform(112, 128)
        _accompany(c, palette, name, min(max(x, 62), 338), GROUND + random.uniform(22, 34), random)
    return c.svg(title, WIDTH, HEIGHT)


def _look(palette: Palette, options: Mapping[str, Option], random: Random, turn: int) -> Look:
    """Colours go round from copy to copy, so that a set of three is not one thing thrice."""
    names = [str(options.get(n, d)) for n, d in (("main", "cream"), ("second", "linen"), ("third", ""))]
    names[2] = names[2] or names[0]
    if options.get("turn", 1):
        turn %= 3
        names = names[turn:] + names[:turn]
    main, second, third = (palette.colour(n) for n in names)
    resolved = {k: _resolve(palette, v) for k, v in options.items()}
    return Look(main, second, third, random, resolved)


def _resolve(palette: Palette, value: Option) -> Option:
    """Turn an option such as ``@leaf`` (or ``@a+@b``) into the colours that it names."""
    if isinstance(value, str) and "@" in value:
        return "+".join(palette.colour(part[1:]) if part.startswith("@") else part for part in value.split("+"))
    return value


def _shift(copies: int, beside: list[str], random: Random) -> float:
    if copies > 1:
        return 0
    return random.choice((-1, 1)) * random.uniform(22, 34) if len(beside) == 1 else random.uniform(-8, 8)


def _place(i: int, copies: int, shift: float, scale: float) -> tuple[float, float, float]:
    if copies == 1:
        return 200 + shift, GROUND, scale
    if copies == 2:
        return (138, GROUND + 10, scale * 0.84) if i == 0 else (268, GROUND - 14, scale * 0.84)
    places = ((200, GROUND + 22), (108, GROUND - 6), (292, GROUND - 10), (200, GROUND - 36))
    x, y = places[i % 4]
    return x, y, scale * 0.68


def _stand(c: Canvas, motif: Motif, look: Look, x: float, y: float, scale: float) -> None:
    """Draw the motif first to learn how wide it is, and slip its shadow under it."""
    start = c.mark()
    size = motif(c, look)
    drawn = c.take(start)
    scale *= (
        min(1.15, 300 / size.height) if size.hangs else min(max(min(270 / size.height, 124 / size.half), 0.8), 1.36)
    )
    with c.group(f"translate({x} {196 if size.hangs else y}) scale({scale})"):
        if not size.hangs:
            c.ellipse(size.half * 0.42, 5, size.half * 1.5, 21, c.contact(), opacity=0.62)
            c.ellipse(size.half * 0.06, 3, size.half * 1.08, 11, c.contact())
        c.give(drawn)


def _accompany(c: Canvas, palette: Palette, name: str, x: float, y: float, random: Random) -> None:
    half = 40.0
    with c.group(f"translate({x} {y})"):
        c.ellipse(half * 0.2, 3, half * 1.25, 10, c.contact(), opacity=0.7)
        PROPS[name](c, palette, random)
