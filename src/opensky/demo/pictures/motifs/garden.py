"""A gardener's things: plants in pots, cans, tools, seeds."""

import math

from opensky.demo.pictures.canvas import Canvas
from opensky.demo.pictures.colour import dim, lit
from opensky.demo.pictures.look import Look, Size
from opensky.demo.pictures.motifs.clay import finish
from opensky.demo.pictures.motifs.parts import emblem
from opensky.demo.pictures.shapes import FLAT, lathe, leaf, rounded


def plant(c: Canvas, look: Look) -> Size:
    """A potted plant; ``kind`` says which."""
    h = look.vary(104) * look.number("pot", 1)
    kind = look.text("kind", "herb")
    top = PLANTS[kind](c, look, -h)
    pot = look.text("shape", "rim")
    r = 66
    if pot == "rim":
        with c.within(lathe(((58, -h + 18, 1), (44, 0, 1))), look.main):
            finish(c, look, 60, h)
        with c.within(lathe(((r, -h, 1), (r - 2, -h + 24, 1))), lit(look.main, 0.06)):
            pass
    elif pot == "round":
        with c.within(lathe(((52, -h, 1), (74, -h * 0.55), (62, -14), (44, 0, 1))), look.main):
            finish(c, look, 76, h)
    else:
        with c.within(lathe(((62, -h, 1), (60, 0, 1))), look.main):
            finish(c, look, 64, h)
    mouth = {"rim": r, "round": 52}.get(pot, 62)
    c.path(
        f"M{-mouth} {-h} A{mouth} {mouth * FLAT} 0 0 0 {mouth} {-h}",
        "none",
        stroke=lit(look.main, 0.35),
        stroke_width=3,
    )
    return Size(68, h + top)


def _soil(c: Canvas, y: float) -> None:
    c.ellipse(0, y, 58, 58 * FLAT, "#4b372d")


def _herb(c: Canvas, look: Look, y: float) -> float:
    _soil(c, y)
    tone = look.text("green", "#5f7d4f")
    for i in range(11):
        angle = -55 + i * 11
        length = look.vary(88, 0.16)
        ex, ey = math.sin(math.radians(angle)) * length, y - math.cos(math.radians(angle)) * length
        c.stroke(f"M{angle * 0.4} {y} Q{ex * 0.4} {y - length * 0.6} {ex} {ey}", dim(tone, 0.25), 2.2)
        for along in (0.5, 0.75, 1.0):
            for side in (-48, 48):
                c.path(
                    leaf(
                        angle * 0.4 * (1 - along) + ex * along,
                        y + (ey - y) * along,
                        25,
                        angle + side * (0.3 if along == 1 else 1),
                        0.42,
                    ),
                    c.fall(tone if (i + int(along * 4)) % 2 else lit(tone, 0.16)),
                )
    return 110


def _sword(c: Canvas, look: Look, y: float) -> float:
    _soil(c, y)
    tone = look.text("green", "#4f7256")
    for i, angle in enumerate((-20, 17, -9, 24, 7, -3)):
        length = (120, 110, 165, 88, 150, 186)[i]
        c.path(leaf(angle * 1.3, y + 6, length, angle, 0.15), c.round(dim(tone, 0.06 * (5 - i))))
        c.path(leaf(angle * 1.3, y + 2, length * 0.92, angle, 0.05), lit(tone, 0.4), opacity=0.7)
    return 180


def _olive(c: Canvas, look: Look, y: float) -> float:
    _soil(c, y)
    tone = look.text("green", "#6b8468")
    c.stroke(f"M0 {y + 4} Q-6 {y - 60} 2 {y - 116}", "#7a5a43", 8)
    for angle, length in ((-58, 74), (-28, 92), (4, 104), (34, 90), (62, 72)):
        ex, ey = 2 + math.sin(math.radians(angle)) * length, y - 104 - math.cos(math.radians(angle)) * length * 0.8
        c.stroke(f"M0 {y - 100} Q{ex * 0.3} {y - 120} {ex} {ey}", "#7a5a43", 3)
        for k in range(5):
            along = 0.32 + k * 0.16
            for side in (-50, 50):
                c.path(
                    leaf(ex * along, y - 100 + (ey - y + 100) * along, 34, angle + side, 0.3),
                    c.fall(tone if k % 2 else lit(tone, 0.2)),
                )
    return 200


def _succulent(c: Canvas, look: Look, y: float) -> float:
    _soil(c, y)
    tone = look.text("green", "#86a08a")
    for ring, (number, length) in enumerate(((9, 74), (7, 56), (5, 36))):
        for i in range(number):
            angle = -88 + i * 176 / (number - 1)
            c.path(leaf(0, y + 2 - ring * 8, length, angle, 0.4), c.fall(lit(tone, ring * 0.16)))
    return 66


def _lavender(c: Canvas, look: Look, y: float) -> float:
    _soil(c, y)
    tone = look.text("bloom", "#8a7aa8")
    for i in range(9):
        angle = -36 + i * 9
        length = look.vary(128, 0.12)
        ex, ey = math.sin(math.radians(angle)) * length, y - math.cos(math.radians(angle)) * length
        c.stroke(f"M{angle * 0.7} {y} Q{ex * 0.5} {y - length * 0.6} {ex} {ey}", "#8a9b72", 2.2)
        for k in range(4):
            c.ellipse(
                ex - math.sin(math.radians(angle)) * k * 9, ey + k * 10, 6.5 - abs(k - 1.5) * 0.8, 7, c.fall(tone)
            )
    for i in range(7):
        c.path(leaf(-30 + i * 10, y + 2, 46, -42 + i * 14, 0.12), "#8a9b72")
    return 150


def _fern(c: Canvas, look: Look, y: float) -> float:
    _soil(c, y)
    tone = look.text("green", "#5c7f57")
    for i, angle in enumerate((-84, 84, -58, 58, -30, 30, 0)):
        length = 128 - abs(angle) * 0.2
        ex = math.sin(math.radians(angle)) * length
        ey = y - math.cos(math.radians(angle)) * length * 0.85 - 30 + abs(angle) * 0.8
        qx, qy = ex * 0.5, y - 96
        c.stroke(f"M0 {y} Q{qx} {qy} {ex} {ey}", dim(tone, 0.2), 2)
        marks = []
        for k in range(1, 10):
            t = k / 9.5
            px, py = 2 * (1 - t) * t * qx + t * t * ex, (1 - t) ** 2 * y + 2 * (1 - t) * t * qy + t * t * ey
            size = 26 * (1.1 - t) + 5
            marks.append(leaf(px, py, size, angle * t + 66, 0.24) + leaf(px, py, size, angle * t - 66, 0.24))
        c.path("".join(marks), lit(tone, 0.05 * i))
    return 130


def _geranium(c: Canvas, look: Look, y: float) -> float:
    _soil(c, y)
    tone, bloom = look.text("green", "#6b8a56"), look.text("bloom", "#c8553d")
    for x, dy, r in ((-46, -30, 30), (44, -34, 32), (-20, -58, 34), (22, -66, 32), (0, -26, 34)):
        c.circle(x, y + dy, r, c.fall(tone if x < 0 else dim(tone, 0.1)))
        c.circle(x, y + dy, r * 0.6, "none", stroke=lit(tone, 0.3), stroke_width=3, opacity=0.6)
    for x, dy in ((-38, -118), (34, -128), (2, -150)):
        c.stroke(f"M{x * 0.5} {y - 50}L{x} {y + dy}", dim(tone, 0.15), 3)
        for k in range(7):
            angle = k * 0.9
            c.circle(x + math.cos(angle) * 17, y + dy + math.sin(angle) * 13, 11, lit(bloom, 0.06 * (k % 4)))
        c.circle(x, y + dy, 11, lit(bloom, 0.2))
    return 170


def _tomato(c: Canvas, look: Look, y: float) -> float:
    _soil(c, y)
    tone, fruit = look.text("green", "#5f7d4f"), look.text("bloom", "#c8553d")
    c.stroke(f"M10 {y} V{y - 196}", "#c7a06c", 5)
    c.stroke(f"M0 {y} Q20 {y - 70} 4 {y - 120} T10 {y - 186}", dim(tone, 0.2), 4)
    for i in range(6):
        side, at = (-1 if i % 2 else 1), y - 40 - i * 26
        for k in range(3):
            c.path(
                leaf(6 + side * (8 + k * 17), at - k * 5, 32, side * (60 + (k - 1) * 40), 0.36),
                c.fall(tone if k % 2 else lit(tone, 0.14)),
            )
    for x, dy in ((-34, -44), (40, -70), (-28, -104), (36, -132), (-12, -66)):
        c.circle(x, y + dy, 14, c.round(fruit))
    return 200


PLANTS = {
    "herb": _herb, "sword": _sword, "olive": _olive, "succulent": _succulent, "lavender": _lavender, "fern": _fern,
    "geranium": _geranium, "tomato": _tomato,
}  # fmt: skip


def can(c: Canvas, look: Look) -> Size:
    """A watering can; ``long`` draws out its spout."""
    reach = look.number("long", 150)
    c.stroke(f"M-50 -50 Q-84 -70 {-reach} -176", dim(look.main, 0.12), 13)
    c.stroke(f"M-52 -56 Q-86 -76 {-reach - 2} -178", lit(look.main, 0.3), 3)
    c.path(f"M{-reach - 34} -166 L{-reach + 8} -202 L{-reach + 14} -186 L{-reach - 14} -162Z", c.metal(look.second))
    c.stroke("M20 -128 C30 -226 126 -200 76 -40", dim(look.main, 0.2), 11)
    c.stroke("M18 -128 C30 -222 122 -198 73 -44", lit(look.main, 0.22), 4)
    with c.within(lathe(((62, -128, 1), (76, 0, 1))), look.main):
        finish(c, look, 80, 128)
        c.stroke("M-80 -104 Q0 -82 80 -104M-80 -22 Q0 2 80 -22", dim(look.main, 0.25), 2.4)
    c.path("M-62 -128 A62 10.500 0 0 1 62 -128 L0 -124Z", dim(look.main, 0.4))
    c.path("M-62 -128 A62 10.500 0 0 0 62 -128 A62 18 0 0 0 -10 -137Z", c.fall(lit(look.main, 0.2)))
    return Size(122, 205)


def tools(c: Canvas, look: Look) -> Size:
    """Hand tools leaning on a low crate or hanging; ``kinds`` lists trowel, fork, hoe."""
    kinds = look.text("kinds", "trowel+fork").split("+")
    places = {1: (0,), 2: (-44, 44), 3: (-70, 0, 70)}[len(kinds)]
    for kind, x in zip(kinds, places, strict=True):
        with c.group(f"translate({x} 0) rotate({x * 0.12})"):
            grip = rounded(-10, -252, 20, 96, 10)
            with c.within(grip, look.main):
                c.rect(-12, -182, 24, 8, look.third)
                c.rect(-12, -242, 24, 3, dim(look.main, 0.3))
            c.rect(-4.5, -158, 9, 44, c.metal(look.second))
            if kind == "trowel":
                c.path("M-30 -112 Q0 -132 30 -112 L28 -46 Q20 -14 0 0 Q-20 -14 -28 -46Z", c.metal(look.second))
                c.path("M0 -116 L0 -6 Q18 -18 24 -46 L26 -110Z", dim(look.second, 0.3), opacity=0.35)
            elif kind == "fork":
                c.path(
                    "M-32 -8 V-96 Q-32 -120 0 -120 Q32 -120 32 -96 V-8 L27 2 L22 -8 V-92 Q22 -98 5 -98 V-8 L0 2 L-5 -8 V-98 Q-22 -98 -22 -92 V-8 L-27 2Z",
                    c.metal(look.second),
                )
            elif kind == "hoe":
                c.path("M-5 -116 Q-8 -70 -48 -64 L-52 -6 L30 -18 L24 -62 Q6 -70 5 -116Z", c.metal(look.second))
            else:
                c.path("M-15 -118 H15 L11 -20 L0 2 L-11 -20Z", c.metal(look.second))
                c.stroke("M-6 -92h12M-6 -72h12M-5 -52h10", dim(look.second, 0.4), 2)
    return Size(40 * len(kinds), 252)


def seeds(c: Canvas, look: Look) -> Size:
    """A fan of seed packets."""
    signs = look.text("signs", "flower+leaf+fruit").split("+")
    tones = (look.main, look.second, look.third)
    spread = {1: ((0, 0),), 2: ((-40, -9), (42, 8)), 3: ((-70, -13), (70, 12), (0, -1))}[len(signs)]
    for i, (x, angle) in enumerate(spread):
        tone = tones[i % 3]
        with c.group(f"translate({x} 0) rotate({angle})"):
            c.rect(-57, -174, 122, 174, "#2a1e1c", opacity=0.12, rx=3)
            c.rect(-60, -176, 120, 176, c.fall("#f6efe2"), rx=3)
            c.rect(-52, -136, 104, 104, c.fall(tone))
            emblem(c, signs[i], 0, -86, 36, lit(tone, 0.75))
            c.rect(-60, -176, 120, 26, tone, rx=3)
            c.stroke("M-34 -163H34", "#f6efe2", 4)
            c.stroke("M-30 -20H30M-18 -11H18", "#8a7d6c", 2.6)
    return Size(60 if len(signs) == 1 else 116, 178)


def gloves(c: Canvas, look: Look) -> Size:
    """A pair of gloves, one leaning on the other."""
    for side, x, angle in ((1, -36, -10), (-1, 44, 9)):
        with c.group(f"translate({x} 0) rotate({angle}) scale({side} 1)"):
            hand = (
                "M-44 -70 V-150 Q-44 -166 -32 -166 Q-21 -166 -21 -150 V-186 Q-21 -202 -9 -202 Q3 -202 3 -186 V-192 Q3 -208 15 -208 "
                "Q27 -208 27 -190 V-176 Q27 -190 38 -190 Q49 -190 49 -172 V-120 Q76 -146 84 -130 Q90 -120 52 -74 V-68Z"
            )
            with c.within(hand, look.main):
                c.stroke("M-21 -150V-118M3 -186V-118M27 -176V-118", dim(look.main, 0.25), 2)
                c.path("M-50 -104 Q0 -86 60 -104 V-60 H-50Z", look.third, opacity=0.9)
            with c.within("M-48 -70 L-54 0 Q0 10 60 0 L54 -70Z", look.second):
                c.stroke("M-60 -18 Q0 -6 70 -18M-60 -54 Q0 -44 70 -54", lit(look.second, 0.4), 4)
    return Size(104, 208)


def cloche(c: Canvas, look: Look) -> Size:
    """A glass bell over seedlings."""
    c.path(lathe(((104, -22, 1), (98, 0, 1))), c.round(look.main))
    c.ellipse(0, -22, 104, 104 * FLAT, "#4b372d")
    for x in (-52, -18, 20, 54):
        tall = look.vary(62, 0.25)
        c.stroke(f"M{x} -22 V{-22 - tall}", "#6f8f55", 3)
        c.path(
            leaf(x, -22 - tall, 28, -52, 0.36)
            + leaf(x, -22 - tall, 28, 52, 0.36)
            + leaf(x, -22 - tall * 0.5, 20, 70, 0.3),
            "#7da05f",
        )
    bell = "M-88 -24 V-120 C-88 -206 -40 -226 0 -226 C40 -226 88 -206 88 -120 V-24 A88 15 0 0 1 -88 -24Z"
    c.path(bell, "#f4faf6", opacity=0.32, stroke="#ffffff", stroke_width=3)
    c.path("M-70 -60 V-124 C-70 -176 -48 -202 -28 -208 C-46 -180 -52 -150 -52 -60Z", "#ffffff", opacity=0.5)
    c.circle(0, -236, 13, c.round("#d4e4de"))
    return Size(104, 248)


def spool(c: Canvas, look: Look) -> Size:
    """Twine on a wooden spool; ``cutter`` adds scissors."""
    c.path(lathe(((66, -18, 1), (66, 0, 1))), c.round(look.second))
    c.ellipse(0, -18, 66, 66 * FLAT, lit(look.second, 0.2))
    with c.within(lathe(((54, -150, 1), (58, -84), (54, -20, 1))), look.main):
        c.stroke(
            "".join(f"M-60 {-140 + i * 11} Q0 {-118 + i * 11} 60 {-144 + i * 11}" for i in range(13)),
            dim(look.main, 0.28),
            2.2,
        )
    c.path(lathe(((66, -168, 1), (66, -150, 1))), c.round(look.second))
    c.ellipse(0, -168, 66, 66 * FLAT, lit(look.second, 0.25))
    c.ellipse(0, -168, 12, 3, dim(look.second, 0.5))
    c.stroke("M50 -40 Q92 -34 104 6 Q112 22 138 14", look.main, 4)
    return Size(72, 172)


def birdhouse(c: Canvas, look: Look) -> Size:
    """A nesting box on the wall of a shed, or standing."""
    c.path("M-70 0 V-150 L0 -222 L70 -150 V0Z", c.round(look.main))
    c.stroke("M-34 -4V-186M2 -4V-216M38 -4V-182", dim(look.main, 0.2), 2)
    c.path("M-92 -140 L0 -236 L92 -140 L78 -128 L0 -208 L-78 -128Z", c.round(look.second))
    c.circle(0, -122, 25, dim(look.main, 0.6))
    c.path("M-25 -122 A25 25 0 0 1 25 -122 A30 30 0 0 0 -25 -122Z", dim(look.main, 0.75))
    c.rect(-4, -84, 8, 8, look.third)
    c.stroke("M0 -78 L14 -70", look.third, 8)
    return Size(74, 236)


MOTIFS = {
    "plant": plant, "can": can, "tools": tools, "seeds": seeds, "gloves": gloves, "cloche": cloche, "spool": spool, "birdhouse": birdhouse,
}  # fmt: skip
