"""The tactical operations board: what the shop's numbers say, at a glance."""
