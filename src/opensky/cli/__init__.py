"""The command line: ``./opensky up``, ``./opensky test`` and what a person who runs a shop needs besides."""
