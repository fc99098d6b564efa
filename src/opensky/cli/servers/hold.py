"""Becomes a server that dies with its parent: ``python -m opensky.cli.servers.hold ACCOUNT SIGNAL COMMAND...``.

First it becomes the account (``-`` for the one that it is), because the kernel forgets the wish to die with the parent
when a process changes its account; then it holds the lifeline, then it turns into the command.
"""

import os
import pwd
import signal
import sys

from opensky.kernel import lifeline


def main() -> None:
    """Turn into the command that the arguments name."""
    account, sign, *command = sys.argv[1:]
    if account != "-":
        become(account)
    lifeline.hold(signal.Signals[sign])
    os.environ.pop(lifeline.VARIABLE, None)  # it is for this process, not for what the server starts
    os.execv(command[0], command)  # noqa: S606 - a program that `servers` found


def become(account: str) -> None:
    """Become another account, with its groups and its environment."""
    found = pwd.getpwnam(account)
    os.setgroups(os.getgrouplist(account, found.pw_gid))
    os.setgid(found.pw_gid)
    os.setuid(found.pw_uid)
    os.environ.update(USER=account, LOGNAME=account, HOME=found.pw_dir)


if __name__ == "__main__":
    main()
