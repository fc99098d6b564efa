"""DEVO, as OSIS reaches it: signed callbacks over HTTP."""

from threading import Lock
from typing import Any, TypeVar

import httpx
import msgspec

from opensky.kernel.clock import Clock
from opensky.kernel.doing import REQUEST, TRACE, carried
from opensky.kernel.signed import CALLBACKS, Seal
from opensky.kernel.watching import Calls, Watch
from opensky.osis.runtime import Reject, Unavailable

CONNECT_SECONDS, ANSWER_SECONDS = 3.0, 30.0
_AGAIN = frozenset({404, 408, 425, 429})
"""These, beside what begins with 5, are of the moment: 404 while an older release of DEVO still runs."""
_LONGEST_DETAIL = 500
_NAMED = {REQUEST: "X-Request-ID", TRACE: "traceparent"}
"""What DEVO's logs and traces are to name as ours do, and in which header."""
T = TypeVar("T")


class Devo:
    """Calls DEVO's callbacks; one for the process, which keeps its connections. Safe for any number of threads.

    A call may be made twice, as its first answer can be lost: DEVO knows it by its id.
    """

    def __init__(
        self,
        address: str,
        secret_key: str,
        clock: Clock,
        client: httpx.Client | None = None,
        watch: Watch | None = None,
    ) -> None:
        self._address = address
        self._seal = Seal(secret_key, CALLBACKS, clock)
        self._lock = Lock()
        self._client = client
        self._calls = Calls("third.devo", watch)

    def ask(self, path: str, id_: str, body: bytes, into: type[T]) -> T:
        """Post a body to a callback that answers with something, and return that; raises as ``post`` does."""
        answer = self._asked(path, id_, body)
        try:
            return msgspec.json.decode(answer.content, type=into)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise Unavailable(f"DEVO answered {path} with something else: {error}") from error

    def post(self, path: str, id_: str, body: bytes) -> str:
        """Post a body to a callback and return what came of it: ``done``, or ``seen`` if DEVO had that id before.

        Raises:
            Unavailable: DEVO cannot be reached, or cannot do it now.
            Reject: DEVO refuses: the signature, what the body says, or what it is about, which is gone.
        """
        answer = self._asked(path, id_, body)
        if answer.status_code == httpx.codes.NO_CONTENT:
            return "done"
        return str(_object(answer).get("outcome", "done"))

    def close(self) -> None:
        """Let go of the connections."""
        if self._client is not None:
            self._client.close()

    def _asked(self, path: str, id_: str, body: bytes) -> httpx.Response:
        with self._calls.timed(path):
            return self._answer(path, id_, body)

    def _answer(self, path: str, id_: str, body: bytes) -> httpx.Response:
        about = carried()
        named = {theirs: about[ours] for ours, theirs in _NAMED.items() if ours in about}
        headers = {"Content-Type": "application/json", **named, **self._seal.headers(id_, body)}
        try:
            answer = self._opened().post(path, content=body, headers=headers)
        except httpx.HTTPError as error:
            raise Unavailable(f"DEVO does not answer at {self._address}: {type(error).__name__}: {error}") from error
        if answer.status_code in {httpx.codes.OK, httpx.codes.NO_CONTENT}:
            return answer
        refused = f"DEVO answered {answer.status_code}: {_detail(answer)}"
        if answer.is_client_error and answer.status_code not in _AGAIN:
            raise Reject(refused, status=answer.status_code)
        raise Unavailable(refused, status=answer.status_code)

    def _opened(self) -> httpx.Client:
        with self._lock:
            if self._client is None:
                # No proxy of the environment stands between processes of one shop, and no redirect leads away from it.
                timeout = httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS)
                transport = httpx.HTTPTransport(retries=1)
                self._client = httpx.Client(
                    base_url=self._address, timeout=timeout, transport=transport, trust_env=False
                )
        return self._client


def _object(answer: httpx.Response) -> dict[str, Any]:
    try:
        found = msgspec.json.decode(answer.content)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return {}
    return found if isinstance(found, dict) else {}


def _detail(answer: httpx.Response) -> str:
    return str(_object(answer).get("detail") or answer.text or answer.reason_phrase)[:_LONGEST_DETAIL]
