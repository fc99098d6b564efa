"""The SQL mapper: SQLAlchemy's imperative mapping, made from the description of each entity."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import InstrumentedAttribute, composite, registry

from opensky.kernel.money import Money
from opensky.kernel.once import once_a_class
from opensky.mapping import Field, describe
from opensky.persistence.references import forget_references, guard_references
from opensky.persistence.tables import table

_REGISTRY = registry()


@once_a_class
def map_entity(cls: type) -> None:
    """Map one entity class, once a process. Its attributes are instrumented from then on."""
    description = describe(cls)
    rows = table(cls)
    guard_references(cls)
    version = rows.c[description.version.name] if description.version else None
    _REGISTRY.map_imperatively(
        cls,
        rows,
        properties={f.name: _money(rows, f) for f in description.stored_fields if f.type is Money and not f.many},
        exclude_properties=[f.name for f in description.fields if f.reference is not None],
        version_id_col=version,
        version_id_generator=_next_version if version is not None else None,
        confirm_deleted_rows=False,
    )
    if guard_references(cls):
        event.listen(cls, "load", _forget)


LOADED = "loaded"
"""The key under which a session that is told of loads keeps the list of what it has just read."""


@once_a_class
def watch_loads(cls: type) -> None:
    """Let sessions know what they read of a class, once a process; a session that keeps no list hears nothing."""
    event.listen(cls, "load", _note_loaded)


def map_entities(classes: Iterable[type]) -> None:
    """Map all entities among ``classes``."""
    for cls in classes:
        if describe(cls).store == "sql":
            map_entity(cls)
    _REGISTRY.configure()


def attribute(cls: type, name: str) -> InstrumentedAttribute[Any]:
    """Return the mapped attribute of an entity, for SQLAlchemy expressions."""
    map_entity(cls)
    found: InstrumentedAttribute[Any] = getattr(cls, name)
    return found


def _money(rows: Any, field: Field) -> Any:
    return composite(Money, rows.c[f"{field.name}_minor"], rows.c[f"{field.name}_currency"])


def _next_version(version: int | None) -> int:
    return 0 if version is None else version + 1


def _note_loaded(obj: Any, context: Any) -> None:
    loaded = context.session.info.get(LOADED)
    if loaded is not None:
        loaded.append(obj)


def _forget(obj: Any, _context: Any) -> None:
    forget_references(obj)
