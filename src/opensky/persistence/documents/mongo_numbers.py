"""Numbers of 64 bits, which MongoDB's driver reads as a type of its own, as the plain numbers that they are."""

from bson.codec_options import TypeDecoder, TypeRegistry
from bson.int64 import Int64


class _WholeNumber(TypeDecoder):
    """The driver's own type of 64-bit numbers, read as the number that it is: JSON knows no other."""

    bson_type = Int64

    def transform_bson(self, value: Int64) -> int:
        return int(value)


PLAIN_NUMBERS = TypeRegistry([_WholeNumber()])
"""How a client must read numbers, so that what is read is plain data."""
