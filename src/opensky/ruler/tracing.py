"""Why a condition holds, or not: what each clause found, in values and in words."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from opensky.ruler.checked import value_of
from opensky.ruler.compiling import DEEPEST, Writer, depth_of, function
from opensky.ruler.context import Context
from opensky.ruler.errors import RulerError
from opensky.ruler.nodes import MISSING, Fact, Literal, Node, Operation, Property, Quantified, walk
from opensky.ruler.operators import LOGIC, OPERATORS
from opensky.ruler.wording import sentence

Labels = Mapping[str, str]
_LOGIC_WORDS = {
    "logical_and": "all of these",
    "logical_or": "any of these",
    "logical_xor": "just one of these",
    "logical_not": "not this",
}


@dataclass(frozen=True, slots=True)
class Clause:
    """What became of one clause: ``satisfied`` is ``None`` where it was not asked. Groups have ``inner`` ones."""

    text: str
    satisfied: bool | None
    operator: str
    values: tuple[Any, ...] = ()
    error: str = ""
    inner: tuple["Clause", ...] = ()


@dataclass(slots=True)
class Trace:
    """What came of asking a condition. Words are found when they are asked for."""

    node: Node
    satisfied: bool
    found: "Found"
    """By clause, in the order of the tree: the values of its operands and what it gave, or the error that it raised."""
    error: str = ""

    def clauses(self, labels: Labels | None = None) -> Clause:
        """Return the condition as a tree of clauses, facts named by ``labels`` where there are any (by path)."""
        return _Telling(self.found, labels or {}).told(self.node)

    def lines(self, labels: Labels | None = None) -> list[str]:
        """Return a line a clause: a mark (yes, no, not asked, error) and its sentence."""
        return _lines(self.clauses(labels), 0)

    def __str__(self) -> str:
        return "\n".join(self.lines())


Found = dict[int, tuple[tuple[Any, ...], Any]]
Traced = Callable[[Context], Trace]


def tracing(node: Node) -> Traced:
    """Return what asks a condition and writes down what each clause found.

    What goes wrong with values is in the trace, which is then not satisfied; what a lazy fact raises goes through.
    """
    careful = _careful(node)
    if depth_of(node) > DEEPEST or any(not is_quick(each) for each in walk(node)):
        return careful
    writer = RecordingWriter(node)
    body = writer.written(node)
    recorded = writer.recorded
    source = (
        f"def test(c):\n {' = '.join(recorded)} = None\n try:\n  held = {body}\n"
        f" except (KeyError, TypeError, AttributeError, RulerError):\n  return careful(c)\n return made(held, ({', '.join(recorded)},))\n"
    )

    def made(held: bool, values: tuple[Any, ...]) -> Trace:  # noqa: FBT001 - called by the source above
        return Recorded(node, held, values, writer.layout)

    test: Traced = function(
        source, "test", {**writer.names, "careful": careful, "made": made, "RulerError": RulerError}
    )
    return test


def is_quick(node: Node) -> bool:
    """Say whether what a node finds can be written down in passing, without a call."""
    return not isinstance(node, Quantified) and not (isinstance(node, Operation) and node.operator == "logical_xor")


def _careful(node: Node) -> Traced:
    def asked(context: Context) -> Trace:
        found: Found = {}
        try:
            satisfied = bool(test(context, found))
        except RulerError as error:
            return Trace(node, satisfied=False, found=found, error=error.message)
        return Trace(node, satisfied, found)

    if depth_of(node) > DEEPEST:
        return lambda context: Trace(node, bool(value_of(node, context)), {})
    writer = TracingWriter(node)
    test = function(f"def test(c, found):\n return {writer.written(node)}\n", "test", {**writer.names, "note": note})
    return asked


Layout = Sequence[tuple[int, int, Sequence[int]]]


class Recorded(Trace):
    """A trace whose values were kept in passing; they are put in their places when somebody looks."""

    __slots__ = ("_layout", "_values")

    def __init__(self, node: Node, satisfied: bool, values: tuple[Any, ...], layout: Layout) -> None:  # noqa: FBT001 - as in Trace
        self.node = node
        self.satisfied = satisfied
        self.error = ""
        self._values = values
        self._layout = layout

    @property
    def found(self) -> Found:  # type: ignore[override]  # it is worked out here
        """By clause: the values of its operands and what it gave."""
        values = self._values
        return {
            clause: (tuple(values[at] if at >= 0 else None for at in operands), values[result])
            for clause, result, operands in self._layout
            if values[result] is not None
        }


def note(found: dict[int, Any], number: int, apply: Any, *operands: Any) -> Any:
    """Apply an operator and write down what came of it."""
    try:
        result = apply(*operands)
    except RulerError as error:
        found[number] = (operands, error)
        raise
    found[number] = (operands, result)
    return result


class RecordingWriter(Writer):
    """Writes a condition that binds what each clause looked at, and what it gave, to names of its own."""

    def __init__(self, root: Node) -> None:
        super().__init__(root)
        self.recorded: list[str] = []
        self.layout: list[tuple[int, int, list[int]]] = []
        self._operands: dict[int, list[int]] = {}
        self._within_clause = False

    def written(self, node: Node) -> str:
        """Return the source of a node; of an operand of a clause, with the name that keeps its value."""
        places = self._operands.get(id(node)) if self._within_clause else None
        if places is None:
            return super().written(node)
        self._operands = {key: at for key, at in self._operands.items() if key != id(node)}
        source = super().written(node)
        return f"({self.recorded[places[0]]} := {source})"

    def _operation(self, node: Operation) -> str:
        if node.operator in LOGIC or self._within_clause:
            return super()._operation(node)
        result, places = self._name("r"), []
        self._operands = {}
        for each in node.operands:
            place = -1 if isinstance(each, Literal) else self._operands.setdefault(id(each), [self._name("o")])[0]
            places.append(place)
        self._within_clause = True
        source = super()._operation(node)
        self._within_clause = False
        self.layout.append((len(self.layout), result, places))
        return f"({self.recorded[result]} := {source})"

    def _perhaps(self, node: Node) -> str:
        places = self._operands.pop(id(node), None) if self._within_clause else None
        source = super()._perhaps(node)
        return source if places is None else f"({self.recorded[places[0]]} := {source})"

    def _name(self, letter: str) -> int:
        self.recorded.append(self._fresh(letter))
        return len(self.recorded) - 1


class TracingWriter(Writer):
    """Writes a condition whose clauses note what they find. Clauses are numbered as they stand, from left to right."""

    def __init__(self, root: Node) -> None:
        super().__init__(root)
        self._number = 0
        self._within_clause = 0

    def _fact(self, node: Fact) -> str:
        return self._perhaps(node) if node.default is MISSING else super()._fact(node)

    def _property(self, node: Property) -> str:
        default = "" if node.default is MISSING else f", {self.literal(node.default)}"
        return f"part({self.written(node.of)}, {node.name!r}{default})"

    def _operation(self, node: Operation) -> str:
        if node.operator in LOGIC:
            return super()._operation(node)
        known = OPERATORS[node.operator]
        return self._noted(node, known.gives == "condition", [self.named(known.apply)])

    def _quantified(self, node: Quantified) -> str:
        return self._noted(node, node.kind != "count_of", [])

    def _noted(self, node: Operation | Quantified, is_condition: bool, call: list[str]) -> str:  # noqa: FBT001 - private
        is_clause = is_condition and not self._within_clause
        number, self._number = self._number, self._number + is_clause
        self._within_clause += 1
        if isinstance(node, Operation):
            call += [self.written(each) for each in node.operands]
        else:
            call += _arguments(super()._quantified(node))
        self._within_clause -= 1
        if is_clause:
            return f"note(found, {number}, {', '.join(call)})"
        return f"{call[0]}({', '.join(call[1:])})"


def _arguments(source: str) -> list[str]:
    """Return ``f(x, y)`` as the parts that ``note`` takes."""
    name, _, rest = source.partition("(")
    return [name, rest.removesuffix(")")]


class _Telling:
    """Goes through a condition and says what each clause found."""

    def __init__(self, found: Mapping[int, tuple[tuple[Any, ...], Any]], labels: Labels) -> None:
        self._found = found
        self._labels = labels
        self._number = 0

    def told(self, node: Node) -> Clause:
        """Return what became of a node."""
        if isinstance(node, Operation) and node.operator in LOGIC:
            inner = tuple(self.told(each) for each in node.operands)
            return Clause(_LOGIC_WORDS[node.operator], _joined(node.operator, inner), node.operator, inner=inner)
        number, self._number = self._number, self._number + 1
        operands, result = self._found.get(number, ((), None))
        name = node.operator if isinstance(node, Operation) else getattr(node, "kind", "")
        error = result.message if isinstance(result, RulerError) else ""
        satisfied = None if number not in self._found else bool(result) and not error
        text = sentence(node, operands, holds=satisfied is not False, labels=self._labels)
        shown = operands if isinstance(node, Operation) else operands[1:2]
        return Clause(text, satisfied, name, shown, error)


def _joined(operator: str, inner: tuple[Clause, ...]) -> bool | None:
    found = [each.satisfied for each in inner]
    if all(each is None for each in found) or any(each.error for each in inner):
        return None
    match operator:
        case "logical_and":
            return False not in found
        case "logical_or":
            return True in found
        case "logical_not":
            return not found[0]
        case _:
            return found.count(True) == 1


def _lines(clause: Clause, depth: int) -> list[str]:
    mark = "error" if clause.error else {True: "yes", False: "no", None: "not asked"}[clause.satisfied]
    line = f"{'  ' * depth}{mark}: {clause.text}{f' ({clause.error})' if clause.error else ''}"
    return [line, *(each for inner in clause.inner for each in _lines(inner, depth + 1))]
