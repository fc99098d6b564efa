"""The web tier's first process while it runs: it watches over the workers that it has forked, and is as small as can be.

``opensky.cli.web`` loads the application, forks the workers and turns itself into this program: the workers stay its
children, but what it had loaded is gone, which would be a copy that nobody reads any more. When a worker dies, it turns back
into ``opensky.cli.web`` to load and fork another, while the rest go on serving. It imports the interpreter's own modules only.

Run as ``python -m opensky.cli.web_watch APP REPLACED PID ...``: the last REPLACED of the workers took the place of dead ones.
Signals that arrive before it watches wait for it, blocked.
"""

import os
import signal
import sys
import time

REPLACE = "replace"
STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
HEARD = (*STOPPING, signal.SIGCHLD)
_KILL_AFTER_SECONDS = 5
# A worker that comes in place of a dead one and dies as soon as this: a further one would hardly do better.
_LIVES_AT_LEAST_SECONDS = 5.5


def become(module: str, *arguments: object) -> None:
    """Turn this process into another program of ours, with its children, its id and the signals that it has not taken yet."""
    signal.pthread_sigmask(signal.SIG_BLOCK, HEARD)
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, "-P", "-m", module, *map(str, arguments)])  # noqa: S606 - no shell, that is


def main() -> None:
    """Watch until a signal says to stop, or until a worker has died."""
    app, replaced, workers = sys.argv[1], int(sys.argv[2]), [int(pid) for pid in sys.argv[3:]]
    young = workers[len(workers) - replaced :]
    began = time.monotonic()
    while not (dead := _gone(workers)):
        if signal.sigwait(HEARD) in STOPPING:
            return _stop(workers)
    rest = [pid for pid in workers if pid not in dead]
    if signal.sigpending().intersection(STOPPING):  # Ctrl-C in a terminal reaches the workers as well
        return _stop(rest)
    _say("web.worker_died", f"worker {', '.join(map(str, dead))} died; another takes its place")
    if dead.intersection(young) and time.monotonic() - began < _LIVES_AT_LEAST_SECONDS:
        _stop(rest)
        _say("web.given_up", "it had taken the place of another one just before")
        sys.exit(1)
    return become("opensky.cli.web", app, REPLACE, *rest)


def _say(event: str, why: str) -> None:
    """Write a line of the log as all programs do, without what they load for it; nothing in it needs a mask."""
    seconds, rest = divmod(time.time_ns(), 1_000_000_000)
    stamp = f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(seconds))}.{rest // 1000:06d}Z"
    head = f'{{"timestamp":"{stamp}","level":"error","event":"{event}","program":"web","pid":{os.getpid()}'
    print(f'{head},"why":"{why}"}}', flush=True)


def _gone(workers: list[int]) -> set[int]:
    """Return the workers that have died since we last looked."""
    gone = set()
    for pid in workers:
        try:
            if os.waitpid(pid, os.WNOHANG)[0]:
                gone.add(pid)
        except ChildProcessError:  # it died, and was asked after, before this program watched
            gone.add(pid)
    return gone


def _stop(workers: list[int]) -> None:
    """Let the workers finish what they are at, but not for ever."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        for pid in workers:
            os.kill(pid, sign)
        deadline = time.monotonic() + _KILL_AFTER_SECONDS
        while workers and (left := deadline - time.monotonic()) > 0:
            dead = _gone(workers)
            workers = [pid for pid in workers if pid not in dead]
            if not dead:
                signal.sigtimedwait({signal.SIGCHLD}, left)


if __name__ == "__main__":
    main()
