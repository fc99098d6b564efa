"""Numbers of any Graphite, by HTTP: ours, or carbon and graphite-web."""

import json
from collections.abc import Sequence
from urllib.parse import urlsplit

import httpx

from opensky.stats.series import Series
from opensky.stats.targets import WrongTarget, read_target
from opensky.tactical.numbers import NumbersUnavailable
from opensky.tactical.readings import Mark

_SECONDS = 5.0
_PARTS = 4


class GraphiteNumbers:
    """The numbers of a Graphite at an address such as ``http://127.0.0.1:8090``."""

    def __init__(self, url: str, seconds: float = _SECONDS) -> None:
        if urlsplit(url).scheme not in {"http", "https"} or not urlsplit(url).hostname:
            raise ValueError(f"A Graphite has an address such as http://127.0.0.1:8090, not {url!r}.")
        self._client = httpx.Client(base_url=url.rstrip("/"), timeout=seconds, trust_env=False)

    def fetch(self, target: str, since: float, until: float) -> list[Series]:
        read_target(target)  # graphite-web answers nothing at all where it cannot read one
        text = self._asked("/render", {"target": target, "from": int(since), "until": int(until), "format": "raw"})
        return [_series(line) for line in text.splitlines() if line]

    def marks(self, since: float, until: float, tags: Sequence[str] = ()) -> list[Mark]:
        text = self._asked("/events/get_data", {"from": int(since), "until": int(until)})
        found = [
            Mark(each["when"], each["what"], _words(each.get("tags") or ()), each.get("data") or "")
            for each in json.loads(text)
        ]
        having = set(tags)
        return sorted((each for each in found if having <= set(each.tags)), key=lambda each: each.when)

    def close(self) -> None:
        self._client.close()

    def _asked(self, path: str, query: dict[str, str | int]) -> str:
        try:
            answer = self._client.get(path, params=query)
        except httpx.HTTPError as error:
            raise NumbersUnavailable(f"Graphite at {self._client.base_url} does not answer: {error}") from error
        if answer.status_code == httpx.codes.BAD_REQUEST:
            raise WrongTarget(answer.text.strip())
        if answer.status_code != httpx.codes.OK:
            raise NumbersUnavailable(f"Graphite at {self._client.base_url} answers {answer.status_code}.")
        return answer.text


def _series(line: str) -> Series:
    """Read a line of Graphite's raw format: ``name,start,end,step|1.0,None,2.0``; a name may hold commas."""
    about, _, points = line.rpartition("|")
    name, start, _, step = about.rsplit(",", _PARTS - 1)
    values = [None if each == "None" else float(each) for each in points.split(",")] if points else []
    return Series(name, int(start), int(step), values, path=name)


def _words(tags: Sequence[str] | str) -> tuple[str, ...]:
    return tuple(tags.split()) if isinstance(tags, str) else tuple(tags)
