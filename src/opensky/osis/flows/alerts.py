"""Alerts of the operations board: posted to the webhook of operators, such as a chat."""

import msgspec

from opensky.messaging import Message
from opensky.osis.partners.alerts import AlertHook
from opensky.osis.runtime import Backoff, Unavailable, flow, payload


@payload("alerts.out")
class AlertPost(msgspec.Struct, kw_only=True):
    """What is to be told of an alert: ``raised``, ``worse``, ``again`` (nobody has taken it on) or ``over``."""

    alert: int
    change: str
    at: str
    title: str
    sentence: str
    state: str
    since: str
    board: str


@flow("alerts.out", retry=Backoff(times=8, base=10, cap=600), breaker="alerts", timeout=60)
def post_alert(post: AlertPost, message: Message, hook: AlertHook) -> None:
    """Tell operators' webhook of an alert."""
    refusal = hook.post(str(message.id), f"alert.{post.change}", post.at, msgspec.to_builtins(post))
    if refusal:
        raise Unavailable(refusal)
