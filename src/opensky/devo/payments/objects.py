"""What the test gateway remembers, as a real one would on its own side."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from opensky.kernel.money import Money
from opensky.mapping import Id, Index, Length, Personal, Unique, entity


@entity("test_charges", Unique("reference"))
@dataclass(eq=False, kw_only=True)
class TestCharge:
    """One charge of the test gateway. Of the number only the last four digits are kept, as everywhere."""

    __test__ = False  # keeps pytest from collecting a class of this name

    key: Annotated[str, Id(), Personal("secret"), Length(0, 200)]
    reference: Annotated[str, Personal("financial"), Length(0, 40)]
    amount: Annotated[Money, Personal("financial")]
    brand: Annotated[str, Personal("financial"), Length(0, 20)] = ""
    last4: Annotated[str, Personal("financial"), Length(0, 4)] = ""
    declined: Annotated[str, Length(0, 200)] = ""
    refund_reference: Annotated[str, Personal("financial"), Length(0, 40)] = ""
    charged_at: datetime


@entity("test_captures", Index("charge"))
@dataclass(eq=False, kw_only=True)
class TestCapture:
    """So much of a charge that was taken; a charge can be taken in parts."""

    __test__ = False

    key: Annotated[str, Id(), Personal("secret"), Length(0, 200)]
    charge: Annotated[str, Personal("financial"), Length(0, 40)]
    reference: Annotated[str, Personal("financial"), Length(0, 40)]
    amount: Annotated[Money, Personal("financial")]
    captured_at: datetime
