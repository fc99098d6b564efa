"""Examples in the API's description, put together from those that stand at the fields (``msgspec.Meta(examples=...)``).

So there is one place for each: the field. An optional parameter gets none: what tries an operation out, a person or a
program, would send all of them together, which nobody does.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from opensky.web.problems import PROBLEM, problem_for

_REFERENCE = "#/components/schemas/"
_PLAIN: Mapping[str, Any] = {"integer": 1, "number": 1, "boolean": False, "object": {}}
Schemas = Mapping[str, Mapping[str, Any]]


def exemplify(described: Mapping[str, Any]) -> None:
    """Give every body, every answer and every parameter that is needed an example."""
    schemas: Schemas = described.get("components", {}).get("schemas", {})
    for operation in _operations(described):
        for parameter in operation.get("parameters", ()):
            parameter.pop("examples", None)
            if parameter["required"]:
                parameter["example"] = example(parameter["schema"], schemas)
        for media in operation.get("requestBody", {}).get("content", {}).values():
            media["example"] = example(media["schema"], schemas)
        for status, response in operation["responses"].items():
            for kind, media in response.get("content", {}).items():
                problem = kind == PROBLEM
                media["example"] = _problem(int(status)) if problem else example(media["schema"], schemas)


def example(schema: Mapping[str, Any], schemas: Schemas) -> Any:
    """Return an example of what a schema describes; text without an example of its own is empty."""
    if "$ref" in schema:
        return example(schemas[schema["$ref"].removeprefix(_REFERENCE)], schemas)
    if given := schema.get("examples") or schema.get("enum"):
        return given[0]
    if choices := schema.get("anyOf") or schema.get("oneOf"):
        return example(choices[0], schemas)
    if "properties" in schema:
        return {name: example(field, schemas) for name, field in schema["properties"].items()}
    if "items" in schema:
        return [example(schema["items"], schemas)]
    return schema.get("default", _PLAIN.get(schema.get("type", ""), ""))


def _problem(status: int) -> Any:
    return msgspec.to_builtins(problem_for(status))


def _operations(described: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for path in described.get("paths", {}).values():
        yield from (operation for operation in path.values() if isinstance(operation, dict))
