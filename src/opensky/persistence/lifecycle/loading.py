"""Telling those who listen that objects are loaded, and taking over what they changed of the plain data."""

from collections.abc import Sequence
from copy import deepcopy
from typing import TYPE_CHECKING, Any

import msgspec

from opensky.mapping import describe
from opensky.persistence.documents.codec import Plain, load
from opensky.persistence.lifecycle.arguments import LifecycleEventArgs, PreLoadEventArgs
from opensky.persistence.lifecycle.registry import Heard, fire
from opensky.persistence.lifecycle.rows import plain_row

if TYPE_CHECKING:
    from opensky.persistence.unit_of_work import UnitOfWork


def built(unit: "UnitOfWork", heard: Heard, cls: type, body: Plain) -> Any:
    """Return the document of a body, after those who listen changed a copy of it; ``body`` stays as it is in the store."""
    if heard.pre_load:
        body = deepcopy(body)
        fire(heard.pre_load, PreLoadEventArgs("pre_load", unit, cls, body))
    if heard.renewal is None:
        return load(cls, body)
    obj: Any = load(cls, heard.renewal.renewed(body))
    heard.renewal.hand_over(obj, body)
    return obj


def tell_of_rows(unit: "UnitOfWork", heard: Heard, loaded: Sequence[Any]) -> None:
    """Tell of entities that were just read. SQLAlchemy has built them, but nobody has seen them yet."""
    for obj in loaded if heard.pre_load else ():
        before = plain_row(obj)
        data = deepcopy(before)
        fire(heard.pre_load, PreLoadEventArgs("pre_load", unit, type(obj), data))
        if data != before:
            _take_over(obj, before, data)
    tell_loaded(unit, heard, loaded)


def tell_loaded(unit: "UnitOfWork", heard: Heard, loaded: Sequence[Any]) -> None:
    """Tell that objects of one class are loaded."""
    for obj in loaded if heard.post_load else ():
        fire(heard.post_load, LifecycleEventArgs("post_load", unit, obj))


def _take_over(obj: Any, before: Plain, data: Plain) -> None:
    for field in describe(type(obj)).stored_fields:
        value = data.get(field.name)
        if not field.version and value != before.get(field.name):
            setattr(obj, field.name, msgspec.convert(value, field.annotation))
