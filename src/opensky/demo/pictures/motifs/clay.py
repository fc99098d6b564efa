"""Things thrown on a wheel: mugs, cups, bowls, plates, vases, jugs, teapots."""

from opensky.demo.pictures.canvas import Canvas
from opensky.demo.pictures.colour import dim, lit, luminance
from opensky.demo.pictures.look import Look, Size
from opensky.demo.pictures.shapes import FLAT, band, drip, lathe, leaf

VASES: dict[str, tuple[tuple[float, ...], ...]] = {
    "bottle": ((17, -232, 1), (15, -215), (17, -165), (52, -112), (58, -55), (44, 0, 1)),
    "moon": ((24, -196, 1), (22, -182), (62, -150), (84, -95), (66, -32), (40, 0, 1)),
    "tulip": ((60, -215, 1), (46, -170), (36, -120), (56, -62), (54, -28), (38, 0, 1)),
    "column": ((48, -222, 1), (45, -195), (46, -100), (52, -20), (48, 0, 1)),
    "gourd": ((22, -222, 1), (20, -205), (38, -172), (26, -132), (66, -80), (68, -42), (44, 0, 1)),
    "amphora": ((34, -226, 1), (24, -205), (26, -182), (70, -140), (60, -70), (32, 0, 1)),
    "cone": ((70, -170, 1), (58, -120), (44, -60), (30, 0, 1)),
    "drop": ((13, -180, 1), (12, -150), (30, -100), (58, -48), (52, -12), (38, 0, 1)),
}


def finish(c: Canvas, look: Look, half: float, height: float) -> None:
    """Decorate a body, within its outline, in the way that the option ``finish`` names (several joined by +)."""
    for kind in filter(None, look.text("finish").split("+")):
        if kind == "dip":
            c.path(drip(half + 6, -height * look.number("dip", 0.52), height * 0.06), look.second)
        elif kind == "foot":
            c.path(band(half + 6, -height * look.number("foot", 0.3), 40), look.second)
        elif kind == "bands":
            for share in (0.34, 0.47, 0.56):
                c.path(band(half + 6, -height * share, -height * share + height * 0.055), look.second)
        elif kind == "stripes":
            for x in range(int(-half), int(half) + 10, 17):
                bend = x * 0.12
                c.stroke(f"M{x} {-height - 10} Q{x + bend} {-height / 2} {x} 30", look.second, 4.5, opacity=0.85)
        elif kind == "dots":
            _dots(c, look, half, height)
        elif kind == "check":
            _check(c, look, half, height)
        elif kind == "brush":
            for i in range(4):
                left = -half * 0.8 + i * half * 0.52
                c.path(
                    leaf(left, -height * 0.16, height * look.vary(0.5, 0.15), 12 - i * 5, 0.2), look.second, opacity=0.9
                )
        elif kind == "speckle":
            speckle(c, look, half, height)


def speckle(c: Canvas, look: Look, half: float, height: float, number: int = 26) -> None:
    """Strew the iron spots of stoneware, drawn as one path to keep the file small."""
    spots = []
    for _ in range(number):
        x, y = look.random.uniform(-half, half), look.random.uniform(-height, height * 0.1)
        spots.append(f"M{x:.1f} {y:.1f}h.1")
    c.stroke("".join(spots), dim(look.main, 0.5 if luminance(look.main) > 0.4 else 0.7), 2.4, opacity=0.5)


def _dots(c: Canvas, look: Look, half: float, height: float) -> None:
    marks = []
    for row in range(4):
        for column in range(-4, 5):
            x = column * half / 3.4 + (row % 2) * half / 6.8
            marks.append(f"M{x:.1f} {-height * (0.28 + row * 0.15) + 8 - abs(x) * 0.06:.1f}h.1")
    c.stroke("".join(marks), look.second, half * 0.11)


def _check(c: Canvas, look: Look, half: float, height: float) -> None:
    side = half / 2.6
    for row in range(-1, int(height / side) + 1):
        for column in range(-3, 4):
            if (row + column) % 2:
                c.rect(column * side - side / 2, -row * side - side + 8, side, side, look.second)


def mug(c: Canvas, look: Look) -> Size:
    """A mug with a handle; ``tall`` stretches it."""
    r = look.vary(62)
    h = look.vary(128) * look.number("tall", 1)
    y = -h * 0.78
    grip = f"M{r - 6} {y} C{r + 52} {y - 8} {r + 52} {y + h * 0.6} {r - 10} {y + h * 0.56}"
    c.stroke(grip, dim(look.main, 0.16), 15)
    c.stroke(grip, lit(look.main, 0.1), 8)
    belly = r * look.number("belly", 1.0)
    body = lathe(((r, -h, 1), (belly, -h * 0.5), (r * 0.94, -14), (r * 0.82, 0, 1)))
    with c.within(body, look.main):
        finish(c, look, max(r, belly), h)
    c.rim(r, -h, look.second if "dip" in look.text("finish") else look.main, look.third, flat=FLAT)
    if look.text("filled"):
        c.ellipse(0, -h + 5, r - 8, (r - 8) * FLAT * 0.72, c.fall(look.text("filled")))
    return Size(r + 18, h)


def cup(c: Canvas, look: Look) -> Size:
    """A cup without a handle; with ``saucer`` it stands on one."""
    r, h = look.vary(50), look.vary(88) * look.number("tall", 1)
    base = 0.0
    if look.text("saucer"):
        c.path(lathe(((86, -12, 1), (60, -2), (40, 2, 1))), c.round(look.second))
        c.ellipse(0, -12, 86, 86 * FLAT, lit(look.second, 0.25))
        c.ellipse(0, -11, 58, 58 * FLAT, dim(look.second, 0.1))
        base = -9
    with c.group(f"translate(0 {base})"):
        flare = r * look.number("flare", 1.08)
        body = lathe(((flare, -h, 1), (r, -h * 0.5), (r * 0.8, -12), (r * 0.55, 0, 1)))
        with c.within(body, look.main):
            finish(c, look, flare, h)
        c.rim(flare, -h, look.main, look.third, flat=FLAT, lip=3.5)
        if look.text("filled"):
            c.ellipse(0, -h + 4, flare - 7, (flare - 7) * FLAT * 0.7, c.fall(look.text("filled")))
    return Size(86 if look.text("saucer") else r, h + 10)


def bowl(c: Canvas, look: Look) -> Size:
    """A bowl; ``deep`` makes it higher, ``fruit`` fills it."""
    r = look.vary(104, 0.04) * look.number("wide", 1)
    h = look.vary(84) * look.number("deep", 1)
    lip = look.main
    if look.text("fruit"):
        _fruit(c, look, r, h)
    body = lathe(((r, -h, 1), (r * 0.93, -h * 0.62), (r * 0.66, -16), (r * 0.42, -7), (r * 0.42, 0, 1)))
    if look.text("fruit"):
        with c.within(body, look.main):
            finish(c, look, r, h)
        return Size(r * 0.86, h)
    with c.within(body, look.main):
        finish(c, look, r, h)
    c.rim(r, -h, lip, look.third, flat=FLAT * 1.15, lip=5)
    return Size(r * 0.86, h)


def _fruit(c: Canvas, look: Look, r: float, h: float) -> None:
    colours = look.text("fruit").split("+")
    for i, (x, y) in enumerate(((-0.44, -8), (0.05, -26), (0.5, -10), (-0.22, -20), (0.3, -22), (-0.02, -2))):
        c.circle(x * r, -h + y, r * 0.26, c.round(colours[i % len(colours)]))
    c.path(leaf(r * 0.06, -h - 48, 30, 65, 0.3), c.fall("#5f7d4f"))


def nest(c: Canvas, look: Look) -> Size:
    """Bowls of falling size, stacked one in another."""
    colours = (look.main, look.second, look.third)
    sizes = look.count("set", 3)
    y = 0.0
    for i in range(sizes):
        r, h = 112 - i * 17, 66 - i * 4
        colour = colours[i % 3]
        with c.group(f"translate(0 {y})"):
            body = lathe(((r, -h, 1), (r * 0.94, -h * 0.62), (r * 0.62, -12), (r * 0.44, 0, 1)))
            c.path(body, c.round(colour))
            c.rim(r, -h, colour, colour, flat=FLAT, lip=4)
        y -= 35
    return Size(84, 66 - y)


def plates(c: Canvas, look: Look) -> Size:
    """One plate standing to show its face, a pile of plates before it."""
    r = 104
    c.ellipse(-14, -r + 2, r, r, dim(look.main, 0.25))
    c.circle(-18, -r, r, c.fall(look.main))
    ring = look.text("ring", "line")
    if ring == "line":
        c.circle(-18, -r, r - 9, "none", stroke=look.second, stroke_width=5)
    elif ring == "rim":
        c.circle(-18, -r, r - 14, "none", stroke=look.second, stroke_width=26)
    elif ring == "petals":
        for i in range(12):
            with c.group(f"rotate({i * 30} -18 {-r})"):
                c.path(leaf(-18, -r - 58, 36, 0, 0.3), look.second)
    elif ring == "half":
        c.path(f"M{-18 - r} {-r} A{r} {r} 0 0 0 {-18 + r} {-r}Z", look.second)
    c.circle(-18, -r, r * 0.6, c.fall(lit(look.main, 0.2)), stroke=dim(look.main, 0.12), stroke_width=2)
    for i in range(look.count("pile", 3)):
        y = 10 - i * 12
        c.path(
            lathe(((84, y - 10, 1), (66, y - 2), (46, y, 1))),
            c.round((look.main, look.second)[i % 2]),
            transform="translate(46 0)",
        )
    top = 10 - (look.count("pile", 3) - 1) * 12 - 10
    c.rim(84, top, look.main, lit(look.main, 0.3), flat=FLAT, lip=22, x=46)
    return Size(112, 2 * r)


def vase(c: Canvas, look: Look) -> Size:
    """A vase of a named ``shape``, with what grows in it named by ``stem``."""
    shape = VASES[look.text("shape", "bottle")]
    scale = look.vary(1, 0.05) * look.number("size", 1)
    profile = tuple((p[0] * scale * look.number("wide", 1), p[1] * scale, *p[2:]) for p in shape)
    mouth, top = profile[0][0], -profile[0][1]
    half = max(p[0] for p in profile)
    stems(c, look, mouth, top)
    if look.text("handles"):
        for side in (-1, 1):
            grip = f"M{side * mouth * 0.8} {-top * 0.93} C{side * 64} {-top * 0.98} {side * 66} {-top * 0.8} {side * 52} {-top * 0.66}"
            c.stroke(grip, dim(look.main, 0.1 + 0.1 * (side > 0)), 10)
    with c.within(lathe(profile), look.main):
        finish(c, look, half, top)
    c.rim(mouth, -top, look.main, look.third, flat=FLAT, lip=3)
    return Size(half * 0.86, top + (100 if look.text("stem") else 0))


def stems(c: Canvas, look: Look, mouth: float, top: float) -> None:
    """Put flowers or branches in a vessel before its front is drawn."""
    kind = look.text("stem")
    if not kind:
        return
    green = look.text("green", "#6f8560")
    spread = (-26, -9, 8, 24) if kind != "branch" else (-14, 16)
    for i, angle in enumerate(spread):
        length = look.vary(118, 0.16)
        x, y = angle * 2.5, -top - length
        c.stroke(f"M{angle * 0.2} {-top + 12} Q{angle * 0.5} {-top - length * 0.5} {x} {y}", dim(green, 0.1), 2.6)
        if kind == "branch":
            for step in range(6):
                along = 0.28 + step * 0.14
                bx, by = x * along**1.4, -top - length * along
                c.path(leaf(bx, by, 30, angle + (62 if step % 2 else -58), 0.26), c.fall(green))
        elif kind == "dry":
            c.ellipse(
                x, y + 8, 9, 26, c.round(look.text("bloom", "#d9b77e")), transform=f"rotate({angle} {x:.0f} {y:.0f})"
            )
        elif kind == "poppy":
            bloom = look.text("bloom", "#c8553d")
            c.path(leaf(x * 0.6, -top - length * 0.5, 34, angle + 60, 0.2), c.fall(green))
            c.circle(x, y, 19 - i % 2 * 4, c.fall(bloom))
            c.circle(x, y, 6, dim(bloom, 0.55))
        elif kind == "daisy":
            for petal in range(7):
                c.path(leaf(x, y, 18, petal * 51.4, 0.34), look.text("bloom", "#fbf7ef"))
            c.circle(x, y, 6, "#d9a441")
        elif kind == "tulip":
            bloom = look.text("bloom", "#d98c7a")
            c.path(leaf(x * 0.4, -top - 10, 80, angle * 1.6, 0.14), c.fall(green))
            c.path(
                f"M{x - 15} {y - 20} Q{x - 20} {y + 18} {x} {y + 18} Q{x + 20} {y + 18} {x + 15} {y - 20} L{x + 6} {y - 6} L{x} {y - 24} L{x - 6} {y - 6}Z",
                c.fall(bloom),
            )


def jug(c: Canvas, look: Look) -> Size:
    """A pitcher with a spout on the left and a handle on the right."""
    h = look.vary(190) * look.number("tall", 1)
    grip = f"M36 {-h * 0.9} C104 {-h * 0.95} 98 {-h * 0.35} 54 {-h * 0.3}"
    c.stroke(grip, dim(look.main, 0.2), 15)
    c.stroke(grip, lit(look.main, 0.08), 8)
    stems(c, look, 40, h)
    c.path(
        f"M-34 {-h + 4} Q-66 {-h - 16} -60 {-h + 2} Q-50 {-h * 0.84} -40 {-h * 0.72}Z", c.round(lit(look.main, 0.12))
    )
    body = lathe(((42, -h, 1), (36, -h * 0.82), (66, -h * 0.4), (64, -22), (50, 0, 1)))
    with c.within(body, look.main):
        finish(c, look, 68, h)
    c.rim(42, -h, look.main, look.third, flat=FLAT)
    return Size(72, h + (90 if look.text("stem") else 0))


def teapot(c: Canvas, look: Look) -> Size:
    """A round teapot; ``arch`` gives it a cane handle over the top."""
    h = 118
    if look.text("arch"):
        c.stroke("M-62 -100 C-60 -214 60 -214 62 -100", look.third, 9)
    else:
        c.stroke("M70 -92 C130 -104 124 -20 70 -28", dim(look.main, 0.18), 14)
        c.stroke("M70 -92 C130 -104 124 -20 70 -28", lit(look.main, 0.08), 7)
    c.path("M-70 -34 Q-112 -50 -122 -112 L-138 -118 Q-112 -130 -104 -112 Q-96 -84 -66 -80Z", c.round(look.main))
    body = lathe(((34, -h, 1), (78, -88), (88, -50), (62, -8), (50, 0, 1)))
    with c.within(body, look.main):
        finish(c, look, 90, h)
    c.path(lathe(((10, -h - 14), (30, -h - 8), (38, -h + 2, 1))), c.round(look.second))
    c.circle(0, -h - 22, 11, c.round(look.third))
    return Size(94, h)


def butter(c: Canvas, look: Look) -> Size:
    """A covered dish."""
    c.path(lathe(((116, -14, 1), (92, -3), (80, 0, 1))), c.round(look.second))
    c.ellipse(0, -14, 116, 116 * FLAT, lit(look.second, 0.25))
    body = lathe(((66, -78), (78, -66), (82, -16, 1)))
    with c.within(body, look.main):
        finish(c, look, 84, 78)
    c.ellipse(0, -80, 62, 10, lit(look.main, 0.22))
    c.path(lathe(((15, -104), (10, -96), (12, -82, 1))), c.round(look.third))
    return Size(112, 104)


MOTIFS = {
    "mug": mug, "cup": cup, "bowl": bowl, "nest": nest, "plates": plates, "vase": vase, "jug": jug, "teapot": teapot, "butter": butter,
}  # fmt: skip
