"""Runs the command line as ``python -m opensky.cli``; this is what the launcher does."""

import signal
import sys

INTERRUPTED = 130

try:
    # The launcher lets Python start deaf to Ctrl-C, which would show a traceback before a line of ours can run.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    from opensky.cli.main import main

    main()
except KeyboardInterrupt:  # also while modules are still being imported
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an impatient second one
    sys.exit(INTERRUPTED)
