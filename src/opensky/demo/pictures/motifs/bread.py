"""What comes out of an oven, and what goes in."""

from opensky.demo.pictures.canvas import Canvas
from opensky.demo.pictures.colour import dim, lit
from opensky.demo.pictures.look import Look, Size
from opensky.demo.pictures.motifs.parts import label, weave
from opensky.demo.pictures.shapes import FLAT, lathe, leaf, smooth


def boule(c: Canvas, look: Look) -> Size:
    """A round loaf with a cut crust; ``cut`` is cross, wheat or leaf."""
    crust = look.main
    body = "M-118 -30 C-124 -92 -66 -132 0 -132 C66 -132 124 -92 118 -30 C116 0 70 6 0 6 C-70 6 -116 0 -118 -30Z"
    with c.within(body, crust):
        c.ellipse(-14, -86, 92, 50, c.glow("#f3ddb4", 0.5))
        flour = "#f6ead2"
        kind = look.text("cut", "wheat")
        if kind == "cross":
            c.path("M-70 -98 Q0 -64 74 -96 Q6 -84 -70 -98Z M-8 -128 Q-22 -76 6 -28 Q8 -80 -8 -128Z", flour)
        elif kind == "bars":
            for i in range(4):
                x = -72 + i * 44
                c.path(f"M{x} -112 Q{x + 30} -78 {x + 14} -34 Q{x + 10} -76 {x} -112Z", flour)
        else:
            c.stroke("M-64 -50 Q10 -76 62 -106", flour, 3)
            for i in range(5):
                x, y = -48 + i * 24, -55 - i * 10
                c.path(leaf(x, y, 32, 20, 0.24) + leaf(x + 4, y, 32, 112, 0.24), flour)
        c.path("M-118 -20 Q0 14 118 -20 L118 20 L-118 20Z", dim(crust, 0.28), opacity=0.6)
    return Size(112, 132)


def loaf(c: Canvas, look: Look) -> Size:
    """A tin loaf, sliced on the left; ``seeds`` strews its top."""
    crust = look.main
    with c.within(
        "M-60 -10 V-82 Q-76 -136 -20 -134 H96 Q146 -134 134 -84 V-10 Q134 4 120 4 H-46 Q-60 4 -60 -10Z", crust
    ):
        c.ellipse(40, -128, 96, 26, c.glow("#f0d4a0", 0.6))
        if look.text("seeds"):
            d = "".join(
                f"M{look.random.uniform(-40, 120):.0f} {look.random.uniform(-130, -104):.0f}l3 1" for _ in range(34)
            )
            c.stroke(d, look.text("seeds"), 3.4)
    face = "M-128 -8 V-84 Q-146 -134 -92 -132 Q-38 -134 -56 -84 V-8 Q-56 4 -70 4 H-114 Q-128 4 -128 -8Z"
    c.path(face, dim(crust, 0.12))
    with c.within(
        "M-121 -10 V-84 Q-134 -124 -92 -124 Q-50 -124 -63 -84 V-10 Q-63 -3 -70 -3 H-114 Q-121 -3 -121 -10Z",
        look.second,
        shade=False,
    ):
        holes = "".join(
            f"M{look.random.uniform(-120, -66):.0f} {look.random.uniform(-116, -8):.0f}l2 1" for _ in range(18)
        )
        c.stroke(holes, dim(look.second, 0.16), 4)
        if look.text("seeds"):
            c.stroke("M-110 -70l2 2M-84 -96l2 1M-96 -30l2 -1M-76 -48l1 2", look.text("seeds"), 4)
    return Size(132, 136)


def baguettes(c: Canvas, look: Look) -> Size:
    """Long loaves standing in a basket or a paper wrap."""
    for x, top, lean in ((-44, -268, -9), (40, -262, 9), (0, -286, 1)):
        with c.group(f"rotate({lean} {x} 0)"):
            body = f"M{x - 23} -30 V{top + 30} Q{x - 20} {top} {x} {top} Q{x + 20} {top} {x + 23} {top + 30} V-30Z"
            with c.within(body, look.main):
                for i in range(4):
                    y = top + 34 + i * 44
                    c.path(
                        f"M{x - 16} {y + 14} Q{x} {y + 12} {x + 15} {y - 12} Q{x + 2} {y + 20} {x - 16} {y + 14}Z",
                        "#f6ead2",
                    )
    woven(c, look, 72, 128, 62)
    return Size(66, 286)


def woven(c: Canvas, look: Look, top: float, height: float, base: float) -> None:
    """Draw a woven basket as a body of rows of withies."""
    body = lathe(((top, -height, 1), (base, 0, 1)))
    with c.within(body, look.second):
        dark = dim(look.second, 0.22)
        rows = max(4, int(height / 15))
        for row in range(rows):
            y = -height + 8 + row * height / rows
            d = "".join(f"M{x} {y + (6 - abs(x) * 0.05)}h11" for x in range(-int(top) - 11 * (row % 2), int(top), 22))
            c.stroke(d, dark, 6, opacity=0.55)
    c.ellipse(0, -height, top + 2, (top + 2) * FLAT, "none", stroke=lit(look.second, 0.25), stroke_width=7)


def basket(c: Canvas, look: Look) -> Size:
    """A basket with rolls, bread, or nothing in it; ``grip`` gives it a bow."""
    h = look.number("deep", 84)
    if look.text("grip"):
        c.stroke(f"M-96 {-h} C-90 -246 90 -246 96 {-h}", dim(look.second, 0.12), 9)
        c.stroke(f"M-98 {-h - 6} C-92 -240 88 -248 94 {-h - 10}", lit(look.second, 0.25), 3)
    c.ellipse(0, -h, 108, 108 * FLAT, dim(look.second, 0.45))
    kind = look.text("holds", "rolls")
    if kind == "rolls":
        for x, y in ((-58, -14), (56, -16), (-22, -34), (26, -36), (0, -8)):
            c.ellipse(x, -h + y, 42, 32, c.round(look.main))
            c.path(
                f"M{x - 22} {-h + y - 10} Q{x} {-h + y - 2} {x + 22} {-h + y - 12} Q{x} {-h + y - 8} {x - 22} {-h + y - 10}Z",
                "#f6ead2",
            )
    elif kind == "cloth":
        c.path(
            smooth(
                ((-98, -h + 6), (-70, -h - 46), (-20, -h - 24), (30, -h - 52), (84, -h - 26), (98, -h + 6)), closed=True
            ),
            c.fall(look.main),
        )
    elif kind == "dough":
        c.ellipse(0, -h - 4, 94, 30, c.round("#ead9b8"))
        c.stroke(f"M-60 {-h - 16}Q0 {-h - 34} 60 {-h - 16}M-74 {-h}Q0 {-h - 18} 74 {-h}", "#fbf3e0", 5, opacity=0.8)
    elif kind == "greens":
        for i in range(11):
            angle = -60 + i * 12
            tone = (look.main, dim(look.main, 0.16), lit(look.main, 0.2))[i % 3]
            c.path(leaf(angle, -h + 8, look.vary(82, 0.2), angle * 0.8, 0.36), c.fall(tone))
        for x, tone in ((-44, "#c8553d"), (-8, "#d98c4a"), (34, "#c8553d")):
            c.circle(x, -h - 6, 24, c.round(tone))
    elif kind == "wool":
        for x, y, tone in ((-50, -12, look.main), (50, -14, look.third), (0, -26, look.second)):
            c.circle(x, -h + y, 40, c.round(tone))
            c.stroke(f"M{x - 32} {-h + y - 16}q34 26 66 12M{x - 20} {-h + y - 34}q26 40 54 42", dim(tone, 0.25), 2)
    woven(c, look, 108, h, look.number("base", 84))
    return Size(112, 190 if look.text("grip") else h + 50)


def cookies(c: Canvas, look: Look) -> Size:
    """A tower of biscuits, one leaning on it."""
    for i in range(look.count("pile", 6)):
        x, y = look.random.uniform(-5, 5), -i * 23
        c.path(
            lathe(((74, y - 17), (78, y - 9), (72, y))),
            c.round(look.main if i % 2 else lit(look.main, 0.14)),
            transform=f"translate({x} 0)",
        )
    top = -(look.count("pile", 6) - 1) * 23 - 17
    c.ellipse(0, top, 73, 73 * FLAT, lit(look.main, 0.26))
    c.stroke(f"M-36 {top}h.1M-8 {top - 5}h.1M22 {top + 3}h.1M44 {top - 3}h.1M4 {top + 6}h.1", look.second, 8)
    c.circle(92, -48, 54, dim(look.main, 0.2))
    c.circle(88, -50, 54, c.fall(look.main))
    c.stroke("M64 -70h.1M98 -80h.1M108 -44h.1M78 -34h.1M60 -46h.1M90 -58h.1", look.second, 11)
    return Size(110, -top)


def sack(c: Canvas, look: Look) -> Size:
    """A full paper or linen bag with a rolled or tied top."""
    h = look.vary(206)
    tied = look.text("top", "roll") == "tie"
    if tied:
        body = f"M-78 -14 Q-92 -110 -56 -160 Q-34 -182 -30 -190 L-52 {-h - 34} Q0 {-h - 20} 52 {-h - 34} L30 -190 Q34 -182 56 -160 Q92 -110 78 -14 Q76 4 56 4 H-56 Q-76 4 -78 -14Z"
    else:
        body = f"M-80 -8 L-74 {-h + 16} H74 L80 -8 Q80 5 66 5 H-66 Q-80 5 -80 -8Z"
    with c.within(body, look.main):
        if look.text("pattern"):
            weave(c, look, -90, -h - 30, 180, h + 40)
        c.path(f"M-20 {-h + 20} Q-38 -90 -26 4 Q-50 -90 -44 {-h + 20}Z", dim(look.main, 0.16), opacity=0.5)
        c.path(f"M46 {-h + 20} Q54 -100 44 4 L62 4 Q70 -90 58 {-h + 20}Z", dim(look.main, 0.2), opacity=0.4)
    if tied:
        c.stroke("M-32 -190 Q0 -180 32 -190", look.third, 7)
        c.stroke("M4 -186 Q26 -168 20 -146 M0 -186 Q-14 -166 -4 -150", look.third, 3.4)
    else:
        c.rect(-80, -h - 4, 160, 26, c.round(lit(look.main, 0.12)), rx=7)
        c.stroke(f"M-70 {-h + 14}H70", dim(look.main, 0.25), 1.6)
    if look.text("sign"):
        label(c, 0, -128, 84, 84, look.second, look.third, look.text("sign"))
    return Size(82, h + (24 if tied else 0))


def cake(c: Canvas, look: Look) -> Size:
    """A ring cake or a layered one on a foot."""
    c.path(lathe(((96, -88, 1), (86, -80), (18, -66), (15, -30), (50, -4), (54, 0, 1))), c.round(look.third))
    c.ellipse(0, -88, 98, 98 * FLAT, lit(look.third, 0.3))
    if look.text("kind", "ring") == "ring":
        body = "M-80 -92 C-90 -150 -50 -172 0 -172 C50 -172 90 -150 80 -92 Q0 -74 -80 -92Z"
        with c.within(body, look.main):
            for x in (-62, -36, -8, 22, 50):
                c.path(
                    f"M{x} -80 Q{x * 0.6 - 8} -140 {x * 0.3} -174 Q{x * 0.6 + 14} -140 {x + 13} -80Z",
                    dim(look.main, 0.22),
                    opacity=0.5,
                )
            c.path(
                "M-90 -190 H90 V-136 Q74 -112 60 -134 Q44 -104 26 -132 Q10 -112 -8 -130 Q-26 -100 -42 -132 Q-60 -114 -90 -140Z",
                look.second,
            )
        c.ellipse(0, -168, 22, 6, dim(look.main, 0.4))
    else:
        for y, tone in ((-92, look.main), (-116, look.second), (-128, look.main), (-152, look.second)):
            c.path(lathe(((78, y - 24, 1), (78, y, 1))), c.round(tone))
        c.ellipse(0, -176, 78, 78 * FLAT, lit(look.second, 0.3))
        for x, y in ((-34, -180), (-8, -186), (20, -182), (42, -178), (2, -174)):
            c.circle(x, y, 10, c.round("#a63d4a"))
    return Size(60, 178)


MOTIFS = {
    "boule": boule, "loaf": loaf, "baguettes": baguettes, "basket": basket, "cookies": cookies, "sack": sack, "cake": cake,
}  # fmt: skip
