"""The runtime of flows: how any flow runs, whatever its business."""

from opensky.osis.runtime.errors import FlowError, Reject, Unavailable, WrongFlow
from opensky.osis.runtime.flow import Backoff, Flow, Rate, flow, join
from opensky.osis.runtime.payloads import Later, later, message, payload
from opensky.osis.runtime.worker import Worker

__all__ = [
    "Backoff",
    "Flow",
    "FlowError",
    "Later",
    "Rate",
    "Reject",
    "Unavailable",
    "Worker",
    "WrongFlow",
    "flow",
    "join",
    "later",
    "message",
    "payload",
]
