"""The pictures of the demo shop: drawn the same each time, harmless, small, and no two alike."""

import re
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from opensky.demo.gallery import hang, picture_path, pictures
from opensky.demo.pictures.colour import dim, lit, mix
from opensky.demo.pictures.look import Palette
from opensky.demo.pictures.scene import draw_good
from opensky.demo.shop import insiders

SVG = "{http://www.w3.org/2000/svg}"
ALL = dict(pictures())
HARMLESS = {
    *("svg", "title", "defs", "g", "path", "use", "rect", "circle", "ellipse"),
    *("clipPath", "linearGradient", "radialGradient", "stop"),
}


def test_every_good_and_every_insider_has_a_picture_of_their_own() -> None:
    """No two pictures are the same."""
    wanted = [picture_path(insider) for insider in insiders()]
    wanted += [picture_path(good) for insider in insiders() for good in insider.goods]
    assert sorted(ALL) == sorted(wanted)
    assert len(set(ALL.values())) == len(wanted)


def test_another_process_draws_the_same_bytes() -> None:
    """Chance falls the same way on every machine and in every process, whatever its hash seed."""
    program = (
        "import hashlib; from opensky.demo.gallery import pictures;"
        "print(hashlib.sha256(''.join(svg for _, svg in pictures()).encode()).hexdigest())"
    )
    again = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert again.stdout.strip() == sha256("".join(ALL.values()).encode()).hexdigest()


@pytest.mark.parametrize("path", sorted(ALL))
def test_a_picture_is_well_formed_named_and_harmless(path: str) -> None:
    """It says what it shows, knows no script, and refers to nothing outside of itself."""
    root = ET.fromstring(ALL[path])  # noqa: S314 - we drew it
    title = root.find(f"{SVG}title")
    assert title is not None
    assert title.text
    assert {element.tag.removeprefix(SVG) for element in root.iter()} <= HARMLESS
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    for element in root.iter():
        for name, value in element.attrib.items():
            assert not name.lower().startswith("on")
            assert all(inner in ids for inner in re.findall(r"url\(#([^)]*)\)", value))
            if name == "href":
                assert value.removeprefix("#") in ids
            assert "://" not in value
            assert "nan" not in value


def test_goods_stand_upright_and_portraits_are_square() -> None:
    """Cards show goods 4:5 and people 1:1."""
    for insider in insiders():
        assert 'viewBox="0 0 400 400"' in ALL[picture_path(insider)]
        assert all('viewBox="0 0 400 500"' in ALL[picture_path(good)] for good in insider.goods)


def test_pictures_are_small() -> None:
    """A page of twenty cards costs about a hundred kilobytes of pictures before compression."""
    sizes = sorted(len(svg) for svg in ALL.values())
    assert sizes[len(sizes) // 2] < 5000
    assert sizes[-1] < 12_000
    assert sum(sizes) < 900_000


def test_hanging_pictures_twice_leaves_the_same_files(tmp_path: Path) -> None:
    """Pictures may be written again at any time."""
    assert hang(tmp_path) == len(ALL)
    first = {file.name: file.read_bytes() for file in (tmp_path / "demo").iterdir()}
    hang(tmp_path)
    assert {file.name: file.read_bytes() for file in (tmp_path / "demo").iterdir()} == first
    assert len(first) == len(ALL)


def test_a_title_cannot_break_out_of_its_picture() -> None:
    """Whatever is written about a good, it stays text."""
    palette = Palette("#ffffff", "#cccccc", "#888888", {})
    svg = draw_good('A "cup" & <script>', "seed", palette, {"motif": "cup"})
    title = ET.fromstring(svg).find(f"{SVG}title")  # noqa: S314 - we drew it
    assert title is not None
    assert title.text == 'A "cup" & <script>'


def test_colours_mix_by_share_towards_sun_or_dusk() -> None:
    """Half of black and half of white is grey; light and shade move towards warm tones."""
    assert mix("#000000", "#ffffff", 0.5) == "#808080"
    assert mix("#123456", "#ffffff", 0) == "#123456"
    assert lit("#000000", 1) == "#fffaf0"
    assert dim("#ffffff", 1) == "#2a1e1c"
