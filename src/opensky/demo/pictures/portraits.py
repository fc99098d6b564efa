"""Portraits: geometric busts, square, each with a hint of the craft before it. The people are invented."""

from collections.abc import Callable, Mapping
from random import Random

from opensky.demo.pictures.canvas import Canvas
from opensky.demo.pictures.colour import dim, lit, mix
from opensky.demo.pictures.look import Look, Option, Palette
from opensky.demo.pictures.motifs import MOTIFS

SIDE = 400
SKINS = {
    "deep": "#6f4530",
    "brown": "#98644a",
    "tan": "#c08a63",
    "olive": "#d3a47c",
    "light": "#e8bd9c",
    "fair": "#f0cdb2",
}
HEAD = "M200 86 C246 86 262 122 260 164 C258 214 232 246 200 246 C168 246 142 214 140 164 C138 122 154 86 200 86Z"

Hair = Callable[[Canvas, str], None]


def draw_portrait(title: str, seed: str, palette: Palette, features: Mapping[str, Option]) -> str:
    """Return an insider's portrait as SVG, 1:1. The same arguments give the same bytes."""
    random = Random(seed)
    c = Canvas()
    skin, hair = SKINS[str(features["skin"])], str(features["hair_colour"])
    style = str(features["hair"])
    c.rect(0, 0, SIDE, SIDE, c.fall(mix(palette.wall, palette.accent, 0.14)))
    c.circle(200, 190, 158, c.fall(mix(palette.wall, palette.accent, 0.46)))
    with c.group("translate(0 14)"):
        _BACK.get(style, _nothing)(c, hair)
        _shoulders(c, palette, features, skin)
        _face(c, features, skin, hair)
        _FRONT.get(style, _nothing)(c, hair)
        _worn(c, palette, features)
    _craft(c, palette, features, random)
    return c.svg(title, SIDE, SIDE)


def _nothing(c: Canvas, hair: str) -> None:
    del c, hair


def _shoulders(c: Canvas, palette: Palette, features: Mapping[str, Option], skin: str) -> None:
    shirt = palette.colour(str(features.get("shirt", "cream")))
    c.path("M170 218 V272 Q200 302 230 272 V218Z", dim(skin, 0.14))
    body = "M44 420 C48 330 92 296 168 276 Q200 312 232 276 C308 296 352 330 356 420Z"
    with c.within(body, shirt):
        if features.get("stripes"):
            for y in range(300, 420, 24):
                c.path(
                    f"M30 {y} Q200 {y + 26} 370 {y} v9 Q200 {y + 35} 30 {y + 9}Z",
                    palette.colour(str(features["stripes"])),
                )
        c.stroke("M112 420 C116 372 108 352 100 340M288 420 C284 372 292 352 300 340", dim(shirt, 0.22), 3, opacity=0.6)
    collar = str(features.get("collar", "round"))
    if collar == "shirt":
        c.path("M168 274 L148 290 L186 330 L200 304Z M232 274 L252 290 L214 330 L200 304Z", c.fall(lit(shirt, 0.3)))
    elif collar == "roll":
        c.path("M162 262 Q200 292 238 262 L242 290 Q200 322 158 290Z", c.round(lit(shirt, 0.08)))
    else:
        c.path("M164 274 Q200 318 236 274", "none", stroke=dim(shirt, 0.2), stroke_width=6)
    if features.get("apron"):
        apron = palette.colour(str(features["apron"]))
        c.path("M122 420 L132 338 Q200 356 268 338 L278 420Z", c.round(apron))
        c.stroke("M134 342 L152 286M266 342 L248 286", dim(apron, 0.1), 13, stroke_linecap="butt")
        c.stroke("M134 344 Q200 362 266 344", lit(apron, 0.3), 2.4, stroke_dasharray="5 4")


def _face(c: Canvas, features: Mapping[str, Option], skin: str, hair: str) -> None:
    for x in (139, 261):
        c.ellipse(x, 172, 12, 18, dim(skin, 0.08 if x < 200 else 0.2))
    with c.within(HEAD, skin, shade=False):
        c.path("M204 80 Q226 170 204 250 H280 V80Z", dim(skin, 0.12), opacity=0.55)
        for x in (162, 236):
            c.circle(x, 196, 17, "#d9604a", opacity=0.14)
        if features.get("beard"):
            full = str(features["beard"])
            d = (
                "M134 178 Q150 208 176 204 Q200 194 224 204 Q250 208 266 178 V260 H134Z"
                if full == "full"
                else "M146 206 Q170 222 200 218 Q230 222 254 206 V260 H146Z"
            )
            c.path(d, hair, opacity=0.95 if full == "full" else 0.35)
    brow = dim(hair, 0.1) if str(features["hair"]) != "bald" or features.get("beard") else dim(skin, 0.5)
    c.stroke("M160 150 Q174 141 188 149M212 149 Q226 141 240 150", brow, 5, opacity=0.85)
    c.stroke("M202 164 Q211 184 207 191 Q203 195 196 193", dim(skin, 0.32), 4)
    for x in (174, 226):
        if features.get("eyes") == "smiling":
            c.stroke(f"M{x - 9} 171 Q{x} 162 {x + 9} 171", "#2b2320", 4.2)
        else:
            c.ellipse(x, 169, 4.8, 6, "#2b2320")
            c.circle(x - 1.6, 167, 1.5, "#ffffff")
    mouth = dim(mix(skin, "#b0453c", 0.55), 0.12)
    if features.get("beard") == "full":
        mouth = "#e7b9a0"
    if features.get("smile") == "open":
        c.path("M180 213 Q200 219 220 213 Q216 232 200 232 Q184 232 180 213Z", "#8f3b34")
        c.path("M184 215 Q200 220 216 215 L214 220 Q200 224 186 220Z", "#fffaf0")
    else:
        c.stroke("M182 214 Q201 228 219 212", mouth, 4.4)


def _bun_back(c: Canvas, hair: str) -> None:
    c.circle(200, 68, 36, c.round(hair))
    c.path("M134 176 C124 96 160 72 200 72 C240 72 276 96 266 176Z", dim(hair, 0.14))


def _parted(c: Canvas, hair: str) -> None:
    c.path(
        "M138 172 C130 104 158 76 202 76 C246 76 270 104 262 172 C258 138 240 122 204 106 C180 128 146 138 138 172Z",
        c.round(hair),
    )


def _bob_back(c: Canvas, hair: str) -> None:
    c.path(
        "M122 240 C112 110 150 70 200 70 C250 70 288 110 278 240 Q262 258 236 250 V160 H164 V250 Q138 258 122 240Z",
        c.round(dim(hair, 0.1)),
    )


def _fringe(c: Canvas, hair: str) -> None:
    c.path(
        "M132 178 C124 100 156 72 200 72 C244 72 276 100 268 178 C264 158 258 146 252 138 Q200 152 148 138 C142 146 136 158 132 178Z",
        c.round(hair),
    )


def _curls_back(c: Canvas, hair: str) -> None:
    for x, y, r in (
        (128, 198, 34),
        (272, 198, 34),
        (116, 152, 36),
        (284, 152, 36),
        (132, 106, 38),
        (268, 106, 38),
        (170, 76, 40),
        (230, 76, 40),
        (200, 64, 36),
        (146, 226, 26),
        (254, 226, 26),
    ):
        c.circle(x, y, r, dim(hair, 0.06 if x < 200 else 0.2))


def _curls(c: Canvas, hair: str) -> None:
    for x, y, r in ((150, 114, 23), (178, 96, 26), (210, 92, 26), (240, 106, 24), (256, 130, 16), (142, 138, 15)):
        c.circle(x, y, r, lit(hair, 0.06) if x < 200 else hair)


def _short(c: Canvas, hair: str) -> None:
    c.path(
        "M136 168 C126 104 150 66 206 66 C256 66 276 104 264 168 L258 140 Q250 116 236 112 Q196 124 158 110 Q144 124 142 142Z",
        c.round(hair),
    )


def _quiff(c: Canvas, hair: str) -> None:
    c.path(
        "M136 164 C126 92 162 54 226 60 C262 66 274 108 264 164 L256 134 Q246 110 220 108 Q178 112 152 128 Q142 142 136 164Z",
        c.round(hair),
    )


def _long_back(c: Canvas, hair: str) -> None:
    c.path(
        "M120 330 C104 190 112 68 200 68 C288 68 296 190 280 330 Q250 346 226 300 H174 Q150 346 120 330Z",
        c.round(dim(hair, 0.12)),
    )


def _braid(c: Canvas, hair: str) -> None:
    _parted(c, hair)
    for i in range(6):
        c.ellipse(139 + i * 2, 226 + i * 26, 19 - i, 17, c.round(hair))
    c.rect(142, 362, 22, 8, "#e7d6b8")


def _crop(c: Canvas, hair: str) -> None:
    c.path(
        "M136 160 C128 98 156 70 200 70 C244 70 272 98 264 160 Q262 126 246 112 Q200 96 154 112 Q138 126 136 160Z",
        c.round(hair),
    )
    dots = "".join(f"M{150 + (i * 17) % 102} {84 + (i * 11) % 22}h.1" for i in range(22))
    c.stroke(dots, lit(hair, 0.16), 4)


def _side(c: Canvas, hair: str) -> None:
    c.path(
        "M136 172 C126 98 160 66 208 70 C258 74 272 112 264 172 C260 144 252 128 240 120 C214 132 176 128 164 108 C152 122 140 140 136 172Z",
        c.round(hair),
    )


def _bald(c: Canvas, hair: str) -> None:
    c.path("M139 168 Q132 150 138 138 Q144 150 143 168Z M261 168 Q268 150 262 138 Q256 150 257 168Z", hair)
    c.ellipse(178, 106, 24, 9, "#ffffff", opacity=0.22, transform="rotate(-16 178 106)")


_BACK: dict[str, Hair] = {"bun": _bun_back, "bob": _bob_back, "curls": _curls_back, "long": _long_back}
_FRONT: dict[str, Hair] = {
    "bun": _parted, "bob": _fringe, "curls": _curls, "short": _short, "quiff": _quiff, "long": _parted, "braid": _braid,
    "crop": _crop, "side": _side, "bald": _bald,
}  # fmt: skip


def _worn(c: Canvas, palette: Palette, features: Mapping[str, Option]) -> None:
    if features.get("glasses"):
        frame = str(features["glasses"])
        c.stroke(
            "M152 170a21 20 0 1 0 42 0a21 20 0 1 0 -42 0M206 170a21 20 0 1 0 42 0a21 20 0 1 0 -42 0M194 168q6 -5 12 0M152 168l-12 -4M248 168l12 -4",
            frame,
            3.6,
        )
    if features.get("earrings"):
        for x in (137, 263):
            c.circle(x, 200, 7, c.round(palette.colour(str(features["earrings"]))))
    hat = features.get("hat")
    if hat:
        _HATS[str(hat)](c, palette.colour(str(features.get("hat_colour", "cream"))))


def _straw(c: Canvas, tone: str) -> None:
    c.path("M142 116 C140 44 160 34 200 34 C240 34 260 44 258 116Z", c.round(tone))
    c.path("M140 100 Q200 118 260 100 V120 Q200 138 140 120Z", "#b5523e")
    c.path(
        "M88 124 Q120 98 144 112 Q200 130 256 112 Q280 98 312 124 Q256 150 200 150 Q144 150 88 124Z",
        c.fall(lit(tone, 0.1)),
    )
    c.stroke("M104 124 Q200 158 296 124", dim(tone, 0.2), 2)


def _scarf(c: Canvas, tone: str) -> None:
    c.path("M134 156 C126 92 158 62 202 62 C246 62 274 92 266 156 Q200 96 134 156Z", c.round(tone))
    c.stroke("M146 128 Q200 84 254 128", lit(tone, 0.4), 5)
    c.path("M256 96 Q300 70 306 98 Q286 112 262 108 Q300 126 288 142 Q262 134 256 110Z", c.fall(dim(tone, 0.08)))


def _cap(c: Canvas, tone: str) -> None:
    c.path("M132 134 C120 70 160 48 202 48 C246 48 282 72 268 134 Q200 112 132 134Z", c.round(tone))
    c.path("M132 132 Q200 108 268 132 V150 Q200 126 132 150Z", c.round(lit(tone, 0.2)))


def _beanie(c: Canvas, tone: str) -> None:
    c.path("M136 130 C132 62 164 44 200 44 C236 44 268 62 264 130Z", c.round(tone))
    c.path("M130 118 Q200 100 270 118 V150 Q200 130 130 150Z", c.round(dim(tone, 0.1)))
    c.stroke("".join(f"M{x} {114 - (70 - abs(x - 200)) * 0.1}v28" for x in range(140, 264, 12)), dim(tone, 0.24), 2.6)


_HATS: dict[str, Hair] = {"straw": _straw, "scarf": _scarf, "cap": _cap, "beanie": _beanie}


def _craft(c: Canvas, palette: Palette, features: Mapping[str, Option], random: Random) -> None:
    """Stand a piece of their work before them, at the lower right."""
    names = (
        str(features.get("main", "cream")),
        str(features.get("second", "linen")),
        str(features.get("third", "cream")),
    )
    main, second, third = (palette.colour(n) for n in names)
    motif = MOTIFS[str(features["motif"])]
    start = c.mark()
    size = motif(c, Look(main, second, third, random, features))
    drawn = c.take(start)
    scale = min(150 / size.height, 62 / size.half)
    with c.group(f"translate(316 386) scale({scale})"):
        c.ellipse(0, 4, size.half * 1.25, 14, c.contact(), opacity=0.8)
        c.give(drawn)
