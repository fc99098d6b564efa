"""Column types: how a described field becomes SQL columns, the same on every engine."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import msgspec
from sqlalchemy import BigInteger, Boolean, Column, DateTime, Double, Integer, Numeric, String, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

from opensky.kernel.errors import Misconfigured
from opensky.kernel.money import Money
from opensky.mapping import Field, Length

INT64 = BigInteger().with_variant(Integer(), "sqlite")
KEY_LENGTH = 255
"""Longest text in a key or an index: what InnoDB indexes whole in utf8mb4."""
_IN_ROW = 1000
"""Longest text that stands in the row itself: InnoDB counts the longest that each column allows, and a row ends at 64 kB."""


def binary_collation(dialect: Dialect) -> str:
    """Return the collation of MariaDB that compares byte for byte; MySQL knows the same order by another name."""
    return "utf8mb4_nopad_bin" if getattr(dialect, "is_mariadb", True) else "utf8mb4_0900_bin"


class BinaryText(TypeDecorator[str]):
    """Text that is compared and sorted byte for byte, as SQLite does: capitals, accents and blanks at the end all count."""

    impl = String
    cache_ok = True

    def __init__(self, length: int | None = None) -> None:
        super().__init__(length)
        self.length = length

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            return String(self.length, collation="C") if self.length else Text(collation="C")
        if dialect.name == "mysql":
            from sqlalchemy.dialects import mysql  # noqa: PLC0415 - a megabyte that a shop on SQLite has no use for

            collation = binary_collation(dialect)
            if self.length and self.length <= _IN_ROW:
                return mysql.VARCHAR(self.length, charset="utf8mb4", collation=collation)
            return mysql.LONGTEXT(charset="utf8mb4", collation=collation)
        return String(self.length) if self.length else Text()


LONG_TEXT = BinaryText()
"""Text of any length, such as the body of a document."""


def text(length: int | None = None) -> BinaryText:
    """Return the type of a text column; one in a key or an index needs a length of at most ``KEY_LENGTH``."""
    return BinaryText(length)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware instant, kept as UTC with microseconds; naive values are refused."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name != "mysql":
            return DateTime()
        from sqlalchemy.dialects import mysql  # noqa: PLC0415 - as above

        return mysql.DATETIME(fsp=6)

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            message = f"{value!r} has no time zone; use Clock.now() or datetime.now(UTC)."
            raise ValueError(message)
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        """Read SQLite's text at one go: every list of the shop has an instant in each row."""
        return _instant if dialect.name == "sqlite" else super().result_processor(dialect, coltype)


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text + "+00:00")


class EmbeddedJson(TypeDecorator[Any]):
    """A dataclass, a list or a mapping as JSON text. A change is seen when a new value is assigned, not in place."""

    impl = Text
    cache_ok = True

    def __init__(self, annotation: Any) -> None:
        super().__init__()
        self.annotation = annotation

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return LONG_TEXT.load_dialect_impl(dialect)

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else msgspec.json.encode(value).decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else msgspec.json.decode(value, type=self.annotation)


def columns(field: Field, *, keyed: bool) -> list[Column[Any]]:
    """Return the SQL columns of one field: two for ``Money``, else one. ``keyed`` says that a key or index holds it."""
    if field.type is Money and not field.many and not field.embedded:
        return [
            Column(f"{field.name}_minor", INT64, nullable=field.optional),
            Column(f"{field.name}_currency", text(3), nullable=field.optional),
        ]
    type_ = column_type(field, keyed=keyed)
    return [Column(field.name, type_, primary_key=field.id, nullable=field.optional, autoincrement=False)]


def column_type(field: Field, *, keyed: bool) -> TypeEngine[Any]:
    """Return the SQL type of one field that is not ``Money``."""
    if field.many or field.embedded:
        return EmbeddedJson(field.annotation)
    kind = field.type if isinstance(field.type, type) else str  # Literal[...] of texts
    simple: dict[type, TypeEngine[Any]] = {
        bool: Boolean(),
        int: INT64,
        float: Double(),
        datetime: UtcDateTime(),
        Decimal: Numeric(20, 6),
        str: _text(field, keyed=keyed),
    }
    if kind not in simple:
        message = f"No SQL type for field {field.name!r} of {field.type!r}; mark it Embedded() to keep it as JSON."
        raise Misconfigured(message)
    return simple[kind]


def _text(field: Field, *, keyed: bool) -> TypeEngine[Any]:
    most = min((rule.most for rule in field.validators if isinstance(rule, Length)), default=KEY_LENGTH if keyed else 0)
    return text((min(most, KEY_LENGTH) if keyed else most) or None)
