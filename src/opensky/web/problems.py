"""Errors as answers: what a person reads on a page, and what a program reads as problem+json (RFC 9457)."""

import re
from collections.abc import Sequence
from http import HTTPStatus
from typing import Annotated, Any

import msgspec

from opensky.kernel.errors import (
    Conflict,
    Denied,
    FieldError,
    Gone,
    Invalid,
    LoginRequired,
    NotFound,
    Refusal,
    TooMany,
)
from opensky.kernel.signed import WrongSignature
from opensky.persistence import StoreBusy
from opensky.web.access import Access

PROBLEM = "application/problem+json"

STATUS: dict[type[Refusal], int] = {
    NotFound: 404,
    Gone: 410,
    Conflict: 409,
    Invalid: 422,
    Denied: 403,
    LoginRequired: 401,
    WrongSignature: 401,
    TooMany: 429,
    StoreBusy: 503,
    Refusal: 400,
}
"""The status of each refusal; a kind that is not here has that of its nearest parent."""

_SENTENCES = {
    400: ("That did not work", "The request could not be understood."),
    401: ("Please log in", "Please log in first."),
    403: ("Not allowed", "You may not do that."),
    404: ("Not found", "There is nothing at this address. It may have been sold, moved or mistyped."),
    405: ("Not possible", "This address does not do that."),
    409: ("Something changed", "Something changed meanwhile. Please look again."),
    410: ("Gone", "What this is about does not exist any more."),
    413: ("Too large", "What was sent is too large."),
    415: ("Wrong format", "This format is not understood here."),
    422: ("Please check your input", "Something in the form needs another look."),
    429: ("Too many tries", "Please wait a little and try again."),
    503: ("Busy just now", "The shop is busy just now, and nothing was changed. Please try again in a moment."),
    500: ("Something went wrong", "We made a mistake. It is written down, and nothing was changed."),
}

_PLACE = re.compile(r"\[(\d+)\]")


class Violation(msgspec.Struct, omit_defaults=True):
    """One broken rule: where (a JSON pointer into the body, or the name of a parameter), and what is wrong."""

    detail: str
    pointer: str = ""
    parameter: str = ""
    rule: str = ""


class Problem(msgspec.Struct, omit_defaults=True):
    """What a program is told when its request fails (RFC 9457)."""

    title: str
    status: int
    detail: Annotated[str, msgspec.Meta(description="What happened, in a sentence fit to show to a person.")]
    type: str = "about:blank"
    errors: list[Violation] = []
    id: Annotated[str, msgspec.Meta(description="Of a status 500: name this when you report it.")] = ""
    retry_after: int = 0


def status_of(error: Refusal | type[Refusal]) -> int:
    """Return the HTTP status of a refusal."""
    kind = error if isinstance(error, type) else type(error)
    return next(STATUS[parent] for parent in kind.__mro__ if parent in STATUS)


def problem_of(error: Refusal, *, reads: bool = False) -> Problem:
    """Return the problem that a refusal is. A request that only ``reads`` has no body: its fields are parameters."""
    status = status_of(error)
    problem = problem_for(status, error.message)
    if isinstance(error, WrongSignature):
        problem.title = "Not signed"
    if isinstance(error, Invalid):
        problem.errors = [_violation(each, reads=reads) for each in error.errors]
    if isinstance(error, TooMany):
        problem.retry_after = error.retry_after
    if isinstance(error, StoreBusy):
        problem.retry_after = 1
    return problem


def problem_for(status: int, detail: str = "", errors: Sequence[Violation] = ()) -> Problem:
    """Return the problem of a status; ``detail`` only if there is more to say than the status says."""
    title, sentence = _SENTENCES.get(status, (HTTPStatus(status).phrase, HTTPStatus(status).description))
    return Problem(title=title, status=status, detail=detail or sentence, errors=list(errors))


def broken_request(detail: str, extra: Any, status: int) -> Problem:
    """Return the problem of a request that did not fit its route: what Litestar collected, in our own form."""
    found = extra if isinstance(extra, list) else []
    violations = [_of_litestar(each) for each in found if isinstance(each, dict)]
    if any(each.pointer or not each.parameter for each in violations):
        status = 422
    return problem_for(status, "" if violations else detail, violations)


def possible(access: Access, raises: Sequence[type[Refusal]], *, body: bool, parameters: bool) -> dict[int, str]:
    """Return the statuses that a route may fail with, each with its sentence: for the API description."""
    statuses = {status_of(kind) for kind in raises} | {429 for kind in raises if kind is TooMany}
    if access is not Access.PUBLIC:
        statuses |= {401, 403}
    if body:
        statuses |= {400, 413, 422}
    if parameters:
        statuses |= {400}
    return {status: _SENTENCES[status][1] for status in sorted(statuses)}


def _violation(error: FieldError, *, reads: bool) -> Violation:
    if reads:
        return Violation(detail=error.message, parameter=error.field, rule=error.rule)
    return Violation(detail=error.message, pointer=_pointer(error.field), rule=error.rule)


def _pointer(path: str) -> str:
    path = _PLACE.sub(r".\1", path)
    return "#/" + path.replace("~", "~0").replace("/", "~1").replace(".", "/") if path else "#"


def _of_litestar(each: dict[str, Any]) -> Violation:
    key, message = str(each.get("key", "")), str(each.get("message", "is not valid"))
    if message == f"'{key}'":  # what Litestar says of a thing that is not there
        message = "A body is needed." if key == "data" else "This parameter is needed."
    if str(each.get("source", "")) == "body" or key == "data":
        return Violation(detail=message, pointer=_pointer("" if key == "data" else key))
    return Violation(detail=message, parameter=key)
