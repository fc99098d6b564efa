"""The row half of the unit of work: SQLAlchemy's session, opened when it is first needed."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import select
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import instance_state
from sqlalchemy.orm.util import identity_key

from opensky.persistence.documents.filters import Filter, compile_filter, compile_sort
from opensky.persistence.equality import by_values
from opensky.persistence.lifecycle.loading import tell_of_rows
from opensky.persistence.lifecycle.rows import as_read, row_changes
from opensky.persistence.sql_mapper import LOADED, watch_loads

if TYPE_CHECKING:
    from opensky.persistence.unit_of_work import UnitOfWork

T = TypeVar("T")


class RowSession:
    """Tracks entities: an id gives the same object each time; SQLAlchemy sees what is assigned to them."""

    def __init__(self, unit: "UnitOfWork", *, read_only: bool) -> None:
        self._unit = unit
        self._read_only = read_only
        self._session: Session | None = None

    @property
    def session(self) -> Session:
        """The session, with a connection."""
        if self._session is None:
            self._session = Session(bind=self._unit.connection, autoflush=False, expire_on_commit=False)
        elif self._session.bind is None:
            self._session.bind = self._unit.connection
        return self._session

    @property
    def opened(self) -> Session | None:
        """The session if there is one, with or without a connection."""
        return self._session

    def bind(self, connection: Connection | None) -> None:
        """Go on with another connection, or with none until one is needed."""
        if self._session is not None:
            self._session.bind = connection

    def is_new(self, obj: Any) -> bool:
        """Say whether an object was neither persisted nor read."""
        state = instance_state(obj)
        return state.key is None and (self._session is None or obj not in self._session.new)

    def is_kept(self, obj: Any) -> bool:
        """Say whether an object is in the store and not about to be removed."""
        return self._session is not None and instance_state(obj).key is not None and obj not in self._session.deleted

    def add(self, obj: Any) -> None:
        """Track a new object."""
        self.session.add(obj)

    def remove(self, obj: Any) -> None:
        """Remove an object at the next flush; forget one that was never written."""
        if instance_state(obj).key is not None:
            self.session.delete(obj)
        elif self._session is not None and obj in self._session.new:
            self._session.expunge(obj)

    def get(self, cls: type[T], key: tuple[Any, ...]) -> T | None:
        """Return the object of an id, of several values for a composite one."""
        return self._read(cls, lambda session: session.get(cls, key if len(key) > 1 else key[0]))

    def known(self, cls: type[T], keys: Sequence[Any]) -> dict[Any, T]:
        """Return the objects among ``keys`` that need no statement."""
        tracked = self.session.identity_map
        return {k: tracked[identity_key(cls, k)] for k in keys if identity_key(cls, k) in tracked}

    def find(self, cls: type[T], filter_: Filter, *, sort: Sequence[str], limit: int | None) -> list[T]:
        """Return the objects that match; raises ``Uncompilable``."""
        kept = by_values(cls, filter_, tuple(sort), limit)
        if kept is not None:
            return self._read(cls, lambda session: list(session.scalars(kept, dict(filter_))))
        statement = select(cls).where(compile_filter(cls, filter_)).order_by(*compile_sort(cls, sort)).limit(limit)
        return self._read(cls, lambda session: list(session.scalars(statement)))

    def edited(self) -> bool:
        """Say whether anything was changed by others than those who listen to loading."""
        session = self._session
        if session is None:
            return False
        if session.new or session.deleted:
            return True
        return any(row_changes(obj) for obj in session.dirty)

    def commit(self) -> None:
        """End the session's part of a transaction, which belongs to the connection."""
        if self._session is not None:
            self._session.commit()

    def close(self) -> None:
        """Forget all objects."""
        if self._session is not None:
            self._session.close()
            self._session = None

    def _read(self, cls: type, ask: Callable[[Session], T]) -> T:
        """Run a query, and tell those who listen what was loaded, once all of it is there."""
        heard = self._unit.lifecycle.of(cls)
        session = self.session
        if not (heard.pre_load or heard.post_load):
            return ask(session)
        watch_loads(cls)
        loaded: list[Any] = []
        session.info[LOADED] = loaded
        try:
            answer = ask(session)
        finally:
            del session.info[LOADED]
        tell_of_rows(self._unit, heard, loaded)
        for obj in loaded if self._read_only else ():
            as_read(obj)
        return answer
