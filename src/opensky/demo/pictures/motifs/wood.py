"""Turned and carved wood."""

from opensky.demo.pictures.canvas import Canvas
from opensky.demo.pictures.colour import dim, lit
from opensky.demo.pictures.look import Look, Size
from opensky.demo.pictures.motifs.parts import grain, rings
from opensky.demo.pictures.shapes import FLAT, lathe, rounded

MILLS = {
    "classic": (
        (17, -196),
        (24, -176),
        (14, -156),
        (34, -134, 1),
        (24, -112),
        (20, -76),
        (32, -46),
        (36, -10),
        (38, 0, 1),
    ),
    "tower": ((26, -232, 1), (27, -180, 1), (24, -172, 1), (28, -166, 1), (33, 0, 1)),
    "drop": ((12, -190), (27, -164), (16, -140), (22, -134, 1), (44, -70), (46, -34), (36, 0, 1)),
}


def wooden_bowl(c: Canvas, look: Look) -> Size:
    """A turned bowl, its bark left on if ``edge`` is live."""
    r, h = 112, look.number("deep", 78)
    with c.within(lathe(((r, -h, 1), (r * 0.94, -h * 0.6), (r * 0.62, -10), (r * 0.4, 0, 1))), look.main):
        grain(c, look.main, -r, -h, 2 * r, h + 10, look.random)
    if look.text("edge") == "live":
        d = f"M{-r} {-h} Q{-r * 0.7} {-h - 26} {-r * 0.3} {-h - 14} T{r * 0.3} {-h - 20} T{r} {-h} A{r} {r * FLAT} 0 0 1 {-r} {-h}Z"
        c.path(d, dim(look.main, 0.3))
        c.stroke(d[: d.index("A")], look.second, 7)
    else:
        c.ellipse(0, -h, r, r * FLAT * 1.1, lit(look.main, 0.34))
        c.ellipse(0, -h + 1, r - 7, (r - 7) * FLAT * 1.1, c.round(dim(look.main, 0.28)))
        rings(c, dim(look.main, 0.2), 0, -h + 4, (r - 8) * 0.8, (r - 8) * FLAT)
    return Size(100, h + 18)


def board(c: Canvas, look: Look) -> Size:
    """A board leaning on the wall; ``form`` is paddle, round, slab or long."""
    form = look.text("form", "paddle")
    if form == "round":
        d, w, h = "M-112 -112 a112 112 0 1 1 224 0 a112 112 0 1 1 -224 0Z", 224, 224
    elif form == "slab":
        d, w, h = rounded(-92, -250, 184, 250, 16), 184, 250
    elif form == "long":
        d, w, h = (
            "M-58 -190 Q-58 -204 -40 -206 Q-20 -210 -16 -226 V-262 Q-16 -278 0 -278 Q16 -278 16 -262 V-226 Q20 -210 40 -206 Q58 -204 58 -190 V-16 Q58 0 42 0 H-42 Q-58 0 -58 -16Z",
            116,
            278,
        )
    else:
        d, w, h = (
            "M-96 -170 Q-96 -192 -70 -194 Q-22 -198 -20 -222 V-254 Q-20 -274 0 -274 Q20 -274 20 -254 V-222 Q22 -198 70 -194 Q96 -192 96 -170 V-24 Q96 0 72 0 H-72 Q-96 0 -96 -24Z",
            192,
            274,
        )
    c.path(d, dim(look.main, 0.4), transform="translate(9 0)")
    with c.within(d, look.main):
        if look.text("inlay"):
            for x, width in ((-30, 26), (14, 9)):
                c.rect(x, -290, width, 300, look.second)
        with c.group("rotate(90) translate(-280 -120)"):
            grain(c, look.main, 0, 0, 300, 240, look.random)
    if form in {"paddle", "long"}:
        c.circle(0, -252, 7, dim(look.main, 0.6))
    if form == "slab":
        c.path(rounded(-36, -232, 72, 20, 10), dim(look.main, 0.5))
    return Size(w / 2, h)


def spoons(c: Canvas, look: Look) -> Size:
    """Carved spoons and servers, standing in a fan."""
    forms = look.text("forms", "spoon+spatula+ladle").split("+")
    tones = (look.main, look.second, look.third)
    spread = {1: (0,), 2: (-16, 16), 3: (-20, 0, 20), 4: (-27, -9, 9, 27)}[len(forms)]
    for i, (form, angle) in enumerate(zip(forms, spread, strict=True)):
        tone = tones[i % 3]
        with c.group(f"translate({angle * -0.5} 0) rotate({angle} 0 -10)"):
            c.path("M-7 0 Q-9 -90 -5 -176 H5 Q9 -90 7 0 Q0 8 -7 0Z", c.round(tone))
            if form == "spatula":
                c.path("M-7 -170 Q-34 -186 -30 -256 Q0 -272 30 -256 Q34 -186 7 -170Z", c.round(tone))
                c.stroke("M-12 -196V-240M0 -192V-244M12 -196V-240", dim(tone, 0.45), 4)
            elif form == "fork":
                c.path(
                    "M-7 -168 Q-32 -184 -30 -262 L-19 -210 L-12 -266 L-5 -210 L0 -268 L5 -210 L12 -266 L19 -210 L30 -262 Q32 -184 7 -168Z",
                    c.round(tone),
                )
            elif form == "scoop":
                c.path("M-7 -166 Q-40 -176 -34 -258 H34 Q40 -176 7 -166Z", c.round(tone))
                c.ellipse(0, -258, 34, 8, dim(tone, 0.35))
            else:
                c.ellipse(0, -214, 31, 48 if form == "spoon" else 36, c.round(tone))
                c.ellipse(1, -217, 23, 38 if form == "spoon" else 27, c.round(dim(tone, 0.2)))
    c.path(rounded(-24, -66, 48, 22, 9), c.round("#efe4d2"))
    c.path("M4 -54 q30 -26 32 -4 q-8 14 -32 4 M4 -54 q14 26 8 46", "none", stroke="#efe4d2", stroke_width=5)
    return Size(30 + 20 * len(forms), 262)


def mill(c: Canvas, look: Look) -> Size:
    """A pepper mill, or a pair with ``pair``."""
    shape = MILLS[look.text("form", "classic")]
    places = ((-52, 1.0, look.main), (54, 0.82, look.second)) if look.text("pair") else ((0, 1.1, look.main),)
    for x, scale, tone in places:
        with c.group(f"translate({x} {0 if scale >= 1 else 8}) scale({scale})"):
            top = shape[0][1]
            c.circle(0, top - 10, 9, c.round("#c79a4b"))
            with c.within(lathe(shape), tone):
                c.rect(-50, -60, 100, 6, look.third)
                c.stroke(f"M-10 {top}V0M14 {top}V0", dim(tone, 0.2), 1.6, opacity=0.5)
    return Size(92 if look.text("pair") else 48, 226)


def pin(c: Canvas, look: Look) -> Size:
    """A rolling pin, lying slantwise."""
    with c.group("translate(0 -34) rotate(-14)"):
        c.ellipse(0, 44, 130, 12, "#2a1e1c", opacity=0.12)
        for side in (-1, 1):
            c.path(rounded(-156 if side < 0 else 98, -14, 58, 28, 13), c.round(look.second))
        with c.within(rounded(-106, -33, 212, 66, 16), look.main):
            if look.text("carved"):
                for x in range(-90, 110, 30):
                    c.path(
                        f"M{x} -40l15 20l-15 20l-15 -20ZM{x + 15} -8l15 20l-15 20l-15 -20Z",
                        dim(look.main, 0.22),
                        opacity=0.7,
                    )
            grain(c, look.main, -106, -33, 212, 66, look.random)
            c.path("M-110 -36H110V-16H-110Z", "#fffaf0", opacity=0.25)
            c.path("M-110 14H110V40H-110Z", "#2a1e1c", opacity=0.18)
    return Size(128, 110)


def stool(c: Canvas, look: Look) -> Size:
    """A milking stool with three legs."""
    for x0, x1 in ((-58, -92), (58, 92), (4, 8)):
        c.path(
            f"M{x0 - 9} -164 L{x1 - 10} {0 if x0 != 4 else -16} H{x1 + 8} L{x0 + 11} -164Z",
            c.round(dim(look.second, 0.2 if x0 == 4 else 0)),
        )
    c.path(lathe(((112, -186, 1), (106, -162, 1))), c.round(look.main))
    c.ellipse(0, -186, 112, 112 * FLAT, lit(look.main, 0.22))
    rings(c, look.main, 0, -186, 100, 100 * FLAT)
    return Size(96, 204)


def candlesticks(c: Canvas, look: Look) -> Size:
    """Turned candlesticks with tapers; ``forms`` counts them."""
    shapes = (
        ((18, -126, 1), (22, -116), (10, -98), (20, -72), (9, -46), (14, -26), (40, -10), (44, 0, 1)),
        ((20, -84, 1), (14, -66), (24, -40), (12, -20), (40, -8), (42, 0, 1)),
        ((17, -166, 1), (20, -156), (9, -130), (24, -94), (10, -58), (18, -28), (42, -10), (46, 0, 1)),
    )
    number = look.count("forms", 3)
    for i, x in enumerate({1: (0,), 2: (-52, 52), 3: (-84, 84, 0)}[number]):
        shape = shapes[(i + look.count("start", 0)) % 3]
        tone = (look.main, look.second, look.main)[i]
        top = shape[0][1]
        with c.group(f"translate({x} {8 if i == 2 else 0})"):
            c.rect(-8, top - 108, 16, 110, c.round(look.third))
            c.circle(0, top - 122, 50, c.glow("#f7c873", 0.7))
            c.path(f"M0 {top - 142} Q9 {top - 122} 0 {top - 114} Q-9 {top - 122} 0 {top - 142}Z", "#f2a33c")
            c.path(lathe(shape), c.round(tone))
            c.ellipse(0, top, shape[0][0], shape[0][0] * FLAT, lit(tone, 0.3))
    return Size(40 + 32 * number, 282)


def toys(c: Canvas, look: Look) -> Size:
    """Small turned toys: ``kind`` is tops, birds, rings or blocks."""
    tones = (look.main, look.second, look.third)
    kind = look.text("kind", "tops")
    if kind == "tops":
        for x, lean, tone, size in ((-86, -14, look.second, 0.9), (84, 12, look.third, 0.95), (0, 3, look.main, 1.25)):
            with c.group(f"translate({x} {8 if size > 1 else 0}) rotate({lean}) scale({size})"):
                c.rect(-5, -118, 10, 60, c.round(tone))
                with c.within(lathe(((16, -78), (54, -56), (50, -42), (6, 0, 1))), tone):
                    c.path("M-60 -60 Q0 -44 60 -60 V-52 Q0 -36 -60 -52Z", lit(tone, 0.6))
        return Size(124, 150)
    if kind == "birds":
        for x, flip, tone, size in ((-68, 1, look.main, 1), (70, -1, look.second, 0.86)):
            with c.group(f"translate({x} 0) scale({flip * size} {size})"):
                c.path(
                    "M-66 -40 Q-120 -70 -110 -96 Q-76 -76 -48 -84 Q-20 -104 8 -106 Q16 -150 52 -146 Q84 -142 82 -110 L106 -102 L82 -94 Q82 -10 16 -2 Q-44 4 -66 -40Z",
                    c.round(tone),
                )
                c.path("M-48 -56 Q0 -66 22 -44 Q-2 -22 -48 -56Z", dim(tone, 0.22))
                c.circle(56, -120, 4.5, "#2b2f38")
                c.path("M81 -108 L106 -102 L82 -94Z", look.third)
        return Size(128, 148)
    if kind == "rings":
        c.path(lathe(((84, -18, 1), (88, 0, 1))), c.round("#b9854f"))
        for i in range(5):
            r = 76 - i * 11
            c.path(
                rounded(-r, -18 - (i + 1) * 33, 2 * r, 33, 16),
                c.round(tones[i % 3] if i < 3 else lit(tones[i % 3], 0.3)),
            )
        c.circle(0, -204, 22, c.round("#b9854f"))
        return Size(88, 226)
    for x, y, tone, shape in (
        (-70, 0, look.main, "cube"),
        (18, 0, look.second, "cube"),
        (-28, -76, look.third, "arch"),
        (96, 0, look.third, "ball"),
        (-28, -136, look.main, "roof"),
    ):
        if shape == "cube":
            c.rect(x - 40, y - 76, 80, 76, c.round(tone), rx=3)
        elif shape == "arch":
            c.path(f"M{x - 62} {y} V{y - 60} H{x + 62} V{y} H{x + 28} A28 28 0 0 0 {x - 28} {y}Z", c.round(tone))
        elif shape == "roof":
            c.path(f"M{x - 56} {y} L{x} {y - 60} L{x + 56} {y}Z", c.round(tone))
        else:
            c.circle(x, y - 32, 32, c.round(tone))
    return Size(118, 196)


def trinket(c: Canvas, look: Look) -> Size:
    """A lidded box turned from one piece."""
    with c.within(lathe(((88, -84, 1), (92, -42), (80, 0, 1))), look.main):
        grain(c, look.main, -92, -84, 184, 90, look.random)
        c.path("M-96 -34 Q0 -14 96 -34 V-26 Q0 -6 -96 -26Z", look.third)
    with c.within(lathe(((26, -122), (70, -112), (92, -88, 1))), look.second):
        pass
    c.path(lathe(((14, -150), (9, -132), (13, -120, 1))), c.round(look.third))
    return Size(90, 152)


def egg_cups(c: Canvas, look: Look) -> Size:
    """Egg cups, eggs in them."""
    for x, tone, egg in ((-78, look.main, "#ead5b8"), (78, look.third, "#dcb792"), (0, look.second, "#f1e4d0")):
        with c.group(f"translate({x} {10 if x == 0 else 0})"):
            c.ellipse(0, -92, 29, 38, c.round(egg))
            c.path(lathe(((36, -84, 1), (30, -58), (10, -44), (10, -26), (30, -6), (32, 0, 1))), c.round(tone))
            c.path("M-36 -84 A36 6 0 0 0 36 -84", "none", stroke=lit(tone, 0.4), stroke_width=3)
    return Size(116, 132)


MOTIFS = {
    "wooden_bowl": wooden_bowl, "board": board, "spoons": spoons, "mill": mill, "pin": pin, "stool": stool,
    "candlesticks": candlesticks, "toys": toys, "trinket": trinket, "egg_cups": egg_cups,
}  # fmt: skip
