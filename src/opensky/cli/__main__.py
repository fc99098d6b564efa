"""Runs the command line as ``python -m opensky.cli``; this is what the launcher does."""

from opensky.cli.main import main

main()
