"""Lifecycle: what a flush changed, and who hears of it."""

from opensky.persistence.lifecycle.changes import Fields, ObjectChange

__all__ = ["Fields", "ObjectChange"]
