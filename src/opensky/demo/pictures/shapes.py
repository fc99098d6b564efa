"""Outlines: turned bodies, bands around them, leaves, cloth. All return the ``d`` of a path; the ground is y = 0, up is negative."""

import math
from collections.abc import Sequence

FLAT = 0.17
"""How flat a level circle looks from where we sit."""

Profile = Sequence[tuple[float, ...]]
"""(half width, y) from top to bottom; a third member marks a corner."""


def lathe(profile: Profile, flat: float = FLAT) -> str:
    """Return the outline of a body turned around its axis."""
    left = [(-p[0], p[1], *p[2:]) for p in profile]
    right = list(reversed(profile))
    (r0, y0), (rn, _) = profile[0][:2], profile[-1][:2]
    return (
        f"M{-r0} {y0} {_curve(left)} A{rn} {rn * flat} 0 0 0 {rn} {profile[-1][1]} {_curve(right)} "
        f"A{r0} {r0 * flat} 0 0 0 {-r0} {y0}Z"
    )


def band(r: float, top: float, bottom: float, flat: float = FLAT) -> str:
    """Return a band around a body of half width ``r``, bent as its surface is."""
    bend = r * flat * 1.6
    return f"M{-r} {top} Q0 {top + bend} {r} {top} L{r} {bottom} Q0 {bottom + bend} {-r} {bottom}Z"


def drip(r: float, y: float, depth: float, waves: int = 3) -> str:
    """Return a glaze that has run: everything above a soft wavy line at ``y``."""
    step = 2 * r / waves
    bends = " ".join(
        f"q{step / 2} {depth if i % 2 else -depth * 0.6} {step} {0 if i % 2 else depth * 0.3}" for i in range(waves)
    )
    return f"M{-r} -400 L{-r} {y} {bends} L{r} -400Z"


def leaf(x: float, y: float, length: float, angle: float, width: float = 0.32) -> str:
    """Return a leaf that grows from (x, y); angle 0 points up, 90 to the right."""
    turn = math.radians(angle)
    tip_x, tip_y = x + math.sin(turn) * length, y - math.cos(turn) * length
    mid_x, mid_y = x + math.sin(turn) * length * 0.45, y - math.cos(turn) * length * 0.45
    side_x, side_y = math.cos(turn) * length * width, math.sin(turn) * length * width
    return f"M{x} {y}Q{mid_x + side_x} {mid_y + side_y} {tip_x} {tip_y}Q{mid_x - side_x} {mid_y - side_y} {x} {y}Z"


def smooth(points: Sequence[tuple[float, float]], *, closed: bool = False) -> str:
    """Return a soft line (or shape) through the points."""
    if closed:
        ring = [*points, points[0]]
        return f"M{points[0][0]} {points[0][1]} {_curve(ring, ends=(points[-1], points[1]))}Z"
    return f"M{points[0][0]} {points[0][1]} {_curve(points)}"


def polygon(*points: tuple[float, float]) -> str:
    """Return a shape with straight sides."""
    return "M" + "L".join(f"{x} {y}" for x, y in points) + "Z"


def rounded(x: float, y: float, width: float, height: float, r: float) -> str:
    """Return a rectangle with round corners, as a path."""
    return (
        f"M{x + r} {y} h{width - 2 * r} q{r} 0 {r} {r} v{height - 2 * r} q0 {r} {-r} {r} h{2 * r - width} "
        f"q{-r} 0 {-r} {-r} v{2 * r - height} q0 {-r} {r} {-r}Z"
    )


def _curve(points: Profile, ends: tuple[tuple[float, float], tuple[float, float]] | None = None) -> str:
    """Continue from the first point through the others (Catmull-Rom as cubic Béziers); corners stay corners."""
    before, after = ends or (tuple(points[0][:2]), tuple(points[-1][:2]))
    chain = [before, *points, after]
    steps = []
    for i in range(1, len(chain) - 2):
        (x0, y0), (x1, y1), (x2, y2), (x3, y3) = (p[:2] for p in chain[i - 1 : i + 3])
        starts_sharp, ends_sharp = len(chain[i]) > 2, len(chain[i + 1]) > 2
        c1 = (x1 + (x2 - x1) / 3, y1 + (y2 - y1) / 3) if starts_sharp else (x1 + (x2 - x0) / 6, y1 + (y2 - y0) / 6)
        c2 = (x2 - (x2 - x1) / 3, y2 - (y2 - y1) / 3) if ends_sharp else (x2 - (x3 - x1) / 6, y2 - (y3 - y1) / 6)
        steps.append(f"C{c1[0]} {c1[1]} {c2[0]} {c2[1]} {x2} {y2}")
    return " ".join(steps)
