"""Woven things: blankets, scarves, cushions, rugs, bags."""

from opensky.demo.pictures.canvas import Canvas
from opensky.demo.pictures.colour import dim, lit
from opensky.demo.pictures.look import Look, Size
from opensky.demo.pictures.motifs.parts import fringe, weave
from opensky.demo.pictures.shapes import polygon


def blanket(c: Canvas, look: Look) -> Size:
    """A folded blanket, its fringe in front."""
    tones = (look.main, dim(look.main, 0.05))
    y = 0.0
    for i in range(look.count("folds", 4)):
        w, h = 236 - i * 3, 38
        x = -w / 2
        with c.within(
            f"M{x + w} {y - h} H{x + 20} q-22 3 -22 {h / 2} q0 {h / 2 - 3} 22 {h / 2} H{x + w} q14 {-h / 2} 0 {-h}Z",
            tones[i % 2],
        ):
            weave(c, look, x - 10, y - h, w + 30, h)
        c.stroke(f"M{x + 18} {y - h + 1} H{x + w}", dim(look.main, 0.3), 2, opacity=0.5)
        y -= h
    x = -70
    with c.within(f"M{x} {y - 4} H84 V-30 H{x}Z", look.main):
        weave(c, look, x, y - 4, 154, -y - 26)
    fringe(c, x, -30, 154, lit(look.main, 0.15), 20, 16)
    return Size(120, -y)


def throw(c: Canvas, look: Look) -> Size:
    """A throw hung over a rail or the rung of a ladder."""
    for x in (-98, 98):
        c.stroke(f"M{x} 210 L{x * 0.86} -196", look.text("wood", "#b9854f"), 12)
        c.stroke(f"M{x - 2} 210 L{x * 0.86 - 3} -196", lit(look.text("wood", "#b9854f"), 0.3), 3)
    for y in (-150, -40, 70, 170):
        c.stroke(f"M{-92 - y * 0.03} {y} H{92 + y * 0.03}", look.text("wood", "#b9854f"), 10)
    c.path("M-66 -158 H70 V40 H-66Z", dim(look.main, 0.35), transform="translate(8 6)", opacity=0.25)
    with c.within("M-70 -150 Q-70 -162 -58 -162 H58 Q70 -162 70 -150 V96 H-70Z", look.main):
        weave(c, look, -70, -150, 140, 250)
        for at in (-40, 6, 44):
            c.path(
                f"M{at} -160 Q{at + 12} -20 {at + 2} 100 H{at + 16} Q{at + 20} -20 {at + 8} -160Z",
                dim(look.main, 0.3),
                opacity=0.22,
            )
    fringe(c, -70, 96, 140, look.main, 22, 17)
    return Size(100, 300, hangs=True)


def scarf(c: Canvas, look: Look) -> Size:
    """A scarf on a peg."""
    c.rect(-120, -150, 240, 22, c.fall(look.text("wood", "#b9854f")), rx=4)
    for x in (-84, 0, 84):
        c.circle(x, -136, 9, c.round(dim(look.text("wood", "#b9854f"), 0.25)))
    for x0, x1, low, tone in ((-34, 14, 146, dim(look.main, 0.1)), (-6, 44, 104, look.main)):
        d = f"M{x0 + 8} -138 Q{x0 + 26} -152 {x1 - 8} -138 Q{x1 + 8} -40 {x1 + 14} {low} L{x0 - 10} {low} Q{x0 - 2} -40 {x0 + 8} -138Z"
        with c.within(d, tone):
            weave(c, look, x0 - 12, -140, x1 - x0 + 30, low + 140)
            c.path(
                f"M{x0 + 22} -140 Q{x0 + 16} 0 {x0 + 12} {low} h8 Q{x0 + 22} 0 {x0 + 27} -140Z",
                dim(tone, 0.4),
                opacity=0.3,
            )
        fringe(c, x0 - 10, low, x1 - x0 + 24, tone, 22, 9)
    c.circle(4, -138, 8, c.round(dim(look.text("wood", "#b9854f"), 0.25)))
    return Size(100, 260, hangs=True)


def cushion(c: Canvas, look: Look) -> Size:
    """A cushion standing on its corner side; ``long`` makes a bolster of it."""
    w, h = (268, 150) if look.text("long") else (214, 196)
    x, y = w / 2, -h
    d = f"M{-x} {y + 4} Q0 {y + 18} {x} {y + 4} Q{x - 15} {y / 2} {x} -2 Q0 -16 {-x} -2 Q{-x + 15} {y / 2} {-x} {y + 4}Z"
    with c.within(d, look.main):
        weave(c, look, -x, y, w, h)
        c.ellipse(-w * 0.12, y * 0.62, w * 0.36, h * 0.3, c.glow("#fffaf0", 0.28))
    if look.text("tassels"):
        for px, py in ((-x, y + 4), (x, y + 4), (-x, -2), (x, -2)):
            c.stroke(
                f"M{px} {py}l{-8 if px < 0 else 8} 22M{px} {py}l{-2 if px < 0 else 2} 24M{px} {py}l{-14 if px < 0 else 14} 17",
                look.third,
                3,
            )
    return Size(w / 2, h)


def rug(c: Canvas, look: Look) -> Size:
    """A rug, rolled up in front of its own hanging."""
    with c.within(polygon((-108, -232), (108, -232), (108, -30), (-108, -30)), look.main):
        weave(c, look, -108, -232, 216, 206)
    fringe(c, -108, -248, 216, "#efe4d2", 16, 22)
    with c.within("M-128 -62 H112 q26 4 26 32 q0 30 -26 34 H-128Z", dim(look.main, 0.06)):
        for i, tone in enumerate((look.second, look.third, look.second)):
            c.rect(-96 + i * 84, -70, 26, 84, tone)
    c.ellipse(-128, -29, 21, 33, lit(look.main, 0.25))
    c.path(
        "M-128 -50 a13 21 0 1 1 -2 42 a9 15 0 1 1 2 -31 a5 9 0 1 1 -1 19",
        "none",
        stroke=dim(look.main, 0.3),
        stroke_width=2.6,
    )
    return Size(130, 246)


def hanging(c: Canvas, look: Look) -> Size:
    """A wall weaving on a stick."""
    c.stroke("M-104 -132 L0 -186 L104 -132", "#a5967f", 2.4)
    c.stroke("M-126 -130 L126 -134", look.text("wood", "#b9854f"), 10)
    tones = (look.main, look.second, look.third)
    deep = (96, 124, 152, 168, 152, 124, 96)
    for i, length in enumerate(deep):
        x = -98 + i * 28
        c.stroke(
            "".join(f"M{x + k * 5.6} 0V{length - abs(k - 2) * 3}" for k in range(5)),
            tones[0] if i % 2 else lit(tones[0], 0.14),
            4.6,
        )
    with c.within("M-98 -130 H98 V24 L0 66 L-98 24Z", lit(look.main, 0.2)):
        c.path("M-110 -120 H110 V-96 H-110Z", tones[1])
        c.path("M-110 -40 L0 12 L110 -40 V-12 L0 40 L-110 -12Z", tones[1])
        c.path("M-110 -66 L0 -14 L110 -66 V-52 L0 0 L-110 -52Z", tones[2])
        if look.text("sun", "yes") == "yes":
            c.circle(0, -72, 30, tones[2])
        c.stroke("".join(f"M-100 {y}H100" for y in range(-126, 60, 9)), dim(look.main, 0.4), 0.8, opacity=0.4)
    return Size(126, 300, hangs=True)


def runner(c: Canvas, look: Look) -> Size:
    """Linen over the edge of a table board: runner, napkins or tea towels on a bar."""
    c.stroke("M-126 -132 H126", look.text("wood", "#c79a4b"), 7)
    for x in (-110, 110):
        c.stroke(f"M{x} -132 V-152", look.text("wood", "#c79a4b"), 7)
    tones = (look.main, look.third) if look.count("set", 2) > 1 else (look.main,)
    width = 104 if len(tones) > 1 else 150
    for i, tone in enumerate(tones):
        x = (-112 + i * 120) if len(tones) > 1 else -75
        turned = Look(
            tone,
            look.second,
            look.main if i else look.third,
            look.random,
            {
                **look.options,
                "pattern": look.text("other") if i and look.text("other") else look.text("pattern", "border"),
            },
        )
        c.rect(x + 7, -126, width, 236, "#2a1e1c", opacity=0.1)
        with c.within(f"M{x} -130 q0 -8 8 -8 h{width - 16} q8 0 8 8 V{104 - i * 26} H{x}Z", tone):
            weave(c, turned, x, -130, width, 236 - i * 26)
            c.path(
                f"M{x + width * 0.3} -138 Q{x + width * 0.36} 0 {x + width * 0.26} 110 h12 Q{x + width * 0.46} 0 {x + width * 0.4} -138Z",
                dim(tone, 0.3),
                opacity=0.2,
            )
    return Size(120, 250, hangs=True)


def pouch(c: Canvas, look: Look) -> Size:
    """A bag: ``form`` is pouch (zip), tote (two handles) or drawstring."""
    form = look.text("form", "pouch")
    if form == "tote":
        c.path("M-52 -176 C-48 -288 48 -288 52 -176", "none", stroke=dim(look.third, 0.1), stroke_width=11)
        with c.within("M-98 -186 Q0 -174 98 -186 L110 -8 Q110 4 98 4 H-98 Q-110 4 -110 -8Z", look.main):
            weave(c, look, -112, -190, 224, 200)
        c.path("M-52 -150 V-186 M52 -150 V-186", "none", stroke=look.third, stroke_width=11)
        return Size(108, 256)
    if form == "drawstring":
        with c.within(
            "M-60 -168 Q0 -156 60 -168 L48 -128 Q106 -80 88 -10 Q84 4 66 4 H-66 Q-84 4 -88 -10 Q-106 -80 -48 -128Z",
            look.main,
        ):
            weave(c, look, -100, -130, 200, 136)
        c.stroke("M-50 -130 Q0 -118 50 -130", look.third, 6)
        c.stroke("M46 -128 Q80 -112 76 -74M46 -128 Q66 -100 94 -98", look.third, 4)
        return Size(86, 170)
    with c.within("M-126 -126 Q0 -136 126 -126 L134 -10 Q134 4 120 4 H-120 Q-134 4 -134 -10Z", look.main):
        weave(c, look, -136, -134, 272, 140)
        c.rect(-136, -136, 272, 20, dim(look.third, 0.1))
    c.stroke("M-118 -120 Q0 -129 118 -120", "#c79a4b", 3, stroke_dasharray="2 4")
    c.path("M104 -120 l6 26 h12 l-4 -28Z", c.round(look.third))
    return Size(124, 132)


def wool(c: Canvas, look: Look) -> Size:
    """Hanks or balls of yarn."""
    for x, y, r, tone in ((-70, -52, 56, look.second), (66, -56, 60, look.third), (-2, -52, 66, look.main)):
        with c.within(f"M{x - r} {y} a{r} {r} 0 1 1 {2 * r} 0 a{r} {r} 0 1 1 {-2 * r} 0Z", tone):
            d = "".join(
                f"M{x - r} {y + i * r * 0.2} Q{x} {y + i * r * 0.2 - r * 0.7} {x + r} {y + i * r * 0.16}"
                for i in range(-3, 6)
            )
            d += "".join(
                f"M{x - r * 0.7 + i * r * 0.2} {y + r} Q{x - r * 0.2 + i * r * 0.3} {y} {x + i * r * 0.2} {y - r}"
                for i in range(-2, 3)
            )
            c.stroke(d, dim(tone, 0.2), 2.2, opacity=0.7)
    c.stroke("M50 -6 Q110 14 150 0 T196 12", look.main, 4)
    if look.text("needles", "yes") == "yes":
        c.stroke("M-58 -196 L26 -42M70 -206 L-24 -44", "#dcb988", 7)
        c.circle(-58, -196, 9, c.round("#b9854f"))
        c.circle(70, -206, 9, c.round("#b9854f"))
    return Size(116, 200)


def hat(c: Canvas, look: Look) -> Size:
    """A knitted hat with a turned-up brim, resting."""
    with c.within("M-100 -46 C-104 -160 -50 -198 0 -198 C50 -198 104 -160 100 -46Z", look.main):
        weave(c, look, -104, -200, 208, 160)
    with c.within("M-112 -62 Q0 -40 112 -62 Q118 -20 108 2 Q0 22 -108 2 Q-118 -20 -112 -62Z", look.third):
        c.stroke("".join(f"M{x} -60V20" for x in range(-108, 112, 12)), dim(look.third, 0.2), 2.4)
    c.circle(0, -206, 26, c.round(look.second))
    c.stroke("M-14 -216l-6 -6M4 -228v-6M18 -212l6 -6M-22 -200h-6", lit(look.second, 0.2), 4)
    return Size(106, 226)


MOTIFS = {
    "blanket": blanket, "throw": throw, "scarf": scarf, "cushion": cushion, "rug": rug, "hanging": hanging, "runner": runner,
    "pouch": pouch, "wool": wool, "hat": hat,
}  # fmt: skip
