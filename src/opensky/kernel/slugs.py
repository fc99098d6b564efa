"""Slugs: the readable part of an address, made of a name."""

import re
import unicodedata
from collections.abc import Collection

LONGEST = 80
# What Unicode does not take apart into a letter and a mark.
_LETTERS = str.maketrans({"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th"})
_APOSTROPHES = re.compile("['\u2019]")
_OTHER = re.compile(r"[^a-z0-9]+")


def slug_of(name: str, default: str = "x") -> str:
    """Return small letters, digits and single dashes; ``default`` for a name without any letter or digit of ASCII."""
    plain = unicodedata.normalize("NFKD", _APOSTROPHES.sub("", name.casefold())).translate(_LETTERS)
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    return _OTHER.sub("-", plain)[:LONGEST].strip("-") or default


def free_slug(wanted: str, taken: Collection[str]) -> str:
    """Return ``wanted``, or with the first number from 2 on that makes it different from all ``taken``."""
    if wanted not in taken:
        return wanted
    number = 2
    while f"{wanted}-{number}" in taken:
        number += 1
    return f"{wanted}-{number}"
