"""What the prints show: each fills a sheet of the given size, its corner at the origin, in the three colours of the look."""

import math
from collections.abc import Callable

from opensky.demo.pictures.canvas import Canvas
from opensky.demo.pictures.colour import dim, lit, mix
from opensky.demo.pictures.look import Look
from opensky.demo.pictures.shapes import leaf

Art = Callable[[Canvas, Look, float, float], None]


def _sheet(c: Canvas, colour: str, w: float, h: float) -> None:
    c.rect(0, 0, w, h, colour)


def _stems(c: Canvas, look: Look, w: float, h: float) -> None:
    for x, lean, top in ((0.3, -0.1, 0.24), (0.52, 0.02, 0.08), (0.74, 0.12, 0.3)):
        x0, x1 = w * (0.5 + (x - 0.5) * 0.4), w * (x + lean)
        c.stroke(f"M{x0} {h} Q{x0} {h * 0.6} {x1} {h * top}", look.main, w * 0.018)
        for k in range(5):
            t = 0.22 + k * 0.18
            px, py = x0 + (x1 - x0) * t * t, h + (h * top - h) * t
            c.path(
                leaf(px, py, w * 0.17, lean * 260 + 52, 0.26) + leaf(px, py, w * 0.17, lean * 260 - 52, 0.26),
                look.main if x != 0.52 else look.second,
            )


def _hills(c: Canvas, look: Look, w: float, h: float) -> None:
    _sheet(c, lit(look.second, 0.66), w, h)
    c.circle(w * 0.68, h * 0.3, min(w, h) * 0.15, look.third)
    for y, tone in (
        (0.46, mix(look.main, look.second, 0.7)),
        (0.6, mix(look.main, look.second, 0.35)),
        (0.76, look.main),
    ):
        a, b = look.random.uniform(-0.12, 0.02), look.random.uniform(-0.02, 0.12)
        c.path(f"M0 {h * y} C{w * 0.3} {h * (y + a)} {w * 0.55} {h * (y + b)} {w} {h * (y - 0.05)} V{h} H0Z", tone)


def _sea(c: Canvas, look: Look, w: float, h: float) -> None:
    _sheet(c, lit(look.second, 0.55), w, h)
    c.circle(w * 0.34, h * 0.4, min(w, h) * 0.17, look.third)
    for i in range(5):
        y = h * (0.44 + i * 0.13)
        step = w / 4
        d = f"M0 {y}" + "".join(f"q{step / 2} {step * (-0.28 if (k + i) % 2 else 0.28)} {step} 0" for k in range(4))
        c.path(f"{d}V{h}H0Z", mix(look.second, look.main, i / 4))


def _moon(c: Canvas, look: Look, w: float, h: float) -> None:
    _sheet(c, look.main, w, h)
    r = min(w, h) * 0.26
    c.circle(w / 2, h * 0.38, r, look.second)
    c.circle(w / 2 + r * 0.34, h * 0.38 - r * 0.16, r * 0.92, look.main)
    c.stroke(
        "".join(f"M{look.random.uniform(8, w - 8):.0f} {look.random.uniform(8, h * 0.66):.0f}h.1" for _ in range(22)),
        lit(look.second, 0.3),
        3,
    )
    c.path(
        f"M0 {h * 0.84} L{w * 0.22} {h * 0.66} L{w * 0.4} {h * 0.82} L{w * 0.66} {h * 0.6} L{w} {h * 0.86} V{h} H0Z",
        look.third,
    )


def _bird(c: Canvas, look: Look, w: float, h: float) -> None:
    u = min(w, h) / 100
    c.stroke(f"M0 {h * 0.8} Q{w * 0.5} {h * 0.68} {w} {h * 0.78}", dim(look.second, 0.2), 3 * u)
    for x, a in ((0.14, -24), (0.82, 30), (0.9, 140), (0.24, 160)):
        c.path(leaf(w * x, h * (0.79 - x * 0.05), 22 * u, a, 0.32), look.second)
    with c.group(f"translate({w * 0.5} {h * 0.52}) scale({u})"):
        c.path(
            "M-36 -18 C-34 -40 -2 -42 8 -22 C26 -12 34 8 58 20 L36 22 C20 34 -10 30 -22 12 C-30 2 -36 -6 -36 -18Z",
            look.main,
        )
        c.path("M-6 -10 C12 -12 24 4 32 20 C14 22 -6 12 -6 -10Z", look.third)
        c.path("M-35 -22 L-50 -16 L-34 -13Z", look.third)
        c.circle(-22, -22, 3, "#fbf6ea")
        c.stroke("M-2 26V36M8 26V34", look.main, 2.4)


def _fruit(c: Canvas, look: Look, w: float, h: float) -> None:
    _sheet(c, lit(look.second, 0.62), w, h)
    r = min(w, h) * 0.2
    for x, y in ((0.32, 0.6), (0.66, 0.64), (0.5, 0.36)):
        c.circle(w * x, h * y, r, look.main)
        c.circle(w * x - r * 0.3, h * y - r * 0.3, r * 0.26, lit(look.main, 0.4))
        c.path(leaf(w * x, h * y - r, r * 1.1, 58, 0.32), look.third)


def _shapes(c: Canvas, look: Look, w: float, h: float) -> None:
    u = min(w, h)
    c.path(f"M{w * 0.14} {h} V{h * 0.56} A{u * 0.3} {u * 0.3} 0 0 1 {w * 0.14 + u * 0.6} {h * 0.56} V{h}Z", look.main)
    c.path(
        f"M{w * 0.14 + u * 0.14} {h} V{h * 0.6} A{u * 0.16} {u * 0.16} 0 0 1 {w * 0.14 + u * 0.46} {h * 0.6} V{h}Z",
        look.third,
    )
    c.circle(w * 0.7, h * 0.24, u * 0.19, look.second)
    c.path(f"M{w * 0.74} {h} a{u * 0.22} {u * 0.22} 0 0 1 {u * 0.22} {-u * 0.22} V{h}Z", look.second)


def _fish(c: Canvas, look: Look, w: float, h: float) -> None:
    u = min(w, h) / 100
    for i, (x, y, side) in enumerate(((0.46, 0.24, 1), (0.56, 0.52, -1), (0.46, 0.8, 1))):
        tone = (look.main, look.second, look.third)[i]
        with c.group(f"translate({w * x} {h * y}) scale({u * side} {u})"):
            c.path("M-40 0 Q-14 -24 24 -2 L42 -16 V16 L24 2 Q-14 24 -40 0Z", tone)
            c.stroke("M-8 -9Q-2 0 -8 9M2 -7Q8 0 2 7M12 -5Q16 0 12 5", lit(tone, 0.5), 2)
            c.circle(-28, -2, 2.4, "#fbf6ea")


def _house(c: Canvas, look: Look, w: float, h: float) -> None:
    _sheet(c, lit(look.second, 0.6), w, h)
    c.rect(0, h * 0.8, w, h * 0.2, mix(look.second, look.main, 0.3))
    for x, width, height, tone in (
        (0.1, 0.24, 0.4, look.main),
        (0.36, 0.28, 0.54, look.third),
        (0.66, 0.24, 0.34, look.main),
    ):
        left, top = w * x, h * (0.82 - height)
        c.rect(left, top, w * width, h * height, tone)
        c.path(
            f"M{left - 4} {top} L{left + w * width / 2} {top - h * 0.13} L{left + w * width + 4} {top}Z",
            dim(tone, 0.25),
        )
        c.stroke(
            "".join(
                f"M{left + w * width * s} {top + h * 0.1 * (k + 1)}v{h * 0.035}" for s in (0.3, 0.7) for k in range(2)
            ),
            "#fbf6ea",
            w * 0.04,
            stroke_linecap="butt",
        )


def _bloom(c: Canvas, look: Look, w: float, h: float) -> None:
    c.stroke(f"M{w * 0.5} {h} Q{w * 0.46} {h * 0.7} {w * 0.5} {h * 0.4}", look.second, w * 0.025)
    c.path(leaf(w * 0.48, h * 0.86, w * 0.4, 50, 0.26) + leaf(w * 0.48, h * 0.76, w * 0.36, -54, 0.26), look.second)
    r = min(w, h) * 0.34
    for ring, tone in ((1, look.main), (0.66, lit(look.main, 0.25))):
        for i in range(9):
            c.path(leaf(w * 0.5, h * 0.36, r * ring, i * 40 + ring * 20, 0.36), tone)
    c.circle(w * 0.5, h * 0.36, r * 0.22, look.third)


def _rain(c: Canvas, look: Look, w: float, h: float) -> None:
    drops = "".join(
        f"M{w * (0.1 + column * 0.165 + (row % 2) * 0.04)} {h * (0.36 + row * 0.07)}l{-w * 0.02} {h * 0.035}"
        for row in range(9)
        for column in range(6)
    )
    c.stroke(drops, look.main, w * 0.018)
    c.path(
        f"M{w * 0.12} {h * 0.3} a{w * 0.14} {w * 0.14} 0 0 1 {w * 0.18} {-w * 0.13} a{w * 0.2} {w * 0.2} 0 0 1 {w * 0.36} {w * 0.01} a{w * 0.13} {w * 0.13} 0 0 1 {w * 0.2} {w * 0.12}Z",
        look.second,
    )


def _cat(c: Canvas, look: Look, w: float, h: float) -> None:
    _sheet(c, lit(look.third, 0.6), w, h)
    u = min(w, h) / 100
    c.rect(0, h * 0.78, w, h * 0.22, look.second)
    with c.group(f"translate({w * 0.5} {h * 0.8}) scale({u})"):
        c.path("M-26 0 C-34 -34 -20 -48 -18 -54 L-22 -78 L-8 -66 H6 L20 -78 L17 -52 C24 -40 30 -30 26 0Z", look.main)
        c.stroke("M24 -4 C50 -4 46 -34 34 -36", look.main, 8)
        c.stroke("M-9 -56h4M5 -56h4", "#fbf6ea", 3)
        c.path("M-4 -49 H3 L-.5 -45Z", look.third)


def _waves(c: Canvas, look: Look, w: float, h: float) -> None:
    _sheet(c, look.main, w, h)
    step = w / 4
    r = step / 2
    for row in range(math.ceil(h / r) + 1):
        for column in range(-1, 5):
            x, y = column * step + (row % 2) * r, row * r + r
            if y - r > h:
                continue
            for share, tone in ((1, lit(look.main, 0.12)), (0.72, look.second), (0.44, look.main)):
                if x + r * share <= w + 0.1 and x - r * share >= -0.1 and y <= h:
                    c.path(f"M{x - r * share} {y} a{r * share} {r * share} 0 0 1 {2 * r * share} 0Z", tone)


ART: dict[str, Art] = {
    "stems": _stems, "hills": _hills, "sea": _sea, "moon": _moon, "bird": _bird, "fruit": _fruit, "shapes": _shapes,
    "fish": _fish, "house": _house, "bloom": _bloom, "rain": _rain, "cat": _cat, "waves": _waves,
}  # fmt: skip
