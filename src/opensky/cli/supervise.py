"""The supervisor of a running shop: supervisord on the configuration that ``opensky up`` wrote.

It dies with the process that started it, and all that it starts dies with it. Run as
``python -m opensky.cli.supervise CONFIGURATION``.
"""

import sys
from contextlib import suppress

from supervisor.medusa.asyncore_25 import ExitNow
from supervisor.options import ServerOptions
from supervisor.supervisord import Supervisor

from opensky.kernel import lifeline


class PromptSupervisor(Supervisor):  # type: ignore[misc]  # supervisor ships no types
    """A supervisor that starts its programs at once; supervisord itself waits a second for events first."""

    def runforever(self) -> None:
        """Start all programs, then watch over them until told to stop."""
        for group in sorted(self.process_groups.values()):
            group.transition()
        super().runforever()


def main() -> None:
    """Supervise until a signal says to stop, or until the parent is gone."""
    lifeline.hold()
    lifeline.offer()
    options = ServerOptions()
    options.realize(["-c", sys.argv[1]], doc=__doc__)
    options.first = True
    options.test = False
    with suppress(ExitNow):  # its way to say that all programs have been stopped
        PromptSupervisor(options).main()


if __name__ == "__main__":
    main()
