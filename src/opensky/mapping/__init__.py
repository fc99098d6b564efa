"""The marks that a domain object wears, and the one immutable description read from them. No engine is known here."""

from opensky.mapping.description import Description, Field, describe, marked
from opensky.mapping.eventual import AlsoLoad, OldShape, Renewal, also_load, old_shape, renewal
from opensky.mapping.history import NoHistory
from opensky.mapping.marks import (
    Embedded,
    Groups,
    Id,
    Index,
    Personal,
    ReferenceMany,
    ReferenceOne,
    Unique,
    Version,
    document,
    entity,
)
from opensky.mapping.validation import validate
from opensky.mapping.validators import Choice, Email, Length, NotBlank, Pattern, Range, Url, Validator

__all__ = [
    "AlsoLoad",
    "Choice",
    "Description",
    "Email",
    "Embedded",
    "Field",
    "Groups",
    "Id",
    "Index",
    "Length",
    "NoHistory",
    "NotBlank",
    "OldShape",
    "Pattern",
    "Personal",
    "Range",
    "ReferenceMany",
    "ReferenceOne",
    "Renewal",
    "Unique",
    "Url",
    "Validator",
    "Version",
    "also_load",
    "describe",
    "document",
    "entity",
    "marked",
    "old_shape",
    "renewal",
    "validate",
]
