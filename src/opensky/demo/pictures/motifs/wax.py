"""Scent and flame: candles, incense, reeds, matches."""

from opensky.demo.pictures.canvas import Canvas
from opensky.demo.pictures.colour import dim, lit, mix
from opensky.demo.pictures.look import Look, Size
from opensky.demo.pictures.motifs.clay import finish
from opensky.demo.pictures.motifs.parts import emblem, label, weave
from opensky.demo.pictures.shapes import FLAT, lathe, leaf, polygon


def flame(c: Canvas, x: float, y: float, size: float = 1) -> None:
    """Draw a flame standing on y, and its light."""
    c.circle(x, y - 16 * size, 74 * size, c.glow("#f7c873", 0.75))
    c.stroke(f"M{x} {y + 4}V{y - 6}", "#4b372d", 2.6)
    c.path(
        f"M{x} {y - 40 * size} Q{x + 14 * size} {y - 14 * size} {x} {y - 2} Q{x - 14 * size} {y - 14 * size} {x} {y - 40 * size}Z",
        "#f2a33c",
    )
    c.path(
        f"M{x} {y - 24 * size} Q{x + 6 * size} {y - 10 * size} {x} {y - 4} Q{x - 6 * size} {y - 10 * size} {x} {y - 24 * size}Z",
        "#fff0c4",
    )


def jar_candle(c: Canvas, look: Look) -> Size:
    """A candle poured in a glass, a tin or a cup; ``vessel`` says which, ``lid`` leans on it."""
    vessel = look.text("vessel", "glass")
    r, h = 72 * look.number("wide", 1), 142 * look.number("tall", 1)
    if look.text("lid"):
        c.circle(r + 18, -56, 56, dim(look.text("lid"), 0.25))
        c.circle(r + 14, -57, 56, c.fall(look.text("lid")))
        c.circle(r + 14, -57, 43, "none", stroke=dim(look.text("lid"), 0.2), stroke_width=2)
    flame(c, 0, -h - 2)
    body = lathe(((r, -h, 1), (r, -12), (r - 6, 0, 1)))
    if vessel == "glass":
        tint = mix(look.main, "#ffffff", 0.35)
        c.ellipse(0, -h, r, r * FLAT, tint)
        with c.within(body, tint):
            c.path(polygon((-r, -h * 0.82), (r, -h * 0.82), (r, 12), (-r, 12)), look.main)
            c.ellipse(0, -h * 0.7, r * 0.8, 40, c.glow("#ffe2a6", 0.8))
        c.ellipse(0, -h * 0.82, r - 3, (r - 3) * FLAT, lit(look.main, 0.3))
        c.path(f"M{-r + 9} -16 V{-h + 14} h9 V-16Z", "#ffffff", opacity=0.35)
        c.ellipse(0, -h, r, r * FLAT, "none", stroke="#ffffff", stroke_width=2, opacity=0.8)
    else:
        with c.within(body, look.main):
            if vessel == "clay":
                finish(c, look, r, h)
        c.ellipse(0, -h, r, r * FLAT, lit(look.main, 0.35))
        c.ellipse(0, -h + 2, r - 5, (r - 5) * FLAT, "#f3e6c8")
    if look.text("label", "paper") == "paper":
        label(c, 0, -h * 0.66, r * 1.2, h * 0.5, look.second, look.third, look.text("sign", "moon"))
    return Size(r + (32 if look.text("lid") else 6), h + 42)


def pillars(c: Canvas, look: Look) -> Size:
    """Pillar candles of three heights; ``form`` is plain, ribbed or twist."""
    form = look.text("form", "plain")
    for x, h, r, tone in ((-76, 128, 38, look.second), (70, 96, 42, look.third), (-4, 196, 40, look.main)):
        with c.group(f"translate({x} {8 if x == -4 else 0})"):
            flame(c, 0, -h - 2, 0.8)
            with c.within(lathe(((r, -h, 1), (r, 0, 1))), tone):
                if form == "ribbed":
                    c.stroke("".join(f"M{k * r / 4} {-h}V14" for k in range(-4, 5)), dim(tone, 0.18), 3.4)
                elif form == "twist":
                    c.stroke("".join(f"M{-r} {y}L{r} {y - 44}" for y in range(int(-h), 60, 22)), dim(tone, 0.16), 5)
                elif form == "leafed":
                    c.path(
                        "".join(
                            leaf(-r * 0.3 + k * r * 0.36, -6, 60 + 14 * (k % 2), -16 + k * 14, 0.2) for k in range(3)
                        ),
                        dim(tone, 0.24),
                    )
            c.ellipse(0, -h, r, r * FLAT, lit(tone, 0.4))
            c.ellipse(0, -h + 1, r * 0.62, r * FLAT * 0.6, lit(tone, 0.1))
    return Size(112, 226)


def tapers(c: Canvas, look: Look) -> Size:
    """A bundle of taper candles tied with a ribbon, or hung in pairs by the wick."""
    tones = (look.main, look.second, look.third)
    for i in range(6):
        x = -42 + i * 17
        top = -238 + (i % 3) * 9
        c.path(f"M{x - 7} 0 L{x - 5} {top + 6} Q{x} {top - 4} {x + 5} {top + 6} L{x + 7} 0Z", c.round(tones[i % 3]))
        c.stroke(f"M{x} {top}q3 -10 -2 -16", "#e9dcc3", 2.2)
    c.rect(-54, -112, 106, 44, c.round(look.text("wrap", "#f6efe2")), rx=2)
    emblem(c, look.text("sign", "sun"), 0, -90, 14, dim(look.main, 0.3))
    return Size(62, 256)


def holder(c: Canvas, look: Look) -> Size:
    """A chamber stick: saucer, ring and a short candle."""
    flame(c, 0, -150, 0.95)
    c.path(lathe(((20, -148, 1), (20, -34, 1))), c.round(look.third))
    c.ellipse(0, -148, 20, 4, lit(look.third, 0.4))
    c.path(lathe(((29, -62, 1), (26, -30, 1))), c.metal(look.main))
    c.path("M84 -22 C140 -70 152 6 96 -10", "none", stroke=look.main, stroke_width=10)
    c.path(lathe(((104, -28, 1), (90, -8), (70, 0, 1))), c.metal(look.main))
    c.path("M-104 -28 A104 17.700 0 0 0 104 -28", "none", stroke=lit(look.main, 0.5), stroke_width=3)
    return Size(100, 196)


def reeds(c: Canvas, look: Look) -> Size:
    """A scent bottle with reeds."""
    for i, (x, top) in enumerate(((-66, -252), (-38, -272), (-10, -282), (20, -276), (48, -262), (74, -240))):
        c.stroke(f"M{x * 0.12} -116 L{x} {top}", ("#8a6a4a", "#b08b62")[i % 2], 4)
    profile = ((17, -140, 1), (17, -122, 1), (64, -112), (70, -96), (70, -10), (64, 0, 1))
    with c.within(lathe(profile), mix(look.main, "#ffffff", 0.3)):
        c.path(polygon((-80, -78), (80, -78), (80, 12), (-80, 12)), look.main)
    c.ellipse(0, -140, 18, 4, c.metal("#c79a4b"))
    c.path("M-58 -14 V-94 h9 V-14Z", "#ffffff", opacity=0.35)
    label(c, 4, -84, 78, 62, look.second, look.third, look.text("sign", "flower"))
    return Size(72, 272)


def incense(c: Canvas, look: Look) -> Size:
    """A stick smoking in its holder; ``form`` is bar or dome."""
    c.stroke("M64 -150 C40 -186 92 -206 66 -246 C52 -268 74 -284 70 -296", "#ffffff", 7, opacity=0.5)
    c.stroke("M66 -160 C50 -190 82 -210 62 -240", "#ffffff", 3, opacity=0.7)
    c.stroke("M-50 -30 L64 -148", "#6b4a3a", 4)
    c.circle(65, -149, 4.5, "#e0662f")
    if look.text("form", "bar") == "bar":
        c.path(
            "M-138 -16 Q-140 -30 -126 -30 H126 Q140 -30 138 -16 L130 -2 Q128 2 122 2 H-122 Q-128 2 -130 -2Z",
            c.round(look.main),
        )
        c.path("M-108 -27 H112", "none", stroke=dim(look.main, 0.35), stroke_width=5)
    else:
        with c.within("M-66 0 Q-66 -62 0 -62 Q66 -62 66 0Z", look.main):
            finish(c, look, 66, 60)
    return Size(112, 262)


def matches(c: Canvas, look: Look) -> Size:
    """A bottle or a box of long matches."""
    if look.text("form", "bottle") == "bottle":
        for i in range(9):
            x = -40 + i * 10
            top = -206 - (i * 37 % 29)
            c.stroke(f"M{x * 0.9} -12 L{x} {top}", "#e8cda0", 5.4)
            c.ellipse(x, top - 2, 5, 8, look.main)
        c.path(
            lathe(((52, -156, 1), (56, -140), (56, 0, 1))), "#eaf2ee", opacity=0.45, stroke="#ffffff", stroke_width=2
        )
        label(c, 0, -104, 80, 70, look.second, look.third, look.text("sign", "sun"))
        return Size(62, 236)
    c.rect(-118, -66, 236, 66, c.round(look.second), rx=3)
    c.path(polygon((-118, -66), (-96, -92), (132, -92), (118, -66)), c.fall(look.main))
    c.path(polygon((118, -66), (132, -92), (132, -22), (118, 0)), dim(look.second, 0.4))
    emblem(c, look.text("sign", "sun"), 0, -33, 24, look.third)
    for x in (-70, -20, 40):
        c.stroke(f"M{x} 18 l74 -6", "#e8cda0", 5)
        c.ellipse(x + 78, 11.5, 8, 5, look.main)
    return Size(124, 96)


def melts(c: Canvas, look: Look) -> Size:
    """Wax melts on a burner."""
    c.path("M-62 0 L-46 -96 H46 L62 0Z", c.round(look.main))
    c.path("M-28 -8 Q-30 -66 0 -70 Q30 -66 28 -8Z", dim(look.main, 0.6))
    c.circle(0, -22, 44, c.glow("#f7c873", 0.9))
    c.path(lathe(((16, -20, 1), (16, -8, 1))), "#f3e6c8")
    c.path("M0 -48 Q8 -30 0 -24 Q-8 -30 0 -48Z", "#f2a33c")
    with c.within(lathe(((84, -124, 1), (62, -98), (40, -92, 1))), look.main):
        finish(c, look, 84, 124)
    c.ellipse(0, -124, 84, 84 * FLAT, lit(look.main, 0.3))
    c.ellipse(0, -123, 76, 76 * FLAT, lit(look.second, 0.1))
    for x, tone in ((-26, look.third), (20, look.second)):
        c.path(lathe(((17, -142, 1), (20, -126, 1))), c.round(dim(tone, 0.05)), transform=f"translate({x} 2)")
    return Size(76, 150)


def sachets(c: Canvas, look: Look) -> Size:
    """Small scented pillows, tied."""
    for x, y, tone, sign in ((-70, 0, look.second, "leaf"), (72, -4, look.third, "moon"), (0, 12, look.main, "flower")):
        with c.group(f"translate({x} {y})"):
            with c.within(
                "M-46 -142 Q0 -132 46 -142 L30 -112 Q70 -60 60 -8 Q56 2 44 2 H-44 Q-56 2 -60 -8 Q-70 -60 -30 -112Z",
                tone,
            ):
                if look.text("pattern"):
                    weave(c, Look(tone, lit(tone, 0.5), dim(tone, 0.2), look.random, look.options), -66, -100, 132, 110)
            c.stroke("M-31 -113 Q0 -104 31 -113", "#e9dcc3", 5)
            c.path("M0 -108 q-30 -18 -28 4 q10 12 28 -4 q30 -18 28 4 q-10 12 -28 -4Z", "#e9dcc3")
            emblem(c, sign, 0, -48, 20, lit(tone, 0.65))
    return Size(122, 150)


MOTIFS = {
    "jar_candle": jar_candle, "pillars": pillars, "tapers": tapers, "holder": holder, "reeds": reeds, "incense": incense,
    "matches": matches, "melts": melts, "sachets": sachets,
}  # fmt: skip
