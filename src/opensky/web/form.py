"""A submitted form."""

from collections.abc import Iterator, Mapping
from urllib.parse import parse_qsl

from opensky.kernel.errors import FieldError, Invalid

MOST_FIELDS = 500


class Form(Mapping[str, str]):
    """The fields that a form sent: a mapping of name to its last value, text without the blanks around it."""

    __slots__ = ("_fields",)

    def __init__(self, fields: Mapping[str, list[str]] | None = None) -> None:
        self._fields = dict(fields or {})

    @classmethod
    def parse(cls, body: bytes) -> "Form":
        """Read an URL-encoded body.

        Raises:
            Invalid: more than 500 fields, or bytes that are not UTF-8.
        """
        fields: dict[str, list[str]] = {}
        try:
            pairs = parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict")
        except ValueError as error:
            raise Invalid(FieldError("", "The form could not be read.", "form")) from error
        for name, value in pairs:
            fields.setdefault(name, []).append(value)
        return cls(fields)

    def __getitem__(self, name: str) -> str:
        return self._fields[name][-1]

    def __iter__(self) -> Iterator[str]:
        return iter(self._fields)

    def __len__(self) -> int:
        return len(self._fields)

    def text(self, name: str, default: str = "") -> str:
        """Return the field without blanks around it; ``default`` if it was not sent."""
        return self[name].strip() if name in self._fields else default

    def secret(self, name: str) -> str:
        """Return the field exactly as typed: for passwords."""
        return self[name] if name in self._fields else ""

    def many(self, name: str) -> list[str]:
        """Return all values of a field, such as those of ticked boxes."""
        return list(self._fields.get(name, ()))

    def number(self, name: str, default: int | None = None) -> int:
        """Return the field as a whole number; ``default`` if it was not sent or is empty.

        Raises:
            Invalid: not a whole number, or absent without a default.
        """
        written = self.text(name)
        if not written and default is not None:
            return default
        digits = written.removeprefix("-")
        if not (digits.isascii() and digits.isdecimal() and len(digits) <= 18):  # noqa: PLR2004 - fits 64 bits
            raise Invalid(FieldError(name, "Please give a whole number.", "number"))
        return int(written)
