"""What is refused of links in letters.

Gone
└── LinkEnded     it was used, its hour is over, or it is not whole
"""

from opensky.kernel.errors import Gone


class LinkEnded(Gone):
    """A link that opens nothing. It never says why: that would tell somebody who tries links something."""

    def __init__(self) -> None:
        super().__init__("This link has ended: it works once, and for an hour. Please ask for another one.")
