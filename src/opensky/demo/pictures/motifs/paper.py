"""A bookbinder's and a printer's things: notebooks, albums, boxes, cards, prints."""

from opensky.demo.pictures.canvas import Canvas
from opensky.demo.pictures.colour import dim, lit
from opensky.demo.pictures.look import Look, Size
from opensky.demo.pictures.motifs.art import ART
from opensky.demo.pictures.motifs.parts import against, emblem, label, weave
from opensky.demo.pictures.shapes import FLAT, lathe, polygon

PAGES = "#f6efe2"


def notebook(c: Canvas, look: Look) -> Size:
    """A book standing upright; ``cover`` is plain, spine, quarter, pattern or sign; ``band`` is an elastic or a ribbon."""
    w, h = look.vary(150) * look.number("wide", 1), look.vary(208) * look.number("tall", 1)
    x = -w / 2
    c.path(polygon((x + w, -h + 3), (x + w + 20, -h + 11), (x + w + 20, -7), (x + w, 0)), PAGES)
    c.stroke("".join(f"M{x + w + i} {-h + 5 + i * 0.4}V{-2 - i * 0.35}" for i in (5, 10, 15)), dim(PAGES, 0.16), 1)
    c.path(
        polygon((x + w + 17, -h + 8), (x + w + 24, -h + 11), (x + w + 24, -6), (x + w + 17, -3)), dim(look.main, 0.3)
    )
    cover = look.text("cover", "spine")
    with c.within(f"M{x} {-h} H{x + w - 4} q4 0 4 4 V-4 q0 4 -4 4 H{x}Z", look.main):
        if cover in {"spine", "quarter"}:
            c.rect(x, -h, w * (0.14 if cover == "spine" else 0.32), h, look.second)
        if cover == "quarter":
            c.path(polygon((x + w, -h), (x + w - 34, -h), (x + w, -h + 34)), look.second)
            c.path(polygon((x + w, 0), (x + w - 34, 0), (x + w, -34)), look.second)
        if cover == "pattern":
            weave(c, look, x + w * 0.13, -h, w, h)
            c.rect(x, -h, w * 0.13, h, look.second)
        if cover == "sign":
            emblem(c, look.text("sign", "moon"), x + w * 0.56, -h * 0.56, w * 0.24, look.second)
        c.rect(x + w * 0.13, -h, 2, h, dim(look.main, 0.35), opacity=0.4)
    if look.text("title", "label") == "label":
        c.rect(x + w * 0.34, -h * 0.82, w * 0.46, h * 0.17, c.fall(PAGES), rx=2)
        c.stroke(f"M{x + w * 0.43} {-h * 0.755}h{w * 0.28}M{x + w * 0.47} {-h * 0.71}h{w * 0.2}", "#8a7d6c", 2)
    if look.text("stitch"):
        c.stroke("".join(f"M{x} {-h * s}h{w * 0.12}v{h * 0.06}" for s in (0.9, 0.7, 0.5, 0.3, 0.14)), look.third, 2.6)
    if look.text("band") == "elastic":
        c.rect(x + w * 0.84, -h - 1, 7, h + 2, look.third)
    elif look.text("band") == "ribbon":
        c.path(f"M{x + w * 0.6} 0 l-3 26 l7 -6 l7 6 l-2 -26Z", look.third)
    return Size(w / 2 + 22, h)


def stack(c: Canvas, look: Look) -> Size:
    """Notebooks in a pile, tied or topped."""
    tones = (look.main, look.second, look.third)
    y = 0.0
    for i in range(look.count("pile", 5)):
        thick, w = look.vary(27, 0.3), look.vary(204, 0.06)
        x = -w / 2 + look.random.uniform(-9, 9)
        c.rect(x + 6, y - thick + 4, w - 9, thick - 7, PAGES)
        c.stroke(f"M{x + 12} {y - thick * 0.6}h{w - 20}M{x + 12} {y - thick * 0.38}h{w - 20}", dim(PAGES, 0.15), 1)
        c.path(
            f"M{x + w} {y - thick} H{x + 8} q-10 0 -10 {thick / 2} q0 {thick / 2} 10 {thick / 2} H{x + w} v-5 H{x + 12} q-5 0 -5 {-thick / 2 + 5} q0 {-thick / 2 + 5} 5 {-thick / 2 + 5} H{x + w}Z",
            c.round(tones[i % 3]),
        )
        y -= thick
    if look.text("tie"):
        c.rect(-6, y - 1, 12, -y + 1, c.round(look.text("tie")))
        c.path(f"M0 {y} q-46 -34 -48 -8 q2 14 48 8 q46 -34 48 -8 q-2 14 -48 8Z", c.fall(look.text("tie")))
    return Size(106, -y + (30 if look.text("tie") else 0))


def open_book(c: Canvas, look: Look) -> Size:
    """A book lying open on a stand of itself, seen from the front."""
    c.path("M-152 -136 L0 -112 L152 -136 V-4 L0 18 L-152 -4Z", c.round(look.main))
    c.path("M-143 -142 Q-66 -152 0 -118 V10 Q-66 -22 -143 -10Z", c.round("#f1e7d5"))
    c.path("M143 -142 Q66 -152 0 -118 V10 Q66 -22 143 -10Z", c.fall(PAGES))
    c.path("M0 -118 Q18 -130 34 -135 V-8 Q18 -4 0 10Z", dim(PAGES, 0.2), opacity=0.5)
    kind = look.text("inside", "lines")
    if kind == "lines":
        d = "".join(f"M-126 {-116 + i * 17}Q-66 {-128 + i * 17} -22 {-104 + i * 17}" for i in range(6))
        d += "".join(f"M126 {-116 + i * 17}Q66 {-128 + i * 17} 26 {-106 + i * 17}" for i in range(4))
        c.stroke(d, dim(PAGES, 0.28), 2)
    elif kind == "photos":
        for x, y, w, h, tone in (
            (-124, -118, 50, 42, look.second),
            (-66, -100, 42, 52, look.third),
            (34, -112, 84, 62, look.second),
            (40, -40, 34, 26, look.third),
        ):
            c.rect(x, y, w, h, "#fffaf0", transform=f"skewY({4 if x < 0 else -5})")
            c.rect(x + 4, y + 4, w - 8, h - 8, c.fall(tone), transform=f"skewY({4 if x < 0 else -5})")
    else:
        c.stroke("M-126 -100Q-66 -116 -22 -90M-126 -80Q-66 -96 -22 -70", dim(PAGES, 0.28), 2)
        emblem(c, kind, 78, -74, 40, look.second)
    c.path("M-4 -118 L-2 40 L4 34 L10 40 L6 -116Z", look.third)
    return Size(132, 150)


def box(c: Canvas, look: Look) -> Size:
    """A covered box; ``lid`` is on or leaning; ``sign`` on its face."""
    w, h = 204 * look.number("wide", 1), 112 * look.number("tall", 1)
    x = -w / 2
    c.path(polygon((x, -h), (x + 26, -h - 34), (x + w + 12, -h - 34), (x + w, -h)), c.fall(lit(look.second, 0.22)))
    c.path(polygon((x + w, -h), (x + w + 12, -h - 34), (x + w + 12, -22), (x + w, 0)), dim(look.main, 0.32))
    with c.within(f"M{x} {-h}H{x + w}V0H{x}Z", look.main):
        if look.text("pattern"):
            weave(c, look, x, -h, w, h)
    c.rect(x - 3, -h - 2, w + 6, 32, c.round(look.second))
    c.path(
        polygon((x + w + 3, -h - 2), (x + w + 14, -h - 36), (x + w + 14, -h - 8), (x + w + 3, -h + 30)),
        dim(look.second, 0.35),
    )
    if look.text("sign"):
        c.rect(-42, -h * 0.6, 84, h * 0.44, c.fall(PAGES), rx=3)
        emblem(c, look.text("sign"), 0, -h * 0.38, 17, look.third)
    if look.text("tie"):
        c.rect(-7, -h - 34, 14, h + 34, c.round(look.text("tie")))
        c.path(f"M0 {-h - 24} q-52 -42 -56 -8 q4 16 56 8 q52 -42 56 -8 q-4 16 -56 8Z", c.fall(look.text("tie")))
    return Size(w / 2 + 8, h + 36)


def cards(c: Canvas, look: Look) -> Size:
    """Cards with their envelopes, leaning in a row; ``art`` prints them."""
    for x, angle, tone in ((-58, -10, look.third), (62, 9, look.second)):
        with c.group(f"translate({x} 0) rotate({angle})"):
            c.rect(-74, -116, 148, 116, c.fall(tone), rx=3)
            c.path("M-74 -114 L0 -52 L74 -114", "none", stroke=dim(tone, 0.22), stroke_width=2)
    c.rect(-62, -178, 128, 182, "#2a1e1c", opacity=0.14, rx=2)
    c.rect(-66, -180, 128, 182, c.fall("#fbf6ea"), rx=2)
    with c.group("translate(-54 -168)"):
        ART[look.text("art", "stems")](c, look, 104, 132)
    c.stroke("M-30 -18H26", look.main, 2.4)
    return Size(134, 182)


def pencils(c: Canvas, look: Look) -> Size:
    """Pencils or brushes standing in a pot."""
    tones = (look.main, look.second, look.third, lit(look.main, 0.4), dim(look.second, 0.2))
    for i, (x, angle, length) in enumerate(((-44, -11, 206), (40, 12, 196), (-20, -4, 232), (22, 6, 222), (2, 1, 190))):
        with c.group(f"translate({x * 0.6} -40) rotate({angle})"):
            tone = tones[i]
            if look.text("kind", "pencils") == "pencils":
                c.rect(-7, -length + 26, 14, length - 26, c.round(tone))
                c.path(f"M-7 {-length + 26} L0 {-length} L7 {-length + 26}Z", "#e8cda0")
                c.path(f"M-2.500 {-length + 9} L0 {-length} L2.500 {-length + 9}Z", tone)
            else:
                c.path(f"M-4 0 L-6 {-length * 0.5} L-3 {-length + 50} H3 L6 {-length * 0.5} L4 0Z", c.round(tone))
                c.rect(-6, -length + 30, 12, 24, c.metal("#b3b8ba"))
                c.path(
                    f"M-6 {-length + 30} Q-10 {-length + 12} 0 {-length - 8} Q10 {-length + 12} 6 {-length + 30}Z",
                    "#5a4334",
                )
    with c.within(lathe(((58, -116, 1), (54, 0, 1))), look.main):
        weave(c, look, -60, -116, 120, 130)
    c.path(f"M-58 -116 A58 {58 * FLAT} 0 0 0 58 -116", "none", stroke=lit(look.main, 0.4), stroke_width=4)
    return Size(66, 240)


def rolls(c: Canvas, look: Look) -> Size:
    """Rolled papers standing together."""
    tones = (look.main, look.second, look.third)
    for i, (x, top, pattern) in enumerate(((-62, -222, "dashes"), (60, -206, "broad"), (0, -252, "diamonds"))):
        r = 38
        with c.group(f"translate({x} {8 if x == 0 else -6})"):
            with c.within(lathe(((r, top, 1), (r, 0, 1))), tones[i]):
                turned = Look(tones[i], tones[(i + 1) % 3], tones[(i + 2) % 3], look.random, {"pattern": pattern})
                weave(c, turned, -r, top, 2 * r, -top + 10)
                c.rect(-r - 2, top * 0.62, 2 * r + 4, 40, PAGES)
            c.ellipse(0, top, r, r * FLAT, lit(PAGES, 0.2))
            c.ellipse(2, top, r * 0.6, r * FLAT * 0.6, "none", stroke=dim(PAGES, 0.3), stroke_width=1.6)
            c.ellipse(2, top, r * 0.3, r * FLAT * 0.3, dim(PAGES, 0.45))
    return Size(104, 256)


def frame(c: Canvas, look: Look) -> Size:
    """A framed print leaning on the wall; ``art`` says what it shows, ``lying`` turns it on its side."""
    w, h = (262, 204) if look.text("lying") else (206, 272)
    x = -w / 2
    c.rect(x + 10, -h + 10, w, h - 10, "#2a1e1c", opacity=0.16)
    c.rect(x, -h, w, h, c.round(look.text("edge", "#b9854f")))
    c.rect(x + 9, -h + 9, w - 18, h - 18, c.fall("#fbf6ea"))
    c.path(
        polygon(
            (x + 9, -h + 9), (x + w - 9, -h + 9), (x + w - 9, -h + 14), (x + 14, -h + 14), (x + 14, -9), (x + 9, -9)
        ),
        "#2a1e1c",
        opacity=0.12,
    )
    with c.group(f"translate({x + 32} {-h + 32})"):
        ART[look.text("art", "stems")](c, look, w - 64, h - 64)
    c.path(polygon((x + w - 9, -h + 9), (x + w - 62, -h + 9), (x + 46, -9), (x + w * 0.55, -9)), "#ffffff", opacity=0.1)
    return Size(w / 2 - 8, h * 0.84)


def poster(c: Canvas, look: Look) -> Size:
    """A print hung between two rails of wood."""
    w, h = 214, 268
    x, y = -w / 2, -h / 2 - 8
    c.stroke(f"M{x + 20} {y - 2} L0 {y - 40} L{-x - 20} {y - 2}", "#8a7d6c", 2)
    c.rect(x + 8, y + 8, w, h, "#2a1e1c", opacity=0.14)
    c.rect(x, y, w, h, c.fall("#fbf6ea"))
    with c.group(f"translate({x + 16} {y + 24})"):
        ART[look.text("art", "stems")](c, look, w - 32, h - 48)
    for at in (y - 6, y + h - 6):
        c.rect(x - 9, at, w + 18, 13, c.fall(look.text("edge", "#b9854f")), rx=3)
    return Size(w / 2, h, hangs=True)


def calendar(c: Canvas, look: Look) -> Size:
    """A desk calendar on a block; its month is a picture and a grid."""
    c.path(polygon((-96, 0), (-82, -26), (82, -26), (96, 0)), c.fall(look.text("edge", "#b9854f")))
    c.path(polygon((-96, 0), (96, 0), (94, 12), (-94, 12)), dim(look.text("edge", "#b9854f"), 0.28))
    c.rect(-80, -206, 164, 188, "#2a1e1c", opacity=0.14)
    c.rect(-84, -210, 164, 190, c.fall("#fbf6ea"))
    with c.group("translate(-74 -200)"):
        ART[look.text("art", "hills")](c, look, 144, 100)
    d = "".join(f"M{-66 + column * 22} {-82 + row * 15}h8" for row in range(4) for column in range(7))
    c.stroke(d, look.main, 4, opacity=0.8)
    return Size(94, 212)


def envelope(c: Canvas, look: Look) -> Size:
    """A writing set: sheets, envelopes and a band around them."""
    for x, angle, tone in ((16, 5, look.third), (-12, -4, look.second)):
        with c.group(f"translate({x} 0) rotate({angle})"):
            c.rect(-96, -206, 190, 206, c.fall(lit(tone, 0.3)), rx=2)
    c.rect(-104, -138, 208, 138, c.round(look.main), rx=3)
    c.path("M-104 -136 L0 -44 L104 -136Z", c.fall(lit(look.main, 0.16)))
    c.path("M-104 -136 L0 -44 L104 -136", "none", stroke=dim(look.main, 0.2), stroke_width=2)
    c.circle(0, -54, 19, c.round(look.text("wax", "#a63d4a")))
    emblem(c, look.text("sign", "leaf"), 0, -55, 9, lit(look.text("wax", "#a63d4a"), 0.4))
    return Size(106, 206)


def stamps(c: Canvas, look: Look) -> Size:
    """Carved stamps with knobs, beside the print that they make."""
    for x, sign, tone in ((-84, "sun", look.main), (-8, "leaf", look.second), (66, "moon", look.third)):
        c.path(
            lathe(((12, -112), (17, -92), (9, -66), (24, -48, 1))), c.round("#b9854f"), transform=f"translate({x} 0)"
        )
        c.rect(x - 33, -50, 66, 38, c.round("#dcb988"), rx=3)
        c.rect(x - 33, -14, 66, 14, c.round(tone), rx=2)
        c.path(polygon((x - 33, -50), (x - 26, -56), (x + 38, -56), (x + 33, -50)), "#ecd3ab")
        emblem(c, sign, x, -31, 12, "#6b4530")
    c.rect(-60, 6, 132, 22, against("#2b2f38"), opacity=0)
    return Size(116, 118)


def label_roll(c: Canvas, look: Look) -> Size:
    """A bundle of gift tags on a string."""
    for i, (x, angle) in enumerate(((-66, -16), (62, 15), (-4, -2))):
        tone = (look.second, look.third, look.main)[i]
        with c.group(f"translate({x} 0) rotate({angle})"):
            c.path("M-50 0 V-134 L-24 -172 H24 L50 -134 V0Z", c.fall(tone))
            c.circle(0, -148, 8, "#fbf6ea", stroke=dim(tone, 0.25), stroke_width=2.5)
            c.stroke("M0 -150 Q10 -196 0 -214", "#c9b48f", 3)
            label(c, 0, -122, 70, 100, "#fbf6ea", dim(tone, 0.3), ("flower", "sun", "leaf")[i])
    return Size(104, 206)


MOTIFS = {
    "notebook": notebook, "stack": stack, "open_book": open_book, "box": box, "cards": cards, "pencils": pencils, "rolls": rolls,
    "frame": frame, "poster": poster, "calendar": calendar, "envelope": envelope, "stamps": stamps, "tags": label_roll,
}  # fmt: skip
