"""What the pictures can show: each motif draws one kind of good, standing at the origin, and says how much room it took."""

from collections.abc import Callable

from opensky.demo.pictures.canvas import Canvas
from opensky.demo.pictures.look import Look, Size
from opensky.demo.pictures.motifs import bath, bread, clay, cloth, cook, garden, light, paper, preserves, wax, wood

Motif = Callable[[Canvas, Look], Size]

MOTIFS: dict[str, Motif] = {
    **bath.MOTIFS,
    **bread.MOTIFS,
    **clay.MOTIFS,
    **cloth.MOTIFS,
    **cook.MOTIFS,
    **garden.MOTIFS,
    **light.MOTIFS,
    **paper.MOTIFS,
    **preserves.MOTIFS,
    **wax.MOTIFS,
    **wood.MOTIFS,
}
