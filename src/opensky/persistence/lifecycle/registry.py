"""The registry of a database: who hears of what, compiled once for each class, so that silence costs one look-up."""

import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from datetime import datetime
from functools import partial
from importlib import import_module
from typing import Any

from opensky.events.errors import ListenerFailed, WrongListener
from opensky.kernel.errors import Misconfigured, Refusal
from opensky.mapping import CreatedAt, Renewal, UpdatedAt, describe, marked, renewal
from opensky.mapping.lifecycle import NOT_YET, OBJECT_EVENTS, ListenedBy, marked_methods
from opensky.persistence.lifecycle.arguments import LoadMetadataEventArgs
from opensky.persistence.lifecycle.registrations import (
    GlobalListener,
    Listener,
    ObjectListener,
    Registration,
    listen_to,
    name_of,
)


@dataclass(frozen=True, slots=True)
class Call:
    """One listener, ready to be called with the arguments of its event."""

    name: str
    run: Listener


Calls = tuple[Call, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """Who hears of objects of one class, event by event and in order; and which times they keep of themselves."""

    documents: bool
    created: tuple[str, ...]
    updated: tuple[str, ...]
    pre_persist: Calls
    post_persist: Calls
    pre_update: Calls
    post_update: Calls
    pre_remove: Calls
    post_remove: Calls
    pre_load: Calls
    post_load: Calls
    renewal: Renewal | None
    """How documents in older shapes become new ones."""
    at_persist: bool
    at_load: bool

    @property
    def in_flushes(self) -> bool:
        """Whether a flush has to look for this class."""
        return bool(self.updated or self.pre_update or self.post_persist or self.post_update or self.post_remove)


@dataclass(frozen=True, slots=True)
class _Everywhere:
    """Who hears of flushes, classes and what is not found."""

    pre_flush: Calls = ()
    on_flush: Calls = ()
    post_flush: Calls = ()
    load_metadata: Calls = ()
    document_not_found: Calls = ()


class Lifecycle:
    """All listeners of one database. They are registered while the application starts; reading is safe between threads."""

    def __init__(self, registrations: Iterable[Registration] = ()) -> None:
        self.registrations: tuple[Registration, ...] = ()
        self.everywhere = _Everywhere()
        self.hears_flushes = False
        """Whether any listener or any class that was seen wants to know of flushes."""
        self._heard: dict[type, Heard] = {}
        self._classes: tuple[type, ...] = ()
        self.add(*registrations)

    def add(self, *registrations: Registration) -> None:
        """Register further listeners; one of ``load_metadata`` is told at once of the classes that are known already."""
        self.registrations = (*self.registrations, *registrations)
        before = self.everywhere.load_metadata
        found = {f.name: self._globals(f.name) for f in fields(_Everywhere)}
        self.everywhere = everywhere = _Everywhere(**found)
        seen, self._heard = tuple(self._heard), {}
        self.hears_flushes = bool(everywhere.pre_flush or everywhere.on_flush or everywhere.post_flush)
        for cls in seen:
            self.of(cls)
        self._tell(tuple(c for c in everywhere.load_metadata if c not in before), self._classes)

    def know(self, classes: Iterable[type]) -> None:
        """Take up the classes of a model: whoever listens to ``load_metadata`` hears of each."""
        new = tuple(cls for cls in classes if cls not in self._classes)
        self._classes = (*self._classes, *new)
        for cls in new:
            self.of(cls)
        self._tell(self.everywhere.load_metadata, new)

    def of(self, cls: type) -> Heard:
        """Return who hears of objects of a class, compiled when first asked."""
        try:
            return self._heard[cls]
        except KeyError:
            heard = self._compiled(cls)
            if heard.in_flushes:
                self.hears_flushes = True
            self._heard[cls] = heard
            return heard

    def names(self, cls: type) -> dict[str, tuple[str, ...]]:
        """Return the names of who hears of objects of a class, by event and in order; for people to read."""
        heard = self.of(cls)
        told: dict[str, Calls] = {event: getattr(heard, event) for event in OBJECT_EVENTS}
        return {event: tuple(call.name for call in calls) for event, calls in told.items() if calls}

    def _compiled(self, cls: type) -> Heard:
        description = describe(cls)
        own = marked_methods(cls)
        calls = {event: self._calls(cls, event, own.get(event, ())) for event in OBJECT_EVENTS}
        created = tuple(f.name for f in description.stored_fields if marked(f, CreatedAt))
        updated = tuple(f.name for f in description.stored_fields if marked(f, UpdatedAt))
        renewed = renewal(cls)
        return Heard(
            documents=description.store == "documents",
            created=created,
            updated=updated,
            renewal=renewed,
            at_persist=bool(created or updated or calls["pre_persist"]),
            at_load=bool(renewed or calls["pre_load"] or calls["post_load"]),
            **calls,
        )

    def _calls(self, cls: type, event: str, methods: tuple[str, ...]) -> Calls:
        """Return the listeners in their order: methods of the object, then its listeners, then global ones."""
        own = tuple(_own(cls, event, name) for name in methods)
        others = [*_written_on(cls), *(r for r in self.registrations if isinstance(r, ObjectListener))]
        others = sorted((r for r in others if issubclass(cls, r.cls)), key=lambda r: -r.priority)
        of_objects = tuple(_bound(r.listener, m, event) for r in others for e, m in r.methods() if e == event)
        return (*own, *of_objects, *self._globals(event))

    def _globals(self, event: str) -> Calls:
        found = [r for r in self.registrations if isinstance(r, GlobalListener) and r.event == event]
        return tuple(_global(r) for r in sorted(found, key=lambda r: -r.priority))

    def _tell(self, calls: Calls, classes: Iterable[type]) -> None:
        for cls in classes if calls else ():
            fire(calls, LoadMetadataEventArgs("load_metadata", cls))


def fire(calls: Calls, args: Any) -> None:
    """Tell each listener. A refusal passes through, so that a listener can refuse the deed itself.

    Raises:
        ListenerFailed: a listener raised anything else; later ones were not told.
    """
    for call in calls:
        try:
            call.run(args)
        except (Refusal, ListenerFailed):
            raise
        except Exception as error:
            raise ListenerFailed(call.name, _what(args), error) from error


def stamp(obj: Any, heard: Heard, now: datetime) -> None:
    """Fill in the times that a new object keeps of itself; what its creator gave stays."""
    for name in (*heard.created, *heard.updated):
        if getattr(obj, name, None) in {None, NOT_YET}:
            setattr(obj, name, now)


def make(cls: type) -> Any:
    """Make a listener where no container does; raises ``Misconfigured`` if it needs what only a container has."""
    try:
        inspect.signature(cls).bind()
    except TypeError as error:
        message = (
            f"{cls.__qualname__} is made of other things ({error}); give the unit of work a container: unit.resolve."
        )
        raise Misconfigured(message) from error
    return cls()


def _what(args: Any) -> str:
    cls = getattr(args, "cls", None) or (type(args.obj) if hasattr(args, "obj") else None)
    return args.event if cls is None else f"{args.event} of {cls.__qualname__}"


def _written_on(cls: type) -> list[ObjectListener]:
    found = []
    for base in reversed(cls.__mro__):
        marks: tuple[ListenedBy, ...] = base.__dict__.get("__listened_by__", ())
        for mark in marks:
            listener = _imported(mark.listener, base) if isinstance(mark.listener, str) else mark.listener
            found.append(listen_to(base, listener, priority=mark.priority))
    return found


def _imported(path: str, cls: type) -> Any:
    module, _, name = path.partition(":")
    try:
        return getattr(import_module(module), name)
    except (ImportError, AttributeError, ValueError) as error:
        message = f"@listened_by({path!r}) of {cls.__qualname__}: {error}. Write it as 'package.module:Class'."
        raise WrongListener(message) from error


def _own(cls: type, event: str, name: str) -> Call:
    """Return the call of a method of the object itself; for ``pre_load``, when there is none yet, of its class."""
    called = f"{cls.__module__}.{cls.__qualname__}.{name}"
    method = getattr(cls, name)
    static = event == "pre_load"
    if static != (inspect.ismethod(method) or isinstance(inspect.getattr_static(cls, name), staticmethod)):
        kind = "a class method: the object is not built yet" if static else "a method of the object, not of its class"
        message = f"{called} hears of {event}, so it must be {kind}."
        raise WrongListener(message)
    subject = "data" if static else "obj"
    if _takes_arguments(method, called):
        return Call(called, lambda args: method(getattr(args, subject), args))
    return Call(called, lambda args: method(getattr(args, subject)))


def _takes_arguments(method: Callable[..., Any], called: str) -> bool:
    parameters = [p for p in inspect.signature(method).parameters.values() if p.kind is not p.VAR_KEYWORD]
    most = 2
    if not 1 <= len(parameters) <= most:
        message = f"{called} takes nothing, or the arguments of its event; not {len(parameters) - 1} things."
        raise WrongListener(message)
    return len(parameters) == most


def _bound(listener: Any, method: str, event: str) -> Call:
    subject = "data" if event == "pre_load" else "obj"
    called = name_of(listener, method)
    if not isinstance(listener, type):
        bound = getattr(listener, method)
        return Call(called, lambda args: bound(getattr(args, subject), args))
    return Call(called, lambda args: getattr(args.unit.resolve(listener), method)(getattr(args, subject), args))


def _global(registration: GlobalListener) -> Call:
    listener, method = registration.listener, registration.method
    if not isinstance(listener, type):
        return Call(registration.name, listener)
    return Call(registration.name, partial(_resolved, listener, method))


def _resolved(listener: type, method: str, args: Any) -> object:
    unit = getattr(args, "unit", None)
    return getattr(make(listener) if unit is None else unit.resolve(listener), method)(args)
