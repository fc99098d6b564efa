"""The signature of a marked method, said in Litestar's words, which parses and describes parameters by it."""

import inspect
from collections.abc import Sequence
from typing import Annotated, Any, get_args

import msgspec
from litestar import Request
from litestar.constants import RESERVED_KWARGS
from litestar.enums import RequestEncodingType
from litestar.openapi.spec import Example
from litestar.params import BodyKwarg, HeaderParameter, PathParameter, QueryParameter

from opensky.web.routing import FromHeader

BODY = "data"


def known_as(name: str) -> str:
    """Return the name under which Litestar is to know a parameter: it keeps some, such as ``state``, for itself."""
    return f"{name}_" if name in RESERVED_KWARGS and name != BODY else name


def sign(handler: Any, parameters: Sequence[inspect.Parameter], hints: dict[str, Any], path: str) -> None:
    """Give a handler the signature that Litestar is to see: ``request``, and the parameters of a method."""
    placed: dict[str, Any] = {"request": Request}
    signed = [inspect.Parameter("request", inspect.Parameter.KEYWORD_ONLY, annotation=Request)]
    for each in parameters:
        name, hint = known_as(each.name), _placed(each.name, hints[each.name], path)
        placed[name] = hint
        signed.append(each.replace(name=name, kind=inspect.Parameter.KEYWORD_ONLY, annotation=hint))
    handler.__signature__ = inspect.Signature(signed, return_annotation=hints["return"])
    handler.__annotations__ = {**placed, "return": hints["return"]}


def _placed(name: str, hint: Any, path: str) -> Any:
    """Say where a parameter comes from: the path, the body (``data``), a header, or the query."""
    if name == BODY:
        return Annotated[hint, BodyKwarg(media_type=RequestEncodingType.JSON)]
    marks = [mark for part in (hint, *get_args(hint)) for mark in getattr(part, "__metadata__", ())]
    header = next((mark for mark in marks if isinstance(mark, FromHeader)), None)
    limits = _limits(next((mark for mark in marks if isinstance(mark, msgspec.Meta)), None))
    if header is not None:
        return Annotated[hint, HeaderParameter(name=header.name, **limits)]
    if f"{{{name}:" in path:
        return Annotated[hint, PathParameter(**limits)]
    return Annotated[hint, QueryParameter(name=name if known_as(name) != name else None, **limits)]


def _limits(meta: msgspec.Meta | None) -> dict[str, Any]:
    """Return what ``msgspec.Meta`` says of a parameter; Litestar reads it by itself in bodies alone."""
    names = ("gt", "ge", "lt", "le", "multiple_of", "pattern", "min_length", "max_length", "title", "description")
    found = {name: value for name in names if (value := getattr(meta, name, None)) is not None}
    if meta is not None and meta.examples:
        found["examples"] = [Example(value=value) for value in meta.examples]
    return found
