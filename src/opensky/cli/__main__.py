"""Runs the command line as ``python -m opensky.cli``; this is what the launcher does."""

import sys

INTERRUPTED = 130

try:
    from opensky.cli.main import main

    main()
except KeyboardInterrupt:  # also while modules are still being imported
    sys.exit(INTERRUPTED)
