"""Lamps of all kinds. Lit ones glow."""

from opensky.demo.pictures.canvas import Canvas
from opensky.demo.pictures.colour import dim, lit
from opensky.demo.pictures.look import Look, Size
from opensky.demo.pictures.motifs.clay import VASES, finish
from opensky.demo.pictures.motifs.parts import weave
from opensky.demo.pictures.shapes import FLAT, Profile, band, lathe

WARM = "#ffdf9e"
TURNED: Profile = (
    (10, -178), (20, -164), (12, -146), (26, -122), (17, -96), (12, -78), (30, -46), (16, -26), (54, -12), (58, 0, 1),
)  # fmt: skip


def _shade(c: Canvas, look: Look, y: float, form: str) -> float:
    """Draw a lamp shade whose lower edge is at ``y``; return its height."""
    top, low, height = {
        "cone": (48, 104, 96),
        "drum": (88, 92, 92),
        "bell": (34, 110, 92),
        "coolie": (20, 122, 78),
        "tall": (58, 80, 132),
    }[form]
    profile = (
        ((top, y - height, 1), (low, y, 1))
        if form != "bell"
        else ((top, y - height, 1), (top + 6, y - height * 0.66), (low * 0.7, y - height * 0.3), (low, y, 1))
    )
    c.ellipse(0, y, low, low * FLAT, lit(look.second, 0.6))
    with c.within(lathe(profile), look.second):
        if look.text("pattern"):
            weave(c, look, -low, y - height, 2 * low, height)
        if look.text("pleats"):
            d = "".join(f"M{i * top / 6} {y - height - 10}L{i * low / 6} {y + 24}" for i in range(-6, 7))
            c.stroke(d, dim(look.second, 0.18), 2, opacity=0.7)
        c.ellipse(0, y - height * 0.12, low * 0.8, height * 0.8, c.glow("#fff1cf", 0.85))
        c.path(band(low + 4, y - 4, y + 30), dim(look.second, 0.12), opacity=0.5)
    c.ellipse(0, y - height, top, top * FLAT, lit(look.second, 0.5))
    c.ellipse(0, y - height + 1, top - 3, (top - 3) * FLAT, dim(look.second, 0.22))
    return height


def lamp(c: Canvas, look: Look) -> Size:
    """A table lamp on a turned or thrown ``base`` under a ``shade``."""
    base = look.text("base", "gourd")
    c.circle(0, -216, 190, c.glow(WARM, 0.55))
    if base == "stick":
        c.path(lathe(((54, -14, 1), (58, 0, 1))), c.round(look.main))
        c.ellipse(0, -14, 54, 54 * FLAT, lit(look.main, 0.3))
        c.rect(-5, -178, 10, 164, c.metal(look.third))
        neck = 172.0
    elif base == "turned":
        c.path(lathe(TURNED), c.round(look.main))
        neck = 176.0
    elif base == "stack":
        for y, r, tone in ((0, 46, look.main), (-46, 40, look.third), (-88, 32, look.main), (-126, 26, look.third)):
            c.path(lathe(((r * 0.6, y - r * 1.05), (r, y - r * 0.55), (r * 0.6, y))), c.round(tone))
        neck = 152.0
    else:
        shape = VASES[base]
        scale = 160 / -shape[0][1]
        profile = tuple((p[0] * scale, p[1] * scale, *p[2:]) for p in shape)
        with c.within(lathe(profile), look.main):
            finish(c, look, 70 * scale, 160)
        neck = 160.0
    c.rect(-6, -neck - 22, 12, 26, c.metal("#c79a4b"))
    height = _shade(c, look, -neck - 10, look.text("shade", "cone"))
    return Size(72, neck + height + 20)


def mushroom(c: Canvas, look: Look) -> Size:
    """A low lamp whose dome is its shade."""
    c.circle(0, -130, 180, c.glow(WARM, 0.55))
    c.path(lathe(((26, -120), (24, -70), (44, -14), (62, 0, 1))), c.round(look.main))
    c.ellipse(0, -112, 104, 20, lit(look.second, 0.65))
    dome = "M-112 -112 C-112 -196 -60 -232 0 -232 C60 -232 112 -196 112 -112 A112 19 0 0 1 -112 -112Z"
    with c.within(dome, look.second):
        finish(c, look, 116, 200)
        c.ellipse(-10, -126, 96, 66, c.glow("#fff1cf", 0.75))
    return Size(82, 232)


def task(c: Canvas, look: Look) -> Size:
    """A jointed desk lamp."""
    c.path("M70 -156 L190 20 H-52Z", c.glow(WARM, 0.5))
    c.path(lathe(((62, -14, 1), (66, 0, 1))), c.round(look.main), transform="translate(-44 0)")
    c.ellipse(-44, -14, 62, 62 * FLAT, lit(look.main, 0.25))
    c.stroke("M-44 -14 L-84 -142 L34 -226", look.third, 8)
    c.stroke("M-47 -16 L-86 -142 L32 -226", lit(look.third, 0.4), 2.4)
    c.circle(-84, -142, 11, c.round("#c79a4b"))
    with c.group("translate(40 -224) rotate(-36)"):
        c.ellipse(0, 70, 60, 13, "#ffeec7")
        c.path("M-20 -22 Q0 -34 20 -22 L26 0 Q56 22 60 70 A60 13 0 0 1 -60 70 Q-56 22 -26 0Z", c.round(look.main))
    return Size(106, 250)


def globe(c: Canvas, look: Look) -> Size:
    """A glass ball on a base."""
    c.circle(0, -140, 200, c.glow(WARM, 0.6))
    c.path(lathe(((40, -52, 1), (46, -26), (60, 0, 1))), c.round(look.main))
    c.ellipse(0, -52, 40, 40 * FLAT, lit(look.third, 0.2))
    c.circle(0, -134, 90, c.glow("#fff6df", 1))
    c.circle(0, -134, 90, "#fff4d9", opacity=0.72)
    c.circle(0, -134, 90, "none", stroke="#fffaf0", stroke_width=2, opacity=0.9)
    c.ellipse(-36, -168, 20, 28, "#ffffff", opacity=0.65, transform="rotate(30 -36 -168)")
    return Size(72, 226)


def pendant(c: Canvas, look: Look) -> Size:
    """A lamp that hangs from the ceiling."""
    form = look.text("form", "dome")
    c.stroke("M0 -220 V-70", dim(look.third, 0.2), 3)
    c.circle(0, 60, 190, c.glow(WARM, 0.6))
    if form == "paper":
        with c.within(
            "M0 -72 C84 -72 122 -20 122 26 C122 78 78 118 0 118 C-78 118 -122 78 -122 26 C-122 -20 -84 -72 0 -72Z",
            look.second,
        ):
            c.circle(0, 30, 104, c.glow("#fff3d2", 0.95))
            c.stroke(
                "".join(f"M-130 {y}Q0 {y + 16} 130 {y}" for y in range(-62, 120, 17)),
                dim(look.second, 0.2),
                1.4,
                opacity=0.7,
            )
        c.rect(-16, -78, 32, 8, c.round(look.third), rx=2)
    elif form == "basket":
        with c.within(lathe(((26, -66, 1), (86, -10), (116, 74, 1))), look.second):
            c.ellipse(0, 60, 90, 70, c.glow("#fff3d2", 0.8))
            c.stroke("".join(f"M-130 {y}Q0 {y + 30} 130 {y}" for y in range(-70, 100, 14)), dim(look.second, 0.28), 2.2)
            c.stroke("".join(f"M{x * 0.2} -70L{x} 100" for x in range(-120, 121, 24)), dim(look.second, 0.22), 2.2)
        c.ellipse(0, 74, 114, 18, "#ffe9bd", opacity=0.6)
    elif form == "cluster":
        for x, y, tone in ((-76, 26, look.main), (74, -4, look.third), (2, 76, look.second)):
            c.stroke(f"M{x} -220V{y - 40}", "#3a3d40", 2.4)
            c.circle(x, y + 36, 86, c.glow(WARM, 0.55))
            c.ellipse(x, y + 32, 50, 9, "#ffeec7")
            c.path(
                f"M{x - 12} {y - 46}H{x + 12}L{x + 18} {y - 28}Q{x + 52} {y - 8} {x + 52} {y + 32}A52 9 0 0 1 {x - 52} {y + 32}Q{x - 52} {y - 8} {x - 18} {y - 28}Z",
                c.round(tone),
            )
    else:
        c.ellipse(0, 66, 118, 22, "#ffeec7")
        c.circle(0, 70, 22, "#fffaf0")
        with c.within(
            "M-16 -74 H16 L22 -50 C84 -42 122 10 122 66 A122 21 0 0 1 -122 66 C-122 10 -84 -42 -22 -50Z", look.main
        ):
            finish(c, look, 126, 60)
            c.path(band(130, 42, 100, 0.1), look.second)
    return Size(122, 200, hangs=True)


def sconce(c: Canvas, look: Look) -> Size:
    """A lamp on the wall."""
    with c.group("translate(-34 20)"):
        return _sconce(c, look)


def _sconce(c: Canvas, look: Look) -> Size:
    c.circle(0, -30, 210, c.glow(WARM, 0.65))
    c.circle(0, 76, 36, c.round(look.third))
    c.stroke("M0 76 C0 130 60 130 60 76 V40", dim(look.third, 0.15), 9)
    c.stroke("M-2 74 C-2 126 56 126 57 76 V40", lit(look.third, 0.35), 2.6)
    with c.group("translate(60 46)"):
        c.path(lathe(((30, -8, 1), (18, 8, 1))), c.round(look.third))
        if look.text("form") == "tulip":
            c.path(
                "M-34 -8 C-72 -50 -64 -112 -40 -126 Q-20 -108 0 -128 Q20 -108 40 -126 C64 -112 72 -50 34 -8Z",
                c.fall("#fff0cd"),
                stroke="#fffaf0",
                stroke_width=2,
            )
        else:
            _shade(c, look, -14, "cone")
    return Size(110, 200, hangs=True)


def lantern(c: Canvas, look: Look) -> Size:
    """A lantern with glass sides and a candle in it."""
    c.circle(0, -110, 190, c.glow(WARM, 0.5))
    c.path("M-26 -230 A27 27 0 1 1 26 -230", "none", stroke=look.main, stroke_width=6)
    c.path("M-28 -206 H28 L40 -230 H-40Z", c.round(look.main))
    c.path("M-84 -176 L-30 -210 H30 L84 -176Z", c.round(look.main))
    c.rect(-72, -176, 144, 166, "#fdf3da", opacity=0.75)
    c.circle(0, -96, 80, c.glow("#ffd685", 0.9))
    c.path(lathe(((26, -72, 1), (26, -14, 1))), c.round("#f6ead2"))
    c.path("M0 -108 Q13 -86 0 -76 Q-13 -86 0 -108Z", "#f2a33c")
    c.path("M-62 -168 H-40 L-60 -20 H-64Z", "#ffffff", opacity=0.5)
    for x in (-76, 68):
        c.rect(x, -178, 8, 170, c.round(look.main))
    c.rect(-3, -178, 5, 170, look.main, opacity=0.35)
    c.rect(-86, -14, 172, 16, c.round(look.main), rx=2)
    return Size(86, 256)


def bulb(c: Canvas, look: Look) -> Size:
    """A bare bulb in a holder of wood or clay."""
    c.circle(0, -150, 170, c.glow(WARM, 0.7))
    with c.within(lathe(((30, -62, 1), (52, -38), (58, 0, 1))), look.main):
        finish(c, look, 60, 62)
    c.path(lathe(((20, -84, 1), (22, -58, 1))), c.metal("#c79a4b"))
    c.path(
        "M-20 -84 C-20 -108 -58 -124 -58 -164 A58 58 0 0 1 58 -164 C58 -124 20 -108 20 -84Z",
        "#ffe9b8",
        opacity=0.72,
        stroke="#fffaf0",
        stroke_width=2,
    )
    c.stroke("M-8 -88 L-18 -148 Q-10 -172 -6 -150 Q0 -172 6 -150 Q10 -172 18 -148 L8 -88", "#f0932f", 2.6)
    c.ellipse(-26, -184, 12, 18, "#ffffff", opacity=0.8, transform="rotate(30 -26 -184)")
    c.stroke("M54 -10 Q96 -4 110 10 T170 18", look.third, 4)
    return Size(60, 224)


MOTIFS = {
    "lamp": lamp, "mushroom": mushroom, "task": task, "globe": globe, "pendant": pendant, "sconce": sconce, "lantern": lantern, "bulb": bulb,
}  # fmt: skip
