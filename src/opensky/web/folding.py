"""Templates cost less when what never changes is worked out while they are compiled.

A text without values in it, the address of one of our own files, and an included piece without variables become plain text of
the compiled template. What is left to do at each rendering is what differs.
"""

from collections.abc import Callable, Mapping
from typing import Any

from jinja2 import Environment, nodes
from jinja2.visitor import NodeTransformer
from markupsafe import Markup


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
