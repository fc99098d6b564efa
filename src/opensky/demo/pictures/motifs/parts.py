"""Parts that several motifs share: labels, emblems, woven patterns, wood grain."""

from random import Random

from opensky.demo.pictures.canvas import Canvas
from opensky.demo.pictures.colour import dim, lit, luminance
from opensky.demo.pictures.look import Look
from opensky.demo.pictures.shapes import leaf


def against(colour: str) -> str:
    """Return a tone that reads well on ``colour``."""
    return dim(colour, 0.55) if luminance(colour) > 0.5 else lit(colour, 0.7)


def emblem(c: Canvas, kind: str, x: float, y: float, size: float, colour: str) -> None:
    """Draw the small sign of a maker or a flavour."""
    if kind == "leaf":
        c.path(leaf(x, y + size, size * 1.5, 24, 0.3) + leaf(x, y + size, size * 1.5, -24, 0.3), colour)
    elif kind == "sun":
        c.circle(x, y, size * 0.42, colour)
        rays = "".join(f"M{x} {y - size * 0.62}V{y - size * 0.95}" for _ in range(1))
        for turn in range(8):
            c.stroke(rays, colour, size * 0.14, transform=f"rotate({turn * 45} {x} {y})")
    elif kind == "drop":
        c.path(
            f"M{x} {y - size} Q{x + size * 1.1} {y + size * 0.5} {x} {y + size * 0.8} Q{x - size * 1.1} {y + size * 0.5} {x} {y - size}Z",
            colour,
        )
    elif kind == "fruit":
        c.circle(x, y + size * 0.15, size * 0.62, colour)
        c.path(leaf(x, y - size * 0.4, size * 0.7, 55, 0.35), colour)
    elif kind == "wheat":
        c.stroke(f"M{x} {y + size} V{y - size * 0.5}", colour, size * 0.12)
        for i in range(3):
            at = y + size * (0.4 - i * 0.42)
            c.path(leaf(x, at, size * 0.66, 38, 0.3) + leaf(x, at, size * 0.66, -38, 0.3), colour)
    elif kind == "moon":
        c.path(
            f"M{x + size * 0.3} {y - size * 0.8} A{size * 0.85} {size * 0.85} 0 1 0 {x + size * 0.3} {y + size * 0.8} A{size * 0.95} {size * 0.95} 0 0 1 {x + size * 0.3} {y - size * 0.8}Z",
            colour,
        )
    elif kind == "flower":
        for turn in range(6):
            c.path(leaf(x, y, size * 0.95, turn * 60, 0.34), colour)
    else:
        c.circle(x, y, size * 0.6, "none", stroke=colour, stroke_width=size * 0.16)


def label(c: Canvas, x: float, y: float, width: float, height: float, paper: str, ink: str, sign: str = "leaf") -> None:
    """Draw a paper label, (x, y) being the middle of its top edge: a sign, and lines where words would stand."""
    c.rect(x - width / 2, y, width, height, c.round(paper), rx=2.5)
    c.rect(x - width / 2 + 4, y + 4, width - 8, height - 8, "none", stroke=ink, stroke_width=1, opacity=0.5)
    emblem(c, sign, x, y + height * 0.36, min(width, height) * 0.17, ink)
    lines = f"M{x - width * 0.26} {y + height * 0.68}H{x + width * 0.26}M{x - width * 0.16} {y + height * 0.81}H{x + width * 0.16}"
    c.stroke(lines, ink, 2.2, opacity=0.75)


def weave(c: Canvas, look: Look, x: float, y: float, width: float, height: float) -> None:
    """Cover a cloth with the pattern that the option ``pattern`` names, in the second and third colours."""
    kind = look.text("pattern", "stripes")
    if kind == "stripes":
        for i, share in enumerate((0.1, 0.18, 0.42, 0.5, 0.58, 0.82, 0.9)):
            c.rect(
                x,
                y + height * share,
                width,
                height * (0.05 if i in (0, 1, 5, 6) else 0.035),
                look.second if i % 3 else look.third,
            )
    elif kind == "broad":
        for i in range(0, 8, 2):
            c.rect(x, y + height * i / 8, width, height / 8, look.second if i % 4 else look.third)
    elif kind == "check":
        step = max(width, height) / 7
        for i in range(8):
            c.rect(x + i * step + step * 0.3, y, step * 0.42, height, look.second, opacity=0.5)
            c.rect(x, y + i * step + step * 0.3, width, step * 0.42, look.second, opacity=0.5)
    elif kind == "diamonds":
        _diamonds(c, look, x, y, width, height)
    elif kind == "zigzag":
        for row in range(5):
            at = y + height * (0.12 + row * 0.19)
            step = width / 8
            d = f"M{x} {at}" + "".join(f"l{step} {-step if i % 2 else step}" for i in range(8))
            c.stroke(d, look.second if row % 2 else look.third, height * 0.035, stroke_linejoin="round")
    elif kind == "dashes":
        d = "".join(
            f"M{x + width * (0.06 + column * 0.125)} {y + height * (0.08 + row * 0.12)}h{width * 0.05}"
            for row in range(8)
            for column in range(8)
        )
        c.stroke(d, look.second, max(2.5, height * 0.02))
    elif kind == "border":
        c.rect(x, y + height * 0.76, width, height * 0.05, look.second)
        c.rect(x, y + height * 0.84, width, height * 0.025, look.third)
        c.rect(x, y + height * 0.885, width, height * 0.05, look.second)


def _diamonds(c: Canvas, look: Look, x: float, y: float, width: float, height: float) -> None:
    step = width / 4
    rows = int(height / step) + 2
    for row in range(rows):
        for column in range(-1, 5):
            cx, cy = x + column * step + (row % 2) * step / 2, y + row * step * 0.62
            d = f"M{cx} {cy - step * 0.36}L{cx + step * 0.36} {cy}L{cx} {cy + step * 0.36}L{cx - step * 0.36} {cy}Z"
            c.path(d, look.second if row % 2 else look.third)


def fringe(c: Canvas, x: float, y: float, width: float, colour: str, length: float = 18, number: int = 14) -> None:
    """Hang a fringe below y."""
    step = width / number
    c.stroke(
        "".join(f"M{x + step * (i + 0.5)} {y}l{(i % 3 - 1) * 1.4} {length}" for i in range(number)), colour, step * 0.42
    )


def grain(c: Canvas, colour: str, x: float, y: float, width: float, height: float, random: Random) -> None:
    """Draw a few lines of wood grain along the width."""
    lines = []
    for i in range(5):
        at = y + height * (0.12 + i * 0.19) + random.uniform(-2, 2)
        bend = random.uniform(-height * 0.09, height * 0.09)
        lines.append(f"M{x} {at} Q{x + width / 2} {at + bend} {x + width} {at + bend * 0.3}")
    c.stroke("".join(lines), dim(colour, 0.2), 1.6, opacity=0.55)


def rings(c: Canvas, colour: str, x: float, y: float, rx: float, ry: float) -> None:
    """Draw the year rings of cut wood."""
    for share in (0.78, 0.55, 0.34, 0.14):
        c.ellipse(
            x - rx * 0.06, y, rx * share, ry * share, "none", stroke=dim(colour, 0.22), stroke_width=1.5, opacity=0.6
        )
