"""Lifecycle: what a flush changed, and who hears of it."""

from opensky.persistence.lifecycle.arguments import (
    DocumentNotFoundEventArgs,
    FlushEventArgs,
    LifecycleEventArgs,
    LoadMetadataEventArgs,
    NotChanged,
    OnFlushEventArgs,
    PreLoadEventArgs,
    PreUpdateEventArgs,
    Scheduled,
    UpdateEventArgs,
)
from opensky.persistence.lifecycle.changes import Fields, ObjectChange
from opensky.persistence.lifecycle.registrations import Registration, listen, listen_to, subscribe
from opensky.persistence.lifecycle.registry import Lifecycle

__all__ = [
    "DocumentNotFoundEventArgs",
    "Fields",
    "FlushEventArgs",
    "Lifecycle",
    "LifecycleEventArgs",
    "LoadMetadataEventArgs",
    "NotChanged",
    "ObjectChange",
    "OnFlushEventArgs",
    "PreLoadEventArgs",
    "PreUpdateEventArgs",
    "Registration",
    "Scheduled",
    "UpdateEventArgs",
    "listen",
    "listen_to",
    "subscribe",
]
