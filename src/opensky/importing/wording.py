"""Words a shopper can read, from the shorthand of a till: product names, sizes, shelves."""

import re
from dataclasses import dataclass
from functools import cache

from opensky.importing.vocabulary import ADJECTIVES, PHRASES, UNITS, WORDS

_TIMES = "\N{MULTIPLICATION SIGN}"
_CUT_AT = 30  # the list holds this many letters of a type; what it cut off inside brackets is dropped
_NUMBER = re.compile(r"(?<![\w.])(\d*)\.(\d+)(?!\w)")
_FRACTION = re.compile(r"([13]/[24]|[12]/3|[1357]/8)(?=[ -])")


def product_name(kind: str, category: str, size: str = "") -> str:
    """Return a readable name: ``("FLUID MILK WHITE ONLY", …, "1 GA")`` is "Fluid milk, white only, 1 gal"."""
    name = readable(kind)
    if not kind or kind in ADJECTIVES:
        name = ", ".join(filter(None, (readable(category), name.lower())))
    return ", ".join(filter(None, (name or "Odds and ends", readable_size(size))))


@cache
def readable(shorthand: str) -> str:
    """Spell out one product type or category; the first letter is a capital only at the start."""
    if shorthand in PHRASES:
        return PHRASES[shorthand]
    text = " ".join(shorthand.upper().split())
    text = re.sub(r"\([^)]*$", "", text) if len(shorthand) >= _CUT_AT else text.replace("(", " (")
    text = re.sub(r"^(.*)-MAGAZINE$", r"\1 MAGAZINE", text)
    text = re.sub(r"\bW/O\b ?", "WITHOUT ", text)
    text = re.sub(r"\b([WN])/(?=\w)", lambda m: "WITH " if m[1] == "W" else "NO ", text)
    text = re.sub(r"\b(MEN|WOMEN|CHILDREN|DVD) S\b", r"\1S", text)
    text = re.sub(r" WHITE ONLY$", ", WHITE ONLY", text).replace("SOLID/STK", "SOLID/STICK")
    text = re.sub(r"\(([^)]*)\)", r", \1, ", text).replace("(", " ").replace(")", " ")
    text = re.sub(r"(?<=[A-Z])&(?=[A-Z])|&", " AND ", text) if "BULK&B" not in text else text
    text = re.sub(r":| - |- | -|(?<=[A-Z.])/|/(?=[A-Z])", ", ", text)
    parts = (" ".join(filter(None, map(_word, part.split()))) for part in text.split(","))
    name = ", ".join(filter(None, parts))
    return name[:1].upper() + name[1:]


@cache
def readable_size(shorthand: str) -> str:
    """Spell out a package size: ``"6 PK/4 OZ"`` is "6 x 4 oz" with a times sign, ``".7 OZ"`` is "0.7 oz"."""
    text = " ".join(shorthand.upper().replace("*", "").split())
    text = re.sub(r"^[A-Z]{1,3}( [A-Z]){0,2} (?=[\d.])|^\d{5,} *", "", text)  # codes of the shelf, not of the pack
    text = re.sub(r"\(\d*\)", "", text)
    text = _NUMBER.sub(_decimal, text)
    text = re.sub(r"(\d)([A-Z])", r"\1 \2", re.sub(r"(?<=\d)-(?=LB|OZ|STEM)", " ", text))
    if not _FRACTION.match(text):
        text = re.sub(r"^([\d.]+) ?(?:PK|P)? ?/ ?(?=[\d.])", rf"\1 {_TIMES} ", text)
    text = re.sub(r"(?<=\d) ?X ?(?=\d)", f" {_TIMES} ", text)
    text = re.sub(r"(?<=[A-Z]) ?/ ?| ?/ (?=\d)", ", ", text)
    return " ".join(
        UNITS.get(word.rstrip(","), word.rstrip(",").lower()) + word[len(word.rstrip(",")) :] for word in text.split()
    )


def slug(text: str) -> str:
    """Return small letters, digits and single dashes."""
    plain = text.lower().replace("é", "e").replace("ö", "o").replace("'", "")
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or "x"


def _decimal(match: re.Match[str]) -> str:
    return f"{int(match[1] or 0)}.{match[2]}".rstrip("0").rstrip(".")


def _word(word: str) -> str:
    for prefix in ("SEAFOOD-FRE", "SEAFOOD-FRZ", "SEAFOOD-MISC"):
        if word.startswith(f"{prefix}-"):
            return f"{WORDS[prefix]} {_word(word.removeprefix(f'{prefix}-'))}".strip()
    return WORDS.get(word, word.lower())


@dataclass(frozen=True, slots=True)
class Shelf:
    """A shelf of the shop, and by which departments and words of a category its goods are known."""

    name: str
    sentence: str
    color: str
    words: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()

    @property
    def slug(self) -> str:
        """How the shelf is addressed."""
        return slug(self.name.replace("&", "and"))


def _shelf(name: str, sentence: str, color: str, words: str = "", departments: str = "") -> Shelf:
    return Shelf(
        name, sentence, color, tuple(filter(None, words.split("|"))), tuple(filter(None, departments.split("|")))
    )


SHELVES = (
    _shelf("Fruit & vegetables", "What the fields and orchards sent.", "#7a9e3f", "", "PRODUCE|SALAD BAR"),
    _shelf("Bakery", "Bread, rolls, cakes and pies.", "#c98b4a", "BREAD/BUNS|BAKED SWEET|BAKING|FLOUR", "PASTRY"),
    _shelf("Fish & seafood", "From cold water, fresh and frozen.", "#3f8ea3", "", "SEAFOOD|SEAFOOD-PCKGD"),
    _shelf("Butcher", "Roasts, chops, sausages, poultry.", "#b5524a", "", "MEAT|MEAT-PCKGD"),
    _shelf("Deli", "Cheese by the piece, salads, things ready to eat.", "#b08a2e", "", "DELI|CHEF SHOPPE|RESTAURANT"),
    _shelf(
        "Flowers & garden",
        "Cut flowers, plants, and what they grow in.",
        "#c05f87",
        "LAWN AND GARDEN",
        "FLORAL|GARDEN CENTER",
    ),
    _shelf("Wholefoods", "Grains, vitamins and good intentions.", "#6f8f5a", "", "NUTRITION"),
    _shelf("Wine, beer & spirits", "For grown-ups.", "#7d3c5a", "WINE|BEER|LIQUOR", "SPIRITS"),
    _shelf("Frozen", "Ice cream first, then dinner.", "#5b8fc7", "FROZEN|FRZN|ICE CREAM", "FROZEN GROCERY"),
    _shelf(
        "Dairy & eggs",
        "Milk, butter, yogurt, cheese.",
        "#d0a94c",
        "MILK|CHEESE|YOGURT|BUTTER|EGGS|MARGARINE|DAIRY|DOUGH PRODUCTS",
    ),
    _shelf(
        "Drinks",
        "Juice, tea, coffee, water and fizz.",
        "#2f8f83",
        "DRINKS|JUICE|WATER|COFFEE|TEAS|COCOA|DRNK|ISOTONIC|BEVERAGE",
    ),
    _shelf("Snacks & sweets", "Chips, cookies, chocolate.", "#d0703c", "SNACK|COOKIES|CRACKERS|CANDY|POPCORN|CHIPS"),
    _shelf("Pets", "For the ones who cannot shop.", "#8a6d4b", "CAT |DOG |PET |BIRD"),
    _shelf(
        "Household",
        "Soap, paper, and all that keeps a home going.",
        "#4f7cac",
        "LAUNDRY|DETERGENT|BLEACH|CLEANG|TISSUE|TISS/|TOWELS|BAGS/|AIR CARE|BROOMS|PAPER HOUSE|INSECTICIDE|IRONING|CHARCOAL",
    ),
    _shelf("Baby", "For the smallest customers.", "#e09fa8", "BABY|INFANT|DIAPER"),
    _shelf(
        "Beauty & care",
        "Hair, skin, scent.",
        "#a76bb0",
        "HAIR|MAKEUP|DEODORANT|SOAP|HAND/BODY|SHAVING|ORAL|SUNTAN|FRAGRANCE|BATH|ETHNIC PERSONAL|FEMININE|FOOT CARE",
        "COSMETICS",
    ),
    _shelf(
        "Health",
        "The medicine chest.",
        "#4aa088",
        "ANALGESIC|ANTACID|VITAMIN|COLD AND FLU|FIRST AID|LAXATIVE|SINUS|DIETARY|EYE AND|FAMILY PLAN|INCONTINENCE|HEALTH CARE|GLASSES",
    ),
    _shelf("Books & magazines", "Something to read.", "#54618c", "MAGAZINE|BOOKSTORE|NEWSPAPER"),
    _shelf(
        "Cards, paper & toys",
        "To write, wrap, give and play with.",
        "#c9577a",
        "CARDS|STATIONERY|TOYS|SEASONAL|CHRISTMAS|HALLOWEEN|EASTER|VALENTINE|SPORTS|CANDLES",
        "TOYS",
    ),
    _shelf(
        "Home & kitchen",
        "Pans, bulbs, batteries, socks.",
        "#6b7f8f",
        "KITCHEN|COOKWARE|HOUSEWARES|HARDWARE|ELECTRIC|BATTERIES|AUDIO|FILM|DOMESTIC|APPAREL|HOSIERY|GLASSWARE|FURNISH|AUTOMOTIVE",
        "HOUSEWARES|ELECT &PLUMBING|PHOTO & VIDEO|AUTOMOTIVE",
    ),
    _shelf("Pantry", "Soup, pasta, spices: the full cupboard.", "#94703f", "", "GROCERY"),
    _shelf("Fuel", "For the way home.", "#5d5d5d", "", "FUEL"),
    _shelf("Odds & ends", "Whatever fits on no other shelf.", "#8b8178"),
)
"""The shelves, in the order in which they hang. The first that knows a department or a word of the category takes a product."""

_BY_DEPARTMENT = {d: shelf for shelf in SHELVES for d in shelf.departments}
_MIXED = frozenset({"GROCERY", "DRUG GM", "MISCELLANEOUS"})


@cache
def shelf_of(department: str, category: str) -> Shelf:
    """Return the shelf of a product: by its department, and within the two that sell everything by its category."""
    if department not in _MIXED:
        return _BY_DEPARTMENT.get(department, SHELVES[-1])
    known = (s for s in SHELVES if any(word in f"{category} " for word in s.words))
    return next(known, _BY_DEPARTMENT.get(department, SHELVES[-1]))
