"""The bus manager: dead letters are looked at, edited, tried again and discarded, and it is written down who did it and why.

What is done to a letter, the act that says so, and the row of the change history are one transaction.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any, NamedTuple

from opensky.devo.bus.masking import Veiled, unveil, veil
from opensky.devo.bus.objects import Act, Flows, LetterAct
from opensky.devo.bus.repository import BusRepository
from opensky.kernel.errors import Conflict, FieldError, Invalid, NotFound
from opensky.kernel.ids import IdGenerator, MemberId
from opensky.messaging import Cause, DeadLetter, DeadLetters, Message
from opensky.persistence import UnitOfWork
from opensky.persistence.history.actor import SYSTEM

MOST = 2_000
"""So many letters are decided at once: one transaction, which others wait for."""
_DEEPEST = 60


class Group(NamedTuple):
    """What died of the same in one queue; ``key`` stands in addresses, where a cause must not: it may name somebody."""

    key: str
    cause: Cause


class BusManager:
    """The verbs of dead letters. A cause or a letter that is gone meanwhile is a ``NotFound`` or a ``Conflict``."""

    def __init__(
        self, tables: BusRepository, letters: DeadLetters, flows: Flows, unit: UnitOfWork, ids: IdGenerator
    ) -> None:
        self._tables = tables
        self._letters = letters
        self._flows = flows
        self._unit = unit
        self._ids = ids

    def groups(self) -> list[Group]:
        """Return what died, by queue and cause, the latest first."""
        return [Group(key_of(each), each) for each in self._letters.causes()]

    def group(self, key: str) -> Group:
        """Return one cause; raises ``NotFound``."""
        found = next((each for each in self.groups() if each.key == key), None)
        if found is None:
            raise NotFound("No dead letter has this cause any more: all were tried again or discarded.")
        return found

    def listed(self, group: Group, before: int, limit: int) -> list[DeadLetter]:
        """Return the letters of a cause, the newest first, before the cursor."""
        return self._letters.listed(queue=group.cause.queue, cause=group.cause.cause, before=before, limit=limit)

    def letter(self, id_: int) -> DeadLetter:
        """Return one letter; raises ``NotFound``."""
        return self._letters.show(id_)

    def acts_on(self, id_: int) -> list[LetterAct]:
        """Return what staff did with a letter, the newest first."""
        return self._tables.acts_on(id_)

    def look_into(self, id_: int) -> DeadLetter:
        """Return a letter to somebody who is to see what is masked in it; that they did is kept."""
        letter = self._letters.show(id_)
        self._note("looked into", [letter.message])
        return letter

    def retry(self, id_: int) -> Message:
        """Put a letter back into its queue, to be handled now; return its message."""
        return self._decided("retried", id_)

    def discard(self, id_: int) -> Message:
        """Forget a letter for good; return its message."""
        return self._decided("discarded", id_)

    def retry_group(self, group: Group, until: datetime) -> int:
        """Put the letters of a cause that died until then back into their queue; return how many: ``MOST`` at most."""
        return self._decided_for("retried", group, until)

    def discard_group(self, group: Group, until: datetime) -> int:
        """Forget the letters of a cause that died until then; return how many: ``MOST`` at most."""
        return self._decided_for("discarded", group, until)

    def edit(self, id_: int, text: str, seen: str) -> list[str]:
        """Give a letter other parameters, written as JSON, whose masks stand for what was there; return which differ now.

        Raises:
            NotFound: there is no such letter.
            Conflict: somebody else has edited it since ``seen``, which is what ``mark`` said of it.
            Invalid: it is no JSON object, holds a mask that stands for nothing, or its flow could not read it.
        """
        message = self._letters.show(id_).message
        if seen != mark(message):
            raise Conflict(
                "Somebody has edited this letter meanwhile, so nothing was saved. Look at it, and edit it again."
            )
        parameters = unveil(read_json(text), veil(message.parameters).hidden)
        if problem := self._flows.problem(message.queue_name, parameters):
            raise Invalid(FieldError("parameters", problem, "payload"))
        fields = differing(message.parameters, parameters)
        if fields:
            self._letters.edit(id_, parameters, unit=self._unit)
            self._note("edited", [message], ", ".join(fields))
        return fields

    def _decided(self, act: Act, id_: int) -> Message:
        message = self._letters.show(id_).message
        if not self._done(act, id_):
            raise Conflict(f"Dead letter {id_} was tried again or discarded by somebody else meanwhile.")
        self._note(act, [message])
        return message

    def _decided_for(self, act: Act, group: Group, until: datetime) -> int:
        chosen = self._tables.group(group.cause.queue, group.cause.cause, until, MOST)
        messages = [self._letters.show(id_).message for id_ in chosen]
        done = [each for each in messages if self._done(act, each.id)]
        self._note(act, done)
        return len(done)

    def _done(self, act: Act, id_: int) -> bool:
        do = self._letters.replay if act == "retried" else self._letters.discard
        return do([id_], unit=self._unit) == 1

    def _note(self, act: Act, messages: Iterable[Message], fields: str = "") -> None:
        actor, now = self._unit.acting or SYSTEM, self._unit.clock.now()
        self._tables.note(
            LetterAct(
                id=self._ids.next(),
                letter_id=each.id,
                act=act,
                queue=each.queue_name,
                type=each.type,
                correlation=each.correlation,
                causation=each.causation,
                attempt=each.attempt,
                fields=fields[:500],
                reason=actor.reason,
                member_id=MemberId(actor.id) if actor.id else None,
                member_name=actor.name or actor.kind,
                at=now,
            )
            for each in messages
        )


def key_of(cause: Cause) -> str:
    """Return what names a cause in an address."""
    return sha256(f"{cause.queue}\n{cause.cause}".encode()).hexdigest()[:16]


def mark(message: Message) -> str:
    """Return a digest of a letter's parameters: who edits it says with it which ones they saw."""
    return sha256(as_json(message.parameters).encode()).hexdigest()[:16]


def as_json(value: Any) -> str:
    """Return parameters as people read them."""
    return json.dumps(value, indent=2, ensure_ascii=False)


def veiled(letter: DeadLetter) -> Veiled:
    """Return a letter's parameters as they may be shown."""
    return veil(letter.message.parameters)


def read_json(text: str) -> dict[str, Any]:
    """Read a JSON object as somebody typed it.

    Raises:
        Invalid: it is none; the text says where.
    """
    try:
        read = json.loads(text, object_pairs_hook=_once, parse_constant=_refuse)
    except json.JSONDecodeError as error:
        message = f"This is not JSON: {error.msg}, line {error.lineno}, character {error.colno}."
        raise _wrong(message) from error
    except (ValueError, RecursionError) as error:
        raise _wrong(f"This is not JSON: {error}.") from error
    if not isinstance(read, dict):
        raise _wrong("The parameters must be a JSON object: names and values between { and }.")
    return read


def differing(old: Any, new: Any) -> list[str]:
    """Return the dotted paths of what differs between two bodies."""
    return [path.removeprefix(".") for path in _differing(old, new, "", 0)]


def _differing(old: Any, new: Any, path: str, depth: int) -> Iterator[str]:
    if isinstance(old, Mapping) and isinstance(new, Mapping) and depth < _DEEPEST:
        for name in dict.fromkeys((*old, *new)):
            if name in old and name in new:
                yield from _differing(old[name], new[name], f"{path}.{name}", depth + 1)
            else:
                yield f"{path}.{name}"
    elif old != new or type(old) is not type(new):
        yield path


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    read = dict(pairs)
    if len(read) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the name {twice!r} stands twice in one object")
    return read


def _refuse(constant: str) -> float:
    raise ValueError(f"{constant} is no number of JSON")


def _wrong(message: str) -> Invalid:
    return Invalid(FieldError("parameters", message, "JSON"))
