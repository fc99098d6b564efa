"""The door through which OSIS brings things back to DEVO."""

from opensky.devo.callbacks.manager import CallbackManager
from opensky.web import Json, Signed, callback


class CallbackController:
    """Callbacks, each signed by another process of this shop."""

    def __init__(self, callbacks: CallbackManager) -> None:
        self._callbacks = callbacks

    @callback("/callbacks/events")
    def take_event(self, call: Signed) -> Json | None:
        """Tell an event to its listeners: 204 done, 200 ``{"outcome": "seen"}`` if it was told before.

        Otherwise nothing was kept: 410 its subject is gone, 422 it is unknown or its data are wrong, or what a listener refuses.
        """
        return None if self._callbacks.take(call.id, call.body) else Json({"outcome": "seen"})
