"""A browser without a screen, for load: keeps one connection and its cookies, reads the hidden fields of forms."""

import http.client
import re
from urllib.parse import urlencode

_HIDDEN = re.compile(rb'<input type="hidden" name="([^"]+)" value="([^"]*)"')


class Answer:
    """What came back: status, headers, body."""

    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.status = response.status
        self.headers = response.headers
        self.body = response.read()

    def hidden(self, name: str) -> str:
        """Return the value of a hidden form field; raises ``KeyError`` if the page has none."""
        fields: dict[bytes, bytes] = dict(_HIDDEN.findall(self.body))
        return fields[name.encode()].decode()


class Browser:
    """One visitor. Does not follow redirects: a test or a measurement says what it expects."""

    def __init__(self, host: str, port: int, headers: dict[str, str] | None = None) -> None:
        self._connection = http.client.HTTPConnection(host, port, timeout=60)
        self._headers = headers or {}
        self._origin = f"http://{host}:{port}"
        self.cookies: dict[str, str] = {}
        self.token = ""
        """The token of the session's forms, for whoever keeps it here."""

    def get(self, path: str) -> Answer:
        """Ask for a page."""
        return self._ask("GET", path, None, {})

    def post(self, path: str, **fields: str) -> Answer:
        """Send a form, as a page of the same site would."""
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Origin": self._origin}
        return self._ask("POST", path, urlencode(fields).encode(), headers)

    def send(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Answer:
        """Send anything else, such as a call of the API."""
        return self._ask(method, path, body, {k.replace("_", "-"): v for k, v in headers.items()})

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def _ask(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        if self.cookies:
            headers = headers | {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        try:
            self._connection.request(method, path, body, self._headers | headers)
        except (BrokenPipeError, ConnectionResetError):  # it was idle for so long that the server has let it go
            self._connection.close()
            self._connection.request(method, path, body, self._headers | headers)
        answer = Answer(self._connection.getresponse())
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = cookie.split(";")[0].partition("=")
            if value.strip('"'):
                self.cookies[name] = value
            else:
                self.cookies.pop(name, None)
        return answer
