"""Things for washing: soaps, bottles, brushes, towels."""

from opensky.demo.pictures.canvas import Canvas
from opensky.demo.pictures.colour import dim, lit, luminance
from opensky.demo.pictures.look import Look, Size
from opensky.demo.pictures.motifs.parts import emblem, label, weave
from opensky.demo.pictures.shapes import FLAT, lathe, leaf, polygon, rounded


def _bar(c: Canvas, look: Look, colour: str, sign: str, *, swirl: bool = False) -> None:
    """Draw one bar of soap lying, its near edge at y = 0, 180 wide."""
    with c.within(
        "M-90 -46 Q-90 -62 -66 -66 L-40 -78 Q-30 -82 -16 -82 H78 Q98 -82 100 -66 V-32 Q100 -20 84 -12 L60 -2 Q50 2 38 2 H-74 Q-90 2 -90 -14Z",
        colour,
    ):
        c.path(
            "M-90 -46 Q-90 -62 -66 -66 L-40 -78 Q-30 -82 -16 -82 H78 Q98 -82 100 -66 L64 -52 Q54 -46 40 -46 H-76Z",
            lit(colour, 0.32),
        )
        if swirl:
            c.stroke("M-96 -30 Q-60 -10 -30 -32 T30 -24 T108 -52", look.second, 9, opacity=0.75)
            c.stroke("M-96 -12 Q-40 4 0 -14 T108 -34", look.third, 5, opacity=0.7)
        if "flecks" in look.text("finish"):
            d = "".join(
                f"M{look.random.uniform(-84, 94):.0f} {look.random.uniform(-78, -4):.0f}l3 -1" for _ in range(26)
            )
            c.stroke(d, look.second, 2.6)
        if "layer" in look.text("finish"):
            c.path("M-96 -22 Q-30 -30 40 -22 Q70 -24 104 -44 V10 H-96Z", look.second)
    if sign:
        with c.group("translate(8 -64) scale(1 .5)"):
            emblem(c, sign, 0, 0, 20, dim(colour, 0.16))


def soap(c: Canvas, look: Look) -> Size:
    """Soap bars: ``pile`` of them, with a ``sign`` pressed in, a ``finish`` and perhaps a paper ``wrap``."""
    tones = (look.main, look.second, look.third) if look.count("pile", 1) > 1 else (look.main,)
    pile = look.count("pile", 1)
    for i in range(pile):
        with c.group(f"translate({(i % 2) * 14 - 7 if pile > 1 else 0} {-i * 54})"):
            _bar(
                c,
                look,
                tones[i % len(tones)],
                look.text("sign") if i == pile - 1 else "",
                swirl="swirl" in look.text("finish"),
            )
            if look.text("wrap"):
                c.path("M-40 2 V-46 L-10 -82 H44 L26 -46 V2Z", c.round(look.text("wrap")))
                c.path("M-40 -46 L-10 -82 H44 L26 -46Z", lit(look.text("wrap"), 0.3))
                emblem(c, look.text("mark", "leaf"), -7, -22, 12, dim(look.text("wrap"), 0.45))
    if look.text("rope"):
        c.stroke("M62 -78 C96 -150 150 -120 128 -60", look.text("rope"), 5)
    return Size(96, 82 + (pile - 1) * 54)


def dish(c: Canvas, look: Look) -> Size:
    """A soap dish with a bar on it."""
    with c.group("translate(-4 -26) scale(.84)"):
        _bar(c, look, look.third, look.text("sign", "leaf"))
    body = lathe(((118, -30, 1), (100, -10), (66, 0, 1)))
    with c.within(body, look.main):
        if look.text("ridge"):
            c.stroke("M-120 -14 Q0 14 120 -14", look.second, 5)
    c.path(f"M-118 -30 A118 {118 * FLAT} 0 0 0 118 -30", "none", stroke=lit(look.main, 0.4), stroke_width=5)
    return Size(104, 104)


def bottle(c: Canvas, look: Look) -> Size:
    """A bottle with a ``top``: pump, dropper, cork, spray, cap or swing; ``form`` is round, square, flask or tall."""
    form = look.text("form", "round")
    profile = {
        "round": ((20, -172, 1), (22, -158), (58, -140), (60, -120), (60, -8), (56, 0, 1)),
        "square": ((18, -160, 1), (18, -146, 1), (66, -142, 1), (68, -8), (64, 0, 1)),
        "flask": ((15, -190, 1), (15, -140), (60, -66), (66, -26), (56, 0, 1)),
        "tall": ((16, -232, 1), (17, -178), (44, -140), (46, -120), (46, -6), (42, 0, 1)),
    }[form]
    neck, top = profile[0][0], profile[0][1]
    half = max(p[0] for p in profile)
    _stopper(c, look, neck, top)
    with c.within(lathe(profile), look.main):
        if look.text("level"):
            c.path(
                polygon(
                    (-half, top * look.number("fill", 0.74)),
                    (half, top * look.number("fill", 0.74)),
                    (half, 20),
                    (-half, 20),
                ),
                look.text("level"),
                opacity=0.85,
            )
        if look.text("inside"):
            _inside(c, look, top)
    c.path(f"M{-half + 9} -18 V{top * 0.62} q1 -12 8 -14 V-18 q-4 8 -8 0Z", "#ffffff", opacity=0.34)
    if look.text("label", "paper") == "paper":
        label(
            c,
            0,
            max(top * 0.62, -112),
            half * 1.36,
            74,
            look.second,
            dim(look.third, 0.2) if luminance(look.third) > 0.5 else look.third,
            look.text("sign", "leaf"),
        )
    return Size(half, -top + 44)


def _inside(c: Canvas, look: Look, top: float) -> None:
    kind = look.text("inside")
    if kind == "herbs":
        c.stroke(f"M-6 -4 Q4 {top * 0.4} -2 {top * 0.7}", "#4f6b43", 3)
        for i in range(6):
            y = -16 + i * top * 0.11
            c.path(leaf(0, y, 30, 46, 0.2) + leaf(0, y, 30, -46, 0.2), "#5f7d4f")
    elif kind == "chili":
        for x, angle in ((-14, -8), (8, 6), (20, 14)):
            c.path(leaf(x, -6, 84, angle, 0.12), "#b83a2c")
    else:
        for x, y in ((-18, -16), (12, -12), (-4, -38), (22, -40), (-24, -48)):
            c.circle(x, y, 13, c.round("#8c2f45"))


def _stopper(c: Canvas, look: Look, neck: float, top: float) -> None:
    kind = look.text("top", "cap")
    if kind == "pump":
        c.rect(-4, top - 40, 8, 34, look.third)
        c.path(
            f"M-46 {top - 40} q-6 10 -5 18 l9 0 q0 -8 6 -10 H18 V{top - 48} H-30 Q-42 {top - 48} -46 {top - 40}Z",
            c.round(look.third),
        )
        c.path(lathe(((neck + 2, top - 16, 1), (neck + 4, top + 8, 1))), c.round(look.third))
    elif kind == "dropper":
        c.path(
            f"M-12 {top - 14} V{top - 38} Q-12 {top - 54} 0 {top - 54} Q12 {top - 54} 12 {top - 38} V{top - 14}Z",
            c.round("#3a3d40"),
        )
        c.path(lathe(((neck + 1, top - 18, 1), (neck + 2, top + 8, 1))), c.round(look.third))
    elif kind == "cork":
        c.path(lathe(((neck + 1, top - 26, 1), (neck - 2, top + 4, 1))), c.round("#c79a68"))
        c.ellipse(0, top - 26, neck + 1, (neck + 1) * FLAT, "#ddb98c")
    elif kind == "spray":
        c.path(f"M-20 {top - 40} H20 V{top - 8} H-20Z", c.metal(look.third))
        c.rect(-13, top - 52, 26, 14, c.round(dim(look.third, 0.2)), rx=3)
        c.circle(-13, top - 30, 3, "#2a1e1c")
    elif kind == "swing":
        c.path(lathe(((12, top - 30), (15, top - 20), (11, top, 1))), c.round("#f6efe2"))
        c.path(
            f"M{-neck - 6} {top + 22} L{-neck} {top - 16} H{neck} L{neck + 6} {top + 22}",
            "none",
            stroke="#8f9496",
            stroke_width=3,
        )
    else:
        c.path(lathe(((neck + 4, top - 28, 1), (neck + 4, top + 6, 1))), c.round(look.third))
        c.ellipse(0, top - 28, neck + 4, (neck + 4) * FLAT, lit(look.third, 0.3))


def tin(c: Canvas, look: Look) -> Size:
    """A round tin, its lid leaning on it; ``holds`` shows what is inside."""
    if look.text("closed"):
        with c.within(lathe(((88, -92, 1), (88, 0, 1))), look.main):
            if look.text("pattern"):
                weave(c, look, -90, -92, 180, 110)
        c.path(lathe(((92, -116, 1), (92, -80, 1))), c.round(look.second))
        c.ellipse(0, -116, 92, 92 * FLAT, lit(look.second, 0.3))
        if not look.text("pattern"):
            label(c, 0, -74, 92, 66, "#f6efe2", look.third, look.text("sign", "leaf"))
        return Size(92, 122)
    c.circle(56, -74, 74, dim(look.second, 0.3))
    c.circle(51, -76, 74, c.metal(look.second))
    c.circle(51, -76, 60, c.fall(look.main))
    emblem(c, look.text("sign", "leaf"), 51, -78, 32, look.third)
    with c.group("translate(-30 8)"):
        c.path(lathe(((82, -44, 1), (82, 0, 1))), c.metal(look.second))
        c.ellipse(0, -44, 82, 82 * FLAT, lit(look.second, 0.5))
        c.ellipse(0, -43, 75, 75 * FLAT, c.fall(look.text("holds", "#f3e6c8")))
    return Size(112, 150)


def brush(c: Canvas, look: Look) -> Size:
    """A brush: ``form`` is bath (long handle), nail, dish or body."""
    form = look.text("form", "bath")
    bristle = look.second
    if form == "bath":
        with c.group("rotate(16) translate(20 0)"):
            c.path("M-14 -140 L-11 -272 Q0 -292 11 -272 L14 -140Z", c.round(look.main))
            c.stroke("M0 -274 q10 -22 0 -34 q-10 12 0 34", look.third, 3)
            c.path(
                "M-52 -78 C-52 -136 -20 -150 0 -150 C20 -150 52 -136 52 -78 C52 -22 24 -6 0 -6 C-24 -6 -52 -22 -52 -78Z",
                c.round(bristle),
            )
            d = "".join(f"M{x} {y}h.1" for x in range(-34, 40, 14) for y in range(-126, -20, 14))
            c.stroke(d, dim(bristle, 0.3), 5)
            c.path(
                "M-52 -78 C-52 -136 -20 -150 0 -150 C20 -150 52 -136 52 -78 C52 -22 24 -6 0 -6 C-24 -6 -52 -22 -52 -78Z",
                "none",
                stroke=look.main,
                stroke_width=9,
            )
        return Size(72, 300)
    if form == "dish":
        with c.group("rotate(-20)"):
            c.path("M-9 -92 L-7 -238 Q0 -250 7 -238 L9 -92Z", c.round(look.main))
            c.path("M-44 -96 Q0 -116 44 -96 V-74 H-44Z", c.round(look.main))
            c.path("M-42 -76 L-56 -4 Q0 12 56 -4 L42 -76Z", c.round(bristle))
            c.stroke("M-36 -70L-46 -6M-18 -72L-24 0M0 -72V4M18 -72L24 0M36 -70L46 -6", dim(bristle, 0.25), 2.4)
        return Size(70, 240)
    c.path("M-112 -44 L-118 -4 Q0 8 118 -4 L112 -44Z", c.round(bristle))
    c.stroke("".join(f"M{x} -40L{x * 1.05} 0" for x in range(-104, 110, 16)), dim(bristle, 0.25), 2.6)
    c.path("M-122 -48 Q-122 -92 -60 -94 Q0 -84 60 -94 Q122 -92 122 -48 Q0 -34 -122 -48Z", c.round(look.main))
    c.stroke("M-100 -62 Q0 -50 100 -62", dim(look.main, 0.2), 2)
    if form == "body":
        c.path("M-84 -84 Q0 -170 84 -84", "none", stroke=look.third, stroke_width=20)
        c.path("M-84 -88 Q0 -174 84 -88", "none", stroke=lit(look.third, 0.3), stroke_width=4, stroke_dasharray="5 6")
    return Size(112, 130)


def towels(c: Canvas, look: Look) -> Size:
    """Folded towels or cloths in a pile."""
    tones = (look.main, look.second, look.third)
    y = 0.0
    for i in range(look.count("pile", 4)):
        w, h = look.vary(206, 0.03), look.vary(42, 0.08)
        x = -w / 2
        tone = tones[i % 3]
        with c.within(
            f"M{x + w} {y - h} H{x + 18} q-20 2 -20 {h / 2} q0 {h / 2 - 2} 20 {h / 2} H{x + w} q8 {-h / 2} 0 {-h}Z",
            tone,
        ):
            c.stroke(f"M{x + w} {y - h / 2} H{x + 22}", dim(tone, 0.22), 3)
            if look.text("stripe"):
                for at in (0.62, 0.68, 0.8):
                    c.rect(x + w * at, y - h, w * (0.03 if at < 0.7 else 0.06), h, tones[(i + 1) % 3])
        y -= h
    if look.text("rope"):
        c.rect(-60, y, 8, -y, c.round(look.text("rope")))
    return Size(106, -y)


def sponge(c: Canvas, look: Look) -> Size:
    """A bath sponge, a loofah or a pumice with its string."""
    if look.text("kind") == "loofah":
        c.stroke("M70 -40 C120 -120 160 -60 120 0", look.third, 5)
        with c.within(
            "M-120 -36 C-122 -92 -70 -96 0 -94 C70 -96 122 -92 120 -40 C122 4 60 2 0 2 C-70 4 -122 2 -120 -36Z",
            look.main,
        ):
            d = "".join(
                f"M{-118 + i * 13} -110 Q{-124 + i * 13 + look.random.uniform(-20, 20):.0f} -50 {-114 + i * 13} 14"
                for i in range(19)
            )
            d += "".join(f"M-124 {-88 + i * 13} Q0 {-80 + i * 14} 124 {-90 + i * 13}" for i in range(7))
            c.stroke(d, dim(look.main, 0.22), 2, opacity=0.7)
        return Size(112, 112)
    body = "M-108 -50 C-120 -92 -92 -118 -62 -116 C-44 -144 10 -142 30 -124 C70 -138 112 -104 104 -64 C124 -24 90 6 50 2 C20 12 -30 10 -52 2 C-92 8 -120 -20 -108 -50Z"
    with c.within(body, look.main):
        spots = "".join(
            f"M{look.random.uniform(-100, 96):.0f} {look.random.uniform(-122, -4):.0f}h.1" for _ in range(36)
        )
        c.stroke(spots, dim(look.main, 0.28), 8, opacity=0.8)
        c.stroke("M-40 -70h.1M20 -96h.1M60 -50h.1M-10 -30h.1", dim(look.main, 0.4), 15, opacity=0.7)
    return Size(104, 130)


def caddy(c: Canvas, look: Look) -> Size:
    """A tray across the bath with what one needs."""
    for x, h, tone in ((-62, 96, look.second), (-14, 72, look.third)):
        c.path(
            lathe(((12, -h - 40, 1), (12, -h - 26), (24, -h - 14), (25, -38, 1))),
            c.round(tone),
            transform=f"translate({x} 0)",
        )
    c.path(lathe(((26, -92, 1), (26, -38, 1))), c.round("#f6ead2"), transform="translate(58 0)")
    c.path("M58 -122 Q68 -104 58 -96 Q48 -104 58 -122Z", "#f2b04c")
    c.path(rounded(-152, -44, 304, 26, 10), c.round(look.main))
    c.stroke("M-140 -31H140", dim(look.main, 0.2), 1.6)
    for x in (-118, 96):
        c.rect(x, -20, 22, 22, c.round(dim(look.main, 0.15)), rx=3)
    return Size(128, 140)


MOTIFS = {
    "soap": soap, "dish": dish, "bottle": bottle, "tin": tin, "brush": brush, "towels": towels, "sponge": sponge, "caddy": caddy,
}  # fmt: skip
