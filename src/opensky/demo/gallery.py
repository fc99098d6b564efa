"""The pictures of the demo shop: one for every good, one for every insider, as files below the media folder."""

from collections.abc import Iterator
from pathlib import Path

from opensky.demo.pictures.portraits import draw_portrait
from opensky.demo.pictures.scene import draw_good
from opensky.demo.shop import Good, Insider, insiders

FOLDER = "demo"


def picture_path(of: Good | Insider) -> str:
    """Return where the picture stands below the media folder."""
    return f"{FOLDER}/{of.slug}.svg"


def pictures() -> Iterator[tuple[str, str]]:
    """Yield every picture: its path and its SVG."""
    for insider in insiders():
        palette = insider.colours()
        yield (
            picture_path(insider),
            draw_portrait(str(insider.portrait["alt"]), insider.slug, palette, insider.portrait),
        )
        for place, good in enumerate(insider.goods):
            options = {"backdrop": insider.backdrops[place % len(insider.backdrops)], **good.picture}
            yield picture_path(good), draw_good(good.alt, good.slug, palette, options)


def hang(media: Path) -> int:
    """Write all pictures below ``media``; return how many. Writing them again changes nothing."""
    (media / FOLDER).mkdir(parents=True, exist_ok=True)
    number = 0
    for path, svg in pictures():
        (media / path).write_text(svg, "utf-8")
        number += 1
    return number
