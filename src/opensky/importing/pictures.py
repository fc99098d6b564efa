"""Drawn tiles for goods and makers of whom the data has no picture: a few small SVG files, shared by thousands of products."""

from pathlib import Path

from opensky.importing.wording import SHELVES, Shelf

FOLDER = "imports"
"""Where the tiles stand below the media folder."""
VARIANTS = 6
"""How many tiles a shelf has, so that a page of it is not one picture twenty times."""

_SHAPES = (
    '<circle cx="200" cy="170" r="86"/><circle cx="258" cy="228" r="52" opacity=".55"/>',
    '<rect x="112" y="92" width="176" height="156" rx="26"/><rect x="144" y="66" width="112" height="52" rx="22" opacity=".55"/>',
    '<path d="M200 62 L300 246 L100 246 Z"/><circle cx="200" cy="196" r="40" opacity=".45" fill="#fff"/>',
    '<path d="M120 250 V140 a80 80 0 0 1 160 0 V250 Z"/><rect x="96" y="238" width="208" height="26" rx="13" opacity=".55"/>',
    '<path d="M92 130 H308 L284 250 a18 18 0 0 1 -18 14 H134 a18 18 0 0 1 -18 -14 Z"/><rect x="164" y="88" width="72" height="42" rx="20"/>',
    '<path d="M200 60 C 290 120 300 200 200 264 C 100 200 110 120 200 60 Z"/><path d="M200 90 V250" stroke="#fff" stroke-width="8" opacity=".5"/>',
)


def product_picture(shelf: Shelf, number: int) -> str:
    """Return the path of the tile for the ``number``-th product, below the media folder."""
    return f"{FOLDER}/{shelf.slug}-{number % VARIANTS + 1}.svg"


def maker_picture(shelf: Shelf) -> str:
    """Return the path of the tile for a maker who mostly fills that shelf."""
    return f"{FOLDER}/maker-{shelf.slug}.svg"


def draw(media: Path) -> None:
    """Write all tiles below ``media``. Writing them again changes nothing."""
    folder = media / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for shelf in SHELVES:
        for number in range(VARIANTS):
            (media / product_picture(shelf, number)).write_text(_tile(shelf, number), "utf-8")
        (media / maker_picture(shelf)).write_text(_badge(shelf), "utf-8")


def _tile(shelf: Shelf, number: int) -> str:
    ground = _mixed(shelf.color, (0.86, 0.78, 0.9, 0.82, 0.74, 0.88)[number])
    label = shelf.name.replace("&", "&amp;")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 400" role="img" aria-label="{label}">'
        f'<rect width="400" height="400" fill="{ground}"/>'
        f'<g fill="{shelf.color}" color="{shelf.color}" transform="translate(0 20)">{_SHAPES[number]}</g>'
        f'<text x="200" y="350" text-anchor="middle" font-family="Georgia, serif" font-size="25" '
        f'fill="{_mixed(shelf.color, -0.45)}">{label}</text></svg>\n'
    )


def _badge(shelf: Shelf) -> str:
    rings = "".join(
        f'<circle cx="200" cy="200" r="{r}" opacity="{o}"/>' for r, o in ((150, 0.25), (105, 0.45), (60, 1))
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 400" role="img" aria-label="{shelf.name.replace("&", "&amp;")}">'
        f'<rect width="400" height="400" fill="{_mixed(shelf.color, 0.85)}"/><g fill="{shelf.color}">{rings}</g></svg>\n'
    )


def _mixed(color: str, share: float) -> str:
    """Return the color with so much white in it, or black if negative."""
    towards = 255 if share > 0 else 0
    parts = (int(color[i : i + 2], 16) for i in (1, 3, 5))
    return "#" + "".join(f"{round(p + (towards - p) * abs(share)):02x}" for p in parts)
