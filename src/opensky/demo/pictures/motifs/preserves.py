"""What is put up for the winter: jars, honey, crates."""

from opensky.demo.pictures.canvas import Canvas
from opensky.demo.pictures.colour import dim, lit, mix
from opensky.demo.pictures.look import Look, Size
from opensky.demo.pictures.motifs.parts import label, weave
from opensky.demo.pictures.shapes import FLAT, lathe, polygon


def jar(c: Canvas, look: Look) -> Size:
    """A jar of something: ``holds`` is jam, pickles, lemons, honey, beans, olives or berries; ``lid`` is metal, cloth or clip."""
    h = look.vary(164, 0.04) * look.number("tall", 1)
    r = 72 * look.number("wide", 1)
    body = lathe(((r - 12, -h, 1), (r - 10, -h + 12), (r, -h + 30), (r, -8, 1)))
    with c.within(body, mix(look.main, "#ffffff", 0.45)):
        _contents(c, look, r, h)
    c.path(f"M{-r + 8} -18 V{-h + 34} q2 -8 9 -9 V-18 q-4 6 -9 0Z", "#ffffff", opacity=0.4)
    _lid(c, look, r, h)
    if look.text("label", "paper") == "paper":
        label(c, 0, -h * 0.6, r * 1.3, h * 0.46, "#f9f2e4", look.third, look.text("sign", "fruit"))
    if look.text("dipper"):
        c.stroke(f"M14 {-h + 10} L66 {-h - 96}", "#b9854f", 8)
    return Size(r, h + 34)


def _contents(c: Canvas, look: Look, r: float, h: float) -> None:
    kind, top = look.text("holds", "jam"), -h + 26
    if kind in {"jam", "honey"}:
        c.path(polygon((-r, top), (r, top), (r, 14), (-r, 14)), look.main)
        spots = "".join(
            f"M{look.random.uniform(-r, r):.0f} {look.random.uniform(top + 10, 0):.0f}h.1" for _ in range(18)
        )
        if kind == "jam":
            c.stroke(spots, dim(look.main, 0.28), 11, opacity=0.5)
        else:
            c.ellipse(-10, -h * 0.4, r * 0.6, h * 0.4, c.glow("#fff0c0", 0.6))
    elif kind == "lemons":
        c.path(polygon((-r, top), (r, top), (r, 14), (-r, 14)), mix(look.main, "#ffffff", 0.3))
        for i, (x, y) in enumerate(
            ((-34, -24), (24, -30), (-14, -66), (40, -78), (-40, -100), (10, -112), (-30, -134), (36, -130))
        ):
            c.circle(x, y, 27, look.main)
            c.circle(x, y, 21, lit(look.main, 0.5))
            if i % 2:
                c.stroke(f"M{x - 18} {y}h36M{x - 9} {y - 16}l18 32M{x + 9} {y - 16}l-18 32", look.main, 2.4)
    elif kind == "pickles":
        c.path(polygon((-r, top), (r, top), (r, 14), (-r, 14)), mix(look.main, "#f4f0d0", 0.55))
        for i in range(6):
            left = -r - 1 + i * (2 * r - 16) / 5
            c.path(f"M{left} 6 V{top + 16} q13 -16 26 0 V6Z", c.round(look.main if i % 2 else dim(look.main, 0.14)))
        c.stroke(f"M-20 0 Q-10 {-h * 0.5} -26 {top + 4}M30 0 Q20 {-h * 0.4} 34 {top + 8}", "#4f6b3a", 2.2)
    else:
        c.path(polygon((-r, top), (r, top), (r, 14), (-r, 14)), dim(look.main, 0.3))
        size = {"beans": 9, "olives": 13, "berries": 11}.get(kind, 11)
        for row in range(int((h - 26) / (size * 1.7)) + 1):
            for column in range(int(2 * r / (size * 2)) + 1):
                at = -r + column * size * 2 + (row % 2) * size
                tone = lit(look.main, 0.1 * ((row * 3 + column * 5) % 3))
                c.ellipse(at, -6 - row * size * 1.7, size, size * (0.7 if kind == "beans" else 0.94), tone)


def _lid(c: Canvas, look: Look, r: float, h: float) -> None:
    kind = look.text("lid", "metal")
    w = r - 6
    if kind == "cloth":
        skirt = f"M{-w} {-h - 16} Q{-w - 18} {-h + 22} {-w - 8} {-h + 32} q10 -10 20 0 q12 10 22 0 q12 -10 22 0 q10 8 20 0 q12 -10 22 0 q12 10 {2 * w + 16 - 106 - 0} 0 Q{w + 18} {-h + 20} {w} {-h - 16} Q0 {-h - 44} {-w} {-h - 16}Z"
        with c.within(skirt, look.second):
            weave(c, look, -w - 20, -h - 40, 2 * w + 40, 80)
        c.stroke(f"M{-w - 2} {-h + 6} Q0 {-h + 20} {w + 2} {-h + 6}", "#c9a878", 4.5)
        c.path(f"M8 {-h + 13} q-24 -14 -24 4 q8 10 24 -4 q24 -14 24 4 q-8 10 -24 -4Z", "#c9a878")
    elif kind == "clip":
        c.path(lathe(((w, -h - 20, 1), (w, -h, 1))), "#e3efe9", opacity=0.9)
        c.ellipse(0, -h - 20, w, w * FLAT, "#f6fbf8")
        c.rect(-w - 2, -h - 4, 2 * w + 4, 9, c.round("#c9683f"), rx=3)
        c.path(
            f"M{-w - 4} {-h + 26} L{-w - 6} {-h - 16} H{-w + 14} M{w + 4} {-h + 26} L{w + 6} {-h - 16} H{w - 14}",
            "none",
            stroke="#8f9496",
            stroke_width=3.4,
        )
    else:
        tone = look.second
        c.path(lathe(((w, -h - 26, 1), (w + 1, -h + 4, 1))), c.round(tone))
        c.stroke(
            "".join(f"M{x} {-h - 18 + (1 - (x / w) ** 2) * w * FLAT}v18" for x in range(int(-w) + 6, int(w), 9)),
            dim(tone, 0.2),
            1.6,
        )
        c.ellipse(0, -h - 26, w, w * FLAT, lit(tone, 0.32))


def jars(c: Canvas, look: Look) -> Size:
    """Three jars of three kinds on a low shelf or in a pile; ``contents`` lists their colours."""
    tones = look.text("contents", "#a63d4a+#d98c2b+#6a4560").split("+")
    kinds = look.text("kinds", "jam+jam+jam").split("+")
    for i, (x, y) in enumerate(((-86, 0), (86, 0), (0, 14))):
        with c.group(f"translate({x} {y}) scale(.78)"):
            options = {**look.options, "holds": kinds[i], "lid": look.text("lid", "metal"), "dipper": ""}
            jar(c, Look(tones[i], look.second, look.third, look.random, options))
    return Size(134, 176)


def crate(c: Canvas, look: Look) -> Size:
    """A wooden crate filled with jars, bottles and straw."""
    for x, h, tone, kind in (
        (-84, 182, "#a63d4a", "jar"),
        (-22, 224, look.third, "bottle"),
        (38, 188, "#d98c2b", "jar"),
        (92, 206, "#6f7a4a", "bottle"),
    ):
        with c.group(f"translate({x} 0)"):
            if kind == "jar":
                c.path(lathe(((28, -h + 22, 1), (32, -h + 34), (32, -40, 1))), c.round(tone))
                c.path(lathe(((30, -h, 1), (30, -h + 22, 1))), c.round(look.second))
                c.ellipse(0, -h, 30, 5, lit(look.second, 0.3))
            else:
                c.path(lathe(((10, -h, 1), (11, -h + 36), (26, -h + 66), (26, -40, 1))), c.round(tone))
                c.path(lathe(((11, -h - 14, 1), (11, -h + 4, 1))), c.round("#c79a68"))
    straw = "".join(f"M{x} {-104 + (x * 7 % 11)}q8 -26 {(x * 13 % 23) - 8} -34" for x in range(-124, 126, 9))
    c.stroke(straw, "#e2c583", 4)
    for i in range(3):
        c.rect(-138, -108 + i * 37, 276, 33, c.round(look.main if i % 2 else lit(look.main, 0.08)), rx=2)
    for x in (-138, 116):
        c.rect(x, -110, 22, 112, c.round(dim(look.main, 0.12)))
    c.stroke("M-127 -92h.1M-127 -55h.1M-127 -18h.1M127 -92h.1M127 -55h.1M127 -18h.1", dim(look.main, 0.5), 5)
    if look.text("card"):
        label(c, 0, -84, 96, 64, "#f9f2e4", look.text("card"), look.text("sign", "fruit"))
    return Size(126, 212)


def comb(c: Canvas, look: Look) -> Size:
    """A piece of honeycomb on a plate."""
    c.path(lathe(((118, -14, 1), (88, -4), (64, 0, 1))), c.round(look.second))
    c.ellipse(0, -14, 118, 118 * FLAT, lit(look.second, 0.3))
    c.path("M-70 -12 Q0 6 84 -10 Q104 -22 70 -28 H-60 Q-92 -24 -70 -12Z", look.main, opacity=0.75)
    with c.within(polygon((-78, -124), (66, -136), (84, -24), (-70, -18)), look.main):
        for row in range(7):
            for column in range(8):
                x, y = -84 + column * 24 + (row % 2) * 12, -134 + row * 20
                hexagon = f"M{x} {y - 12}l10.500 6v12l-10.500 6l-10.500 -6v-12Z"
                c.path(
                    hexagon,
                    lit(look.main, 0.35 if (row + column) % 3 else 0.1),
                    stroke=dim(look.main, 0.2),
                    stroke_width=2,
                )
    c.path("M-40 -18 q2 18 -4 22 q-10 2 -8 -8 q4 -8 4 -14Z", lit(look.main, 0.2))
    return Size(104, 146)


def tea(c: Canvas, look: Look) -> Size:
    """A caddy of tea with a scoop of leaves before it."""
    with c.within(polygon((-62, -170), (62, -170), (62, 0), (-62, 0)), look.main):
        if look.text("pattern"):
            weave(c, look, -62, -170, 124, 174)
    c.rect(-66, -196, 132, 36, c.round(look.second), rx=3)
    c.rect(-20, -206, 40, 12, c.round(look.third), rx=4)
    label(c, 0, -130, 88, 92, "#f9f2e4", look.third, look.text("sign", "leaf"))
    c.path("M56 4 Q70 -26 120 -20 Q134 -8 122 6 Q90 16 56 4Z", c.round("#c79a4b"))
    c.stroke("M72 -4l8 -5M84 2l9 -3M92 -8l8 4M104 0l7 -5M80 -9l4 6M112 -9l5 4", "#4f4a36", 4)
    c.stroke("M122 -6 L160 -26", "#c79a4b", 7)
    return Size(96, 206)


MOTIFS = {"jar": jar, "jars": jars, "crate": crate, "comb": comb, "tea": tea}
