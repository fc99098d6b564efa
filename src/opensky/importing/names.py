"""Names for people and makers whom the data knows by number: invented, pleasant, and always the same for the same number."""

from functools import cache
from hashlib import blake2b

JOURNEY = "completejourney"
"""What those of the Complete Journey are named after, so that the names of no other source are theirs."""


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_FIRST = _words("""Ada Alba Alma Amos Anouk Arlo Asa Aya Bela Bibi Boris Bram Carmen Cleo Cora Dalia Dario Della Edda Elio Elsa Emil
Enzo Esme Etta Ezra Faye Fern Fleur Flora Gil Greta Hana Hari Hattie Hugo Ida Ilse Imani Inez Iris Isla Ivo Jael Jonas Juno
Kaia Kei Kito Lara Leif Lena Levi Liora Lotte Luca Lucia Mabel Maeve Malik Mara Marta Mei Milo Mina Mira Nadia Nell Nia Nico
Noor Nova Odile Olga Omar Oona Opal Orla Otis Otto Paz Pearl Pia Priya Quinn Rafa Ravi Rena Rhea Rita Rosa Ruben Rufus Runa
Sami Sana Selma Silas Simone Sofia Sol Stella Suki Sunita Tala Tariq Tess Theo Tilda Tomas Uma Una Vera Viggo Wanda Wren Yara
Yuri Zara Zeno Zita Zora""")

_LAST = _words("""Abara Alder Ames Arden Ashby Bannon Barlow Beck Bell Bernard Birch Blake Bloom Bond Bose Brandt Briar Brook Calder
Carver Castell Chandra Cole Conti Corbett Crane Cruz Dale Danso Darrow Diallo Dorn Drake Duarte Eaton Ekström Ellery Engel
Farrow Fenn Ferrer Finch Flint Fontaine Forde Foss Frost Gale Garnet Glass Grove Haddad Hale Hallow Harlan Hart Hayes Heath
Hidalgo Holm Hoshi Hurst Ibarra Iversen Jansen Joshi Kaplan Kerr Kimura Lang Lark Laurent Linden Lowe Lund Mansour Marsh Mehta
Mercer Moreau Moss Nakai Nash Noble North Novak Oakes Okafor Olsen Orchard Osei Page Park Pell Pierce Quill Rao Reed Ridley
Rivera Rook Rowan Sable Santos Sato Sayer Silva Sloane Snow Sorrel Stone Storm Tamm Thorne Tran Vale Vance Varga Vega Voss
Wada Ward Webb West Wilde Winter Wolfe Yates York Young Zeller""")

_FOREST = _words("""Acorn Alder Almond Amber Apple Aspen Autumn Barley Beech Birch Blossom Blue Bramble Breeze Bright Brook Cedar
Cherry Chestnut Clover Copper Coral Cotton Crane Dawn Elder Elm Ember Fern Field Finch Fir Flint Fox Garden Ginger Golden Grain
Granite Grove Harbor Harvest Hazel Heather Hill Holly Honey Indigo Ivory Ivy Juniper Kestrel Lake Lantern Larch Laurel Lavender
Lemon Linden Lunar Maple Marble Meadow Mill Mint Misty Moss Nectar North Nutmeg Oak Oat Olive Orchard Pebble Pepper Pine Plum
Poppy Prairie Quince Rain River Robin Rosemary Rowan Saffron Sage Sandy Sorrel South Sparrow Spring Spruce Stone Summer Sunny
Thistle Thyme Timber Valley Velvet Walnut Wheat Wild Willow Winter Wren""")

_HOUSE = _words("""Barn Basket Bench Bower Bridge Cabin Cellar Corner Cottage Court Cove Crate Creek Croft Cupboard Dairy Farm Forge
Garden Gate Glade Grange Granary Hall Harbor Hearth Hollow House Jar Keep Kettle Kitchen Ladder Lane Larder Lodge Loft Manor
Market Mill Nook Orchard Oven Pantry Pier Pot Press Ridge Row Shed Shelf Shore Spoon Stable Stall Store Studio Table Terrace
Trading Trail Vale Wagon Wharf Works Workshop Yard""")


@cache
def person(source: str, number: int) -> str:
    """Return the name of the person whom ``source`` calls ``number``. Names may meet; numbers tell people apart."""
    draw = _draw(source, "person", number)
    return f"{_FIRST[draw % len(_FIRST)]} {_LAST[draw // len(_FIRST) % len(_LAST)]}"


def address(source: str, number: int) -> str:
    """Return an e-mail address for that person, unique by the number, at a domain that can never be reached (RFC 2606)."""
    plain = person(source, number).lower().replace("ö", "o").replace(" ", ".")
    return f"{plain}.{number}@{source}.example"


def maker(source: str, number: int) -> str:
    """Return the name of the maker whom ``source`` calls ``number``; the number at its end makes it unique."""
    draw = _draw(source, "maker", number)
    first, second = _FOREST[draw % len(_FOREST)], _HOUSE[draw // len(_FOREST) % len(_HOUSE)]
    return f"{first} {second if second != first else 'House'} {number}"


def _draw(source: str, kind: str, number: int) -> int:
    # The source is the key: the same number in two sources is two people.
    digest = blake2b(f"{kind} {number}".encode(), key=source.encode()[:64], digest_size=8).digest()
    return int.from_bytes(digest, "big")
