"""Owners of leases: which process has taken a message.

What a process of this machine had taken and did not finish, because it is dead, is given back when the next one starts, and need
not wait for its lease to end.
"""

import os
import socket
from pathlib import Path

from sqlalchemy import bindparam, case, select, update

from opensky.messaging.tables import MESSAGES, NOT_READY, OUTGOING, READY
from opensky.persistence import Command, Database, Query
from opensky.persistence.cursors import microseconds

_LONGEST_HOST = 40
_m = MESSAGES.c
_OWNERS = Query(select(_m.owner).distinct().where(NOT_READY, _m.owner != ""), str)
_GIVE_BACK = Command(
    update(MESSAGES)
    .where(NOT_READY, _m.owner == bindparam("dead"))
    .values(state=case((_m.state == OUTGOING, OUTGOING), else_=READY), owner="", due_at=bindparam("now"))
)


def owner(what: str) -> str:
    """Return the name under which a part of this process takes messages."""
    return f"{_host()}:{os.getpid()}:{what}"


def give_back_of_the_dead(database: Database) -> int:
    """Give back what dead processes of this machine had taken; return how many messages.

    Processes of other machines are left alone: nobody here can know of them, and their leases end.
    """
    with database.reader(primary=True) as reader:
        dead = [each for each in reader.fetch(_OWNERS) if _is_dead(each)]
    if not dead:
        return 0
    now = microseconds(database.clock.now())
    with database.unit_of_work() as unit:
        given = sum(unit.run(_GIVE_BACK, dead=each, now=now) for each in dead)
        unit.commit()
    return given


def _is_dead(name: str) -> bool:
    host, _, rest = name.partition(":")
    process = rest.partition(":")[0]
    if host != _host() or not process.isdecimal() or not Path("/proc/self").exists():
        return False
    return not Path(f"/proc/{process}").exists()


def _host() -> str:
    return socket.gethostname()[:_LONGEST_HOST].replace(":", "-")
