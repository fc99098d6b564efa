"""A cook's tools."""

from opensky.demo.pictures.canvas import Canvas
from opensky.demo.pictures.colour import dim, lit
from opensky.demo.pictures.look import Look, Size
from opensky.demo.pictures.motifs.clay import finish
from opensky.demo.pictures.motifs.parts import grain, weave
from opensky.demo.pictures.shapes import FLAT, lathe, leaf, polygon, rounded


def pan(c: Canvas, look: Look) -> Size:
    """A frying pan hung by its handle, its inside to us; ``food`` puts an egg in it."""
    with c.group("translate(-14 18) rotate(24)"):
        c.path("M-11 -70 L-9 -186 Q-9 -206 0 -206 Q9 -206 9 -186 L11 -70Z", c.round(look.second))
        c.circle(0, -190, 4.5, "#efe6d8")
        c.circle(10, 30, 110, "#2a1e1c", opacity=0.16)
        c.path("M-14 -66 Q0 -90 14 -66Z", c.metal("#8f9496"))
        c.circle(0, 20, 110, c.round(look.main))
        c.circle(0, 20, 97, c.fall(lit(look.main, 0.1)))
        c.circle(0, 20, 97, "none", stroke=dim(look.main, 0.35), stroke_width=3)
        c.path("M-70 -30 A92 92 0 0 1 -10 -66 A110 110 0 0 0 -70 -30Z", "#ffffff", opacity=0.22)
    return Size(112, 290, hangs=True)


def skillet(c: Canvas, look: Look) -> Size:
    """A pan standing on the table, seen from the side; ``food`` says what is in it."""
    with c.group("translate(-26 0)"):
        return _skillet(c, look)


def _skillet(c: Canvas, look: Look) -> Size:
    c.path("M84 -50 L196 -84 Q210 -86 208 -74 L90 -26Z", c.round(look.second))
    c.ellipse(-14, -54, 112, 112 * FLAT, dim(look.main, 0.1))
    c.path("M-126 -54 Q-122 -8 -96 0 H68 Q94 -8 98 -54 A112 19 0 0 1 -126 -54Z", c.round(look.main))
    c.ellipse(-14, -54, 112, 112 * FLAT, lit(look.main, 0.22))
    c.ellipse(-14, -52, 105, 105 * FLAT, dim(look.main, 0.3))
    food = look.text("food")
    if food == "eggs":
        for x in (-56, 22):
            c.ellipse(x, -52, 40, 11, "#fbf7ef")
            c.ellipse(x + 2, -56, 15, 8, c.round("#e9a93c"))
    elif food == "peppers":
        for x, tone in ((-70, "#c8553d"), (-34, "#d9a441"), (4, "#c8553d"), (40, "#5f7d4f")):
            c.ellipse(x, -58, 26, 12, c.round(tone))
        c.path(leaf(-20, -62, 30, 60, 0.3), "#5f7d4f")
    return Size(136, 104)


def pot(c: Canvas, look: Look) -> Size:
    """A pot with a lid; ``form`` is casserole, sauce (one handle) or stock."""
    form = look.text("form", "casserole")
    if form == "sauce":
        with c.group("translate(-42 0)"):
            return _pot(c, look, form)
    return _pot(c, look, form)


def _pot(c: Canvas, look: Look, form: str) -> Size:
    r, h = {"casserole": (108, 96), "sauce": (82, 92), "stock": (92, 150)}[form]
    if form == "sauce":
        c.path(
            f"M{r - 4} {-h + 8} L{r + 122} {-h - 16} Q{r + 134} {-h - 16} {r + 132} {-h - 4} L{r - 2} {-h + 32}Z",
            c.round(look.second),
        )
    else:
        for side in (-1, 1):
            grip = f"M{side * (r - 4)} {-h * 0.78} q{side * 38} -6 {side * 34} 16 q{side * -4} 16 {side * -36} 10"
            c.path(grip, "none", stroke=dim(look.main, 0.1 if side < 0 else 0.3), stroke_width=12)
    fill = c.metal(look.main) if look.text("shine") else look.main
    with c.within(lathe(((r, -h, 1), (r, -18), (r - 10, 0, 1))), fill):
        finish(c, look, r, h)
    lid = look.text("lid", "on")
    if lid == "on":
        body = f"M{-r - 5} {-h - 2} C{-r + 4} {-h - 40} {r - 4} {-h - 40} {r + 5} {-h - 2} A{r + 5} {r * FLAT} 0 0 1 {-r - 5} {-h - 2}Z"
        c.path(body, c.metal(lit(look.main, 0.06)) if look.text("shine") else c.round(lit(look.main, 0.06)))
        c.path(lathe(((21, -h - 54), (12, -h - 40), (14, -h - 30, 1))), c.round(look.third))
    else:
        c.rim(r, -h, look.main, look.text("inside", "#f1e8d8"), flat=FLAT, lip=5)
        c.ellipse(0, -h + 4, r - 10, (r - 10) * FLAT * 0.8, c.fall(look.text("food", "#b4532f")))
        c.path(leaf(-20, -h + 4, 34, 70, 0.3) + leaf(-14, -h + 2, 28, 110, 0.3), "#5f7d4f")
        c.stroke(f"M40 {-h + 4} L104 {-h - 96}", "#dcb988", 9)
    return Size(r + (34 if form == "sauce" else 14), h + 56)


def knives(c: Canvas, look: Look) -> Size:
    """Knives on a magnet bar; ``kinds`` lists chef, bread, paring, cleaver."""
    c.rect(-128, -150, 256, 26, c.fall(look.second), rx=5)
    c.stroke("M-118 -137H118", dim(look.second, 0.3), 2)
    kinds = look.text("kinds", "chef+bread+paring").split("+")
    places = {1: (0,), 2: (-44, 44), 3: (-72, 4, 76), 4: (-90, -30, 32, 92)}[len(kinds)]
    for kind, x in zip(kinds, places, strict=True):
        with c.group(f"translate({x} {-58 if kind == 'paring' else 0})"):
            c.path(BLADES[kind], "#2a1e1c", opacity=0.18, transform="translate(6 5)")
            c.path(BLADES[kind], c.metal("#cfd3d3"))
            c.rect(-13, 40, 26, 12, c.metal("#8f9496"))
            with c.within("M-12 52 H12 Q10 90 13 132 Q12 146 0 146 Q-12 146 -13 132 Q-10 90 -12 52Z", look.main):
                c.stroke("M0 72h.1M0 100h.1M0 128h.1", "#d9b871", 6)
    return Size(124, 270, hangs=True)


BLADES = {
    "chef": "M-22 42 Q-26 -100 8 -182 H14 V42Z",
    "bread": "M-13 42 V-168 Q-8 -184 13 -184 V42Z",
    "paring": "M-13 42 Q-15 -40 8 -96 H12 V42Z",
    "cleaver": "M-40 42 V-120 H16 V42Z",
}


def knife(c: Canvas, look: Look) -> Size:
    """One knife leaning on its board."""
    with c.within(rounded(-112, -206, 224, 206, 14), look.second):
        grain(c, look.second, -112, -206, 224, 206, look.random)
    kind = look.text("kind", "chef")
    with c.group("translate(6 -104) rotate(36)"):
        shape = {
            "chef": "M-24 14 Q-30 -100 8 -166 H14 V14Z",
            "bread": "M-14 14 V-150 Q-8 -166 14 -166 V14Z",
            "cleaver": "M-46 14 V-116 H16 V14Z",
            "paring": "M-16 14 Q-18 -60 12 -100 V14Z",
        }[kind]
        c.path(shape, "#2a1e1c", opacity=0.2, transform="translate(7 5)")
        c.path(shape, c.metal("#cfd3d3"))
        if kind == "bread":
            c.stroke("".join(f"M-14 {y}l-5 6l5 6" for y in range(-146, 6, 12)), "#9ea4a6", 2.4)
        c.rect(-16, 12, 32, 14, c.metal("#8f9496"))
        with c.within("M-14 26 H14 Q12 66 16 106 Q14 122 0 122 Q-14 122 -16 106 Q-12 66 -14 26Z", look.main):
            c.stroke("M0 46h.1M0 74h.1M0 102h.1", "#d9b871", 6)
    return Size(112, 214)


def mortar(c: Canvas, look: Look) -> Size:
    """Mortar and pestle."""
    with c.group("rotate(28 20 -100)"):
        c.path("M8 -90 L10 -206 Q22 -222 34 -206 L38 -90 Q40 -60 22 -60 Q6 -60 8 -90Z", c.round(look.second))
    c.path(leaf(-46, -112, 44, -38, 0.3) + leaf(-40, -112, 40, -8, 0.3), c.fall("#5f7d4f"))
    with c.within(lathe(((98, -112, 1), (92, -72), (58, -30), (56, -18), (72, 0, 1))), look.main):
        finish(c, look, 98, 112)
    c.path("M-98 -112 A98 16.700 0 0 0 98 -112 A98 24 0 0 1 -98 -112Z", lit(look.main, 0.4))
    return Size(92, 190)


def crock(c: Canvas, look: Look) -> Size:
    """A crock of tools."""
    for x, angle, kind in ((-34, -13, "whisk"), (32, 12, "spatula"), (-8, -3, "spoon"), (14, 5, "ladle")):
        with c.group(f"translate({x} -90) rotate({angle})"):
            if kind == "whisk":
                c.rect(-6, -90, 12, 110, c.round("#b9854f"), rx=5)
                for w in (26, 15, 5):
                    c.path(
                        f"M0 -88 C{-w * 1.6} -130 {-w} -186 0 -186 C{w} -186 {w * 1.6} -130 0 -88",
                        "none",
                        stroke="#b3b8ba",
                        stroke_width=3,
                    )
            elif kind == "spatula":
                c.rect(-5, -110, 10, 120, c.round("#dcb988"))
                c.path(rounded(-23, -176, 46, 72, 11), c.round(look.third))
            elif kind == "spoon":
                c.rect(-5, -130, 10, 140, c.round("#b9854f"))
                c.ellipse(0, -158, 24, 36, c.round("#b9854f"))
                c.ellipse(1, -160, 17, 27, dim("#b9854f", 0.2))
            else:
                c.rect(-4, -120, 8, 120, c.metal("#b3b8ba"))
                c.ellipse(0, -134, 27, 20, c.metal("#b3b8ba"))
    with c.within(lathe(((70, -132, 1), (74, -60), (64, 0, 1))), look.main):
        finish(c, look, 74, 132)
    c.path("M-70 -132 A70 12 0 0 0 70 -132", "none", stroke=lit(look.main, 0.4), stroke_width=5)
    return Size(76, 268)


def apron(c: Canvas, look: Look) -> Size:
    """An apron on a hook."""
    c.circle(0, -160, 10, c.round("#c79a4b"))
    c.path("M-40 -96 C-36 -166 36 -166 40 -96", "none", stroke=look.third, stroke_width=6)
    c.stroke("M-84 -10 Q-120 30 -104 84M84 -10 Q118 26 108 76", look.third, 5)
    with c.within(
        "M-48 -100 Q0 -90 48 -100 Q52 -40 92 -16 L98 150 Q0 162 -98 150 L-92 -16 Q-52 -40 -48 -100Z", look.main
    ):
        if look.text("pattern"):
            weave(c, look, -100, -100, 200, 256)
        c.path(
            "M-40 -96 Q-30 40 -46 156 h16 Q-14 40 -28 -96ZM44 -96 Q34 40 54 156 h14 Q50 40 54 -90Z",
            dim(look.main, 0.3),
            opacity=0.18,
        )
    c.path(
        "M-56 30 H56 V92 Q0 102 -56 92Z",
        c.fall(lit(look.main, 0.1)),
        stroke=look.second,
        stroke_width=2.6,
        stroke_dasharray="5 4",
    )
    c.stroke("M0 32V98", look.second, 2.4, stroke_dasharray="5 4")
    c.stroke("M-47 -96 Q0 -86 47 -96", look.second, 3)
    return Size(106, 300, hangs=True)


def grater(c: Canvas, look: Look) -> Size:
    """A box grater with a piece of cheese."""
    c.path("M-30 -214 C-26 -262 46 -262 50 -214", "none", stroke=look.main, stroke_width=10)
    c.path(polygon((-52, -212), (58, -212), (84, 0), (-74, 0)), c.metal("#c6cacb"))
    c.path(polygon((58, -212), (84, -206), (116, -8), (84, 0)), "#8f9496")
    d = "".join(f"M{-44 - row * 2 + column * 22} {-184 + row * 22}h7" for row in range(8) for column in range(5))
    c.stroke(d, "#6f7577", 5)
    c.path(polygon((-130, 4), (-70, -54), (-42, -40), (-52, 8)), c.round("#e6bd5a"))
    c.stroke("M-88 -18h.1M-70 -32h.1M-66 -8h.1", "#c2933a", 8)
    return Size(104, 250)


def cellar(c: Canvas, look: Look) -> Size:
    """A salt cellar, open, its lid turned aside, a small spoon in it."""
    c.path("M-44 -98 Q0 -126 44 -98 L40 -86 H-40Z", "#fbf7ef")
    c.stroke("M12 -106 L72 -176", look.third, 8)
    with c.within(lathe(((78, -92, 1), (82, -40), (72, 0, 1))), look.main):
        finish(c, look, 82, 92)
        if look.text("grain"):
            grain(c, look.main, -82, -92, 164, 96, look.random)
    c.path("M-78 -92 A78 13 0 0 0 78 -92", "none", stroke=lit(look.main, 0.4), stroke_width=5)
    with c.group("translate(104 8) rotate(14)"):
        c.ellipse(0, -58, 58, 58, dim(look.second, 0.25))
        c.ellipse(-5, -59, 57, 58, c.fall(look.second))
        c.circle(-6, -60, 11, c.round(look.third))
    return Size(116, 150)


def drum(c: Canvas, look: Look) -> Size:
    """A pasta drying rack, hung with ribbons of dough."""
    c.path(lathe(((46, -14, 1), (52, 0, 1))), c.round(look.main))
    c.rect(-7, -226, 14, 216, c.round(look.main))
    for y in (-214, -176):
        c.stroke(f"M-122 {y} L122 {y - 6}", dim(look.main, 0.12), 8)
    for i in range(12):
        x = -112 + i * 20
        if abs(x) < 12:
            continue
        low = -176 + 112 + (i * 23 % 29)
        c.stroke(f"M{x} -180 V{low}M{x + 9} -180V{low - 9}", ("#ecd08c", "#e2bf74")[i % 2], 6)
    c.circle(0, -230, 13, c.round(look.second))
    return Size(112, 246)


def press(c: Canvas, look: Look) -> Size:
    """A moka pot."""
    c.path("M62 -172 Q132 -178 122 -60 L104 -60 Q112 -150 62 -148Z", c.round(look.second))
    c.path("M-74 -196 L-92 -186 L-58 -160Z", c.metal(look.main))
    c.path(polygon((-70, -196), (62, -196), (46, -100), (-48, -100)), c.metal(look.main))
    c.path(polygon((-56, -104), (54, -104), (54, -88), (-56, -88)), c.metal(dim(look.main, 0.2)))
    c.path("M-50 -88 H48 L74 -10 Q72 2 60 2 H-62 Q-74 2 -76 -10Z", c.metal(look.main))
    c.path("M-70 -198 L-4 -230 L62 -198Z", c.metal(lit(look.main, 0.1)))
    c.circle(-4, -238, 12, c.round(look.second))
    c.stroke("M-18 -98 L-30 0M22 -98 L34 0M-22 -194 L-16 -104M20 -194 L14 -104", dim(look.main, 0.3), 1.6, opacity=0.6)
    return Size(94, 250)


MOTIFS = {
    "pan": pan, "skillet": skillet, "pot": pot, "knives": knives, "knife": knife, "mortar": mortar, "crock": crock, "apron": apron,
    "grater": grater, "cellar": cellar, "pasta_rack": drum, "moka": press,
}  # fmt: skip
