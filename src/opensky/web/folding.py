"""Templates cost less when what never changes is worked out while they are compiled.

A text without values in it, the address of one of our own files, and an included piece without variables become plain text of
the compiled template. What is left to do at each rendering is what differs; and that is escaped without making an object for
each value that is about to be joined into the page anyway.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from jinja2 import Environment, nodes
from jinja2.visitor import NodeTransformer
from markupsafe import Markup, escape
from markupsafe import _escape_inner as escaped_text  # type: ignore[attr-defined]  # what ``escape`` itself calls


class FoldingEnvironment(Environment):
    """An environment that folds calls of ``constant`` functions with constant arguments.

    Also lets a template extend the first of several that is there, as ``include`` can.
    """

    constant: Mapping[str, Callable[[str], str]] = {}

    def get_template(self, name: Any, *arguments: Any, **named: Any) -> Any:
        if isinstance(name, list):
            return self.select_template(name, *arguments, **named)
        return super().get_template(name, *arguments, **named)

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        template = super()._parse(source, name, filename)
        folded: nodes.Template = _Folder(self).visit(template)
        folded.set_environment(self)
        return folded

    def _generate(self, *arguments: Any, **named: Any) -> str:
        # On the line of Jinja's own imports, so that errors still name the right line of the template.
        made = super()._generate(*arguments, **named).replace(_IMPORTS_END, _IMPORTS_END + _OURS, 1)
        return _BLOCK.sub(r'yield "".join(\1)', made)


_BLOCK = re.compile(r"yield from (context\.blocks\[.*)$", re.MULTILINE)
"""A block is handed on whole: piece by piece, each would pass through every template that this one extends."""
_IMPORTS_END = "missing, str_join"
_OURS = f"; from {__name__} import text_of as escape"


def text_of(value: Any) -> str:
    """Return a value as it stands in a page. It is joined at once, so that it need not be marked as safe."""
    kind = type(value)
    if kind is str:
        escaped: str = escaped_text(value)
        return escaped
    if kind is Markup:
        return str.__str__(value)
    return str(value) if kind is int else escape(value)


class _Folder(NodeTransformer):
    """Rewrites one template."""

    def __init__(self, environment: FoldingEnvironment) -> None:
        self._environment = environment

    def visit_Call(self, node: nodes.Call) -> nodes.Node:  # noqa: N802 - Jinja names it
        self.generic_visit(node)
        constant = self._environment.constant
        match node:
            case nodes.Call(node=nodes.Name(name=name), args=[nodes.Const(value=str(text))], kwargs=[]):
                if name in constant and not node.dyn_args and not node.dyn_kwargs:
                    return nodes.MarkSafe(nodes.Const(Markup(constant[name](text)), lineno=node.lineno))  # noqa: S704
        return node

    def visit_Include(self, node: nodes.Include) -> nodes.Node:  # noqa: N802 - Jinja names it
        match node.template:
            case nodes.Const(value=str(name)):
                source, *_ = self._environment.loader.get_source(self._environment, name)  # type: ignore[union-attr]
                body = self._environment._parse(source, name, None).body  # noqa: SLF001 - our own
                if all(_is_text(part) for part in body):
                    return nodes.Scope(body, lineno=node.lineno)
        return node


def _is_text(node: nodes.Node) -> bool:
    return isinstance(node, nodes.Output) and all(isinstance(part, nodes.TemplateData) for part in node.nodes)
