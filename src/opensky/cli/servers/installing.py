"""Installs Debian packages of servers where that is possible: on Debian, as root."""

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from opensky.cli.servers.server import Server
from opensky.kernel.errors import Misconfigured

# Debian asks this program whether a service may be started; 101 means no. We start servers of our own, not the machine's.
_POLICY = Path("/usr/sbin/policy-rc.d")
_REFUSE = "#!/bin/sh\nexit 101\n"


def install(servers: Sequence[type[Server]]) -> None:
    """Install what is missing of these servers.

    Raises:
        Misconfigured: something is missing that cannot be installed from here; the message says how to.
    """
    missing = [server for server in servers if server.missing()]
    packages = [package for server in missing for package in server.packages]
    if packages and os.geteuid() == 0 and shutil.which("apt-get"):
        print(f"opensky: installing {' '.join(packages)} (Debian packages, under a minute).", flush=True)
        with _no_service_starts():
            _apt_get("update", "-qq")
            _apt_get("install", "-y", "-qq", "--no-install-recommends", *packages)
    for server in missing:
        server.obtain()
    still = [server for server in missing if server.missing()]
    if still:
        raise Misconfigured(" ".join(explain(server) for server in still))


def explain(server: type[Server]) -> str:
    """Return what is missing of a server, and how to get it."""
    if not server.packages:
        return (
            f"{server.name} is not installed; it comes with ./opensky test --services, and with ./opensky services up."
        )
    packages = " ".join(server.packages)
    return f"{server.name} is not installed (no {server.missing()}); as root, on Debian: apt-get install {packages}."


def _apt_get(*arguments: str) -> None:
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(
        ["apt-get", *arguments],  # noqa: S607 - likewise
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        said = next((line for line in reversed(done.stderr.splitlines()) if line.strip()), "it did not say why")
        raise Misconfigured(f"apt-get {' '.join(arguments)} failed: {said}")


@contextmanager
def _no_service_starts() -> Iterator[None]:
    """Keep packages from starting services of the machine's own, unless somebody has set a policy already."""
    if _POLICY.exists():
        yield
        return
    _POLICY.write_text(_REFUSE, "ascii")
    _POLICY.chmod(0o755)
    try:
        yield
    finally:
        _POLICY.unlink()
