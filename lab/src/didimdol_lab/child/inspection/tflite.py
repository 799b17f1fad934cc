"""A TFLite model: every table that a runtime follows is read here first, inside the file, and refused where it lies."""

from __future__ import annotations

import mmap
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..channel import TaskRefused
from . import tflite_macs
from . import tflite_schema as schema
from .flatbuffer import Buffer, Table
from .rules import Caps, Tally, at_most, elements, spec, stored_bytes

MAX_SUBGRAPHS = 1000
MAX_OPERATOR_CODES = 1000
# A custom operator that LiteRT itself brings along, as ONNX Runtime brings com.microsoft: what detectors end with.
CUSTOM_OF_THE_RUNTIME = frozenset({"TFLite_Detection_PostProcess"})


@dataclass(frozen=True)
class Tensor:
    """`shape`: None where a dimension is open. `constant`: it has bytes in the file."""

    name: str
    dtype: str
    shape: list[int | str | None]
    constant: bool


@dataclass(frozen=True)
class Operation:
    """`calls`: numbers of the subgraphs that it runs."""

    kind: str
    inputs: list[int]
    outputs: list[int]
    table: Table
    calls: list[int]


@dataclass
class Subgraph:
    inputs: list[int]
    outputs: list[int]
    tensors: list[Tensor] = field(default_factory=list)
    operations: list[Operation] = field(default_factory=list)


def _broken(error: str) -> TaskRefused:
    return TaskRefused("not_tflite", error=error)


class Inspection:
    """One pass over the model's tables. Raises TaskRefused at the first thing that must not be there."""

    def __init__(self, buffer: Buffer, caps: Caps) -> None:
        self.buffer = buffer
        self.caps = caps
        self.tally = Tally()
        self.model = buffer.root()
        self.codes: list[str] = []
        self.sizes: list[int] = []
        self.subgraphs: list[Subgraph] = []
        self._weighed: set[int] = set()

    def run(self) -> None:
        model = self.model
        if model.number(schema.Model.version, "I") != schema.VERSION:
            raise _broken(f"schema version {model.number(schema.Model.version, 'I')}, not {schema.VERSION}")
        if model.tables(schema.Model.external_groups) or model.tables(schema.Model.external_buffers):
            raise TaskRefused("external_data", where="external_buffers")
        self._codes()
        self.sizes = [self._size(table) for table in model.tables(schema.Model.buffers)]
        graphs = model.tables(schema.Model.subgraphs)
        at_most("subgraphs", len(graphs), MAX_SUBGRAPHS)
        if not graphs:
            raise _broken("no subgraph")
        for number, graph in enumerate(graphs):
            self.subgraphs.append(self._subgraph(graph, shown=number == 0))
        for subgraph in self.subgraphs:
            for operation in subgraph.operations:
                self._indices(operation.calls, len(self.subgraphs), "subgraph", least=0)
        self._depth()
        self._described()

    def _indices(self, numbers: list[int], length: int, what: str, *, least: int) -> list[int]:
        for number in numbers:
            if not least <= number < length:
                raise _broken(f"{what} {number} of {length}")
        return numbers

    def _codes(self) -> None:
        tables = self.model.tables(schema.Model.operator_codes)
        at_most("operator codes", len(tables), MAX_OPERATOR_CODES)
        for table in tables:
            # Codes below 127 stand in the old field of one byte, later ones in the new field.
            code = max(
                table.number(schema.OperatorCode.old_builtin, "b"),
                table.number(schema.OperatorCode.builtin, "i"),
            )
            custom = self.caps.name(table.string(schema.OperatorCode.custom), "operator")
            name = schema.OPERATORS[code] if 0 <= code < len(schema.OPERATORS) else f"operator {code}"
            if name == "CUSTOM" and custom in CUSTOM_OF_THE_RUNTIME:
                name = custom
            elif name == "CUSTOM":
                raise TaskRefused("custom_operator", name=custom)
            elif name == "DELEGATE":
                raise TaskRefused("ep_context", where=f"DELEGATE {custom}".strip())
            elif name == "STABLEHLO_CUSTOM_CALL" or not 0 <= code < len(schema.OPERATORS):
                raise TaskRefused("custom_operator", name=name)
            elif name == "PLACEHOLDER_FOR_GREATER_OP_CODES":
                raise _broken(name)
            self.codes.append(name)

    def _size(self, table: Table) -> int:
        """Bytes of a buffer: in a vector, or, in a file of more than 2 GB, behind the tables."""
        found = table.vector(schema.BufferTable.data, 1)
        offset = table.number(schema.BufferTable.offset, "Q")
        size = table.number(schema.BufferTable.size, "Q")
        # 0 and 1 mean none: the converter writes 1 where it fills in the place afterwards.
        if offset <= 1:
            return 0 if found is None else found[1]
        self.buffer.inside(offset, size, "buffer")
        return size

    def _subgraph(self, graph: Table, *, shown: bool) -> Subgraph:
        self.caps.name(graph.string(schema.SubGraph.name), "graph")
        tensors = graph.tables(schema.SubGraph.tensors)
        count = len(tensors)
        inputs = self._indices(graph.numbers(schema.SubGraph.inputs, "i") or [], count, "tensor", least=0)
        outputs = self._indices(graph.numbers(schema.SubGraph.outputs, "i") or [], count, "tensor", least=0)
        ports = {*inputs, *outputs} if shown else set()
        found = Subgraph(inputs, outputs)
        found.tensors = [self._tensor(table, inner=n not in ports) for n, table in enumerate(tensors)]
        operators = graph.tables(schema.SubGraph.operators)
        self.tally.nodes += len(operators)
        self.caps.nodes(self.tally.nodes)
        found.operations = [self._operation(table, count) for table in operators]
        return found

    def _tensor(self, table: Table, *, inner: bool) -> Tensor:
        name = self.caps.name(table.string(schema.Tensor.name), "tensor", inner=inner)
        shape = table.numbers(schema.Tensor.shape, "i") or []
        signature = table.numbers(schema.Tensor.shape_signature, "i") or shape
        where = f"tensor {name}"
        if len(shape) > 64 or len(signature) != len(shape) or min([0, *shape, *signature]) < -1:
            raise TaskRefused("tensor_too_large", where=where, dims=shape[:64])
        # -1 in either is an open dimension; the rest of the shape must still be of this world.
        count = elements([max(size, 1) if size < 0 else size for size in shape], where)
        if table.number(schema.Tensor.external_buffer, "I"):
            raise TaskRefused("external_data", where=where)
        kind = table.number(schema.Tensor.type, "b")
        if not 0 <= kind < len(schema.TYPES):
            raise _broken(f"{where} has type {kind}")
        dtype, bits, precision = schema.TYPES[kind]
        place = table.number(schema.Tensor.buffer, "I")
        self._indices([place], len(self.sizes), "buffer", least=0)
        sparse = table.table(schema.Tensor.sparsity) is not None
        size = self.sizes[place]
        # A sparse tensor stores fewer elements than its shape has.
        wanted = None if bits is None else stored_bytes(count, bits)
        if size and wanted is not None and (size > wanted if sparse else size != wanted):
            raise TaskRefused("tensor_too_large", where=where, dims=shape, bytes=size)
        self._quantization(table.table(schema.Tensor.quantization), len(shape), where)
        self._variants(table)
        if size and place not in self._weighed:
            self._weighed.add(place)
            self.tally.weights(count, precision)
        return Tensor(name, dtype, [None if each < 0 else each for each in signature], size > 0)

    def _quantization(self, table: Table | None, rank: int, where: str) -> None:
        if table is None:
            return
        for place in (schema.Quantization.min, schema.Quantization.max, schema.Quantization.scale):
            table.vector(place, 4)
        table.vector(schema.Quantization.zero_point, 8)
        dimension = table.number(schema.Quantization.dimension, "i")
        if dimension < 0 or (table.length(schema.Quantization.scale, 4) > 1 and dimension >= rank):
            raise _broken(f"{where} is quantised along dimension {dimension} of {rank}")
        table.table(schema.Quantization.details)

    def _variants(self, table: Table) -> None:
        for variant in table.tables(schema.Tensor.variants):
            variant.numbers(0, "i")

    def _operation(self, table: Table, tensors: int) -> Operation:
        code = table.number(schema.Operator.opcode, "I")
        self._indices([code], len(self.codes), "operator code", least=0)
        kind = self.codes[code]
        self.tally.operators[kind] += 1
        inputs = table.numbers(schema.Operator.inputs, "i") or []
        outputs = table.numbers(schema.Operator.outputs, "i") or []
        between = table.numbers(schema.Operator.intermediates, "i") or []
        # -1 is an optional input that is left out.
        self._indices([*inputs, *between], tensors, "tensor", least=-1)
        self._indices(outputs, tensors, "tensor", least=0)
        table.vector(schema.Operator.mutating, 1)
        table.vector(schema.Operator.custom, 1)
        offset = table.number(schema.Operator.large_custom_offset, "Q")
        if offset > 1:
            self.buffer.inside(
                offset, table.number(schema.Operator.large_custom_size, "Q"), "options of an operator"
            )
        return Operation(kind, inputs, outputs, table, self._calls(kind, table))

    def _calls(self, kind: str, table: Table) -> list[int]:
        called: list[int] = []
        for union, tag, place in (
            (schema.CALLS, schema.Operator.options_type, schema.Operator.options),
            (schema.CALLS2, schema.Operator.options2_type, schema.Operator.options2),
        ):
            options = table.table(place)
            if kind not in union:
                continue
            number, places = union[kind]
            # With other options than its own, a runtime would take number 0: the graph it stands in.
            if options is None or table.number(tag, "B") != number:
                raise _broken(f"{kind} without its options")
            called += [options.number(each, "i") for each in places]
        if kind == schema.CASE:
            options = table.table(schema.Operator.options2)
            if options is None or table.number(schema.Operator.options2_type, "B") != schema.CASE_OPTIONS:
                raise _broken(f"{kind} without its options")
            called += options.numbers(0, "i") or []
        return called

    def _depth(self) -> None:
        """How deep subgraphs run one another; one that runs itself never ends."""
        depths: dict[int, int] = {}

        def depth(number: int, chain: tuple[int, ...]) -> int:
            if number in chain:
                raise TaskRefused("recursive_function", where=f"subgraph {number}")
            self.caps.depth(len(chain))
            if number not in depths:
                called = {each for operation in self.subgraphs[number].operations for each in operation.calls}
                depths[number] = max((depth(each, (*chain, number)) + 1 for each in called), default=0)
            self.caps.depth(len(chain) + depths[number])
            return depths[number]

        for number in range(len(self.subgraphs)):
            depth(number, ())

    def _described(self) -> None:
        """What is not run but read: description, metadata, signatures."""
        model = self.model
        self.caps.name(model.string(schema.Model.description), "description", inner=True)
        self._indices(
            model.numbers(schema.Model.metadata_buffer, "i") or [], len(self.sizes), "buffer", least=0
        )
        for table in model.tables(schema.Model.metadata):
            self.caps.name(table.string(schema.Metadata.name), "metadata key")
            place = table.number(schema.Metadata.buffer, "I")
            self._indices([place], len(self.sizes), "buffer", least=0)
        for table in model.tables(schema.Model.signatures):
            self.caps.name(table.string(schema.Signature.key), "signature")
            graph = table.number(schema.Signature.subgraph, "I")
            self._indices([graph], len(self.subgraphs), "subgraph", least=0)
            ports = (*table.tables(schema.Signature.inputs), *table.tables(schema.Signature.outputs))
            for port in ports:
                self.caps.name(port.string(schema.TensorMap.name), "signature")
                number = port.number(schema.TensorMap.tensor, "I")
                self._indices([number], len(self.subgraphs[graph].tensors), "tensor", least=0)


def _ports(subgraph: Subgraph, numbers: list[int]) -> list[dict[str, Any]]:
    tensors = [subgraph.tensors[number] for number in numbers]
    # A card's port has a name; a tensor need not.
    return [spec(each.name or f"tensor {n}", each.dtype, each.shape) for n, each in enumerate(tensors)]


def read(files: Mapping[str, str], caps: Caps) -> dict[str, Any]:
    """The card's facts. Raises TaskRefused."""
    with (
        open(files["model.tflite"], "rb") as source,
        mmap.mmap(source.fileno(), 0, access=mmap.ACCESS_READ) as content,
    ):
        if content[4:8] != schema.IDENTIFIER:
            raise _broken("no TFL3 at its start")
        inspection = Inspection(Buffer(content), caps)
        inspection.run()
        first = inspection.subgraphs[0]
        return inspection.tally.card(
            opset=schema.VERSION,
            producer=inspection.model.string(schema.Model.description),
            inputs=_ports(first, first.inputs),
            outputs=_ports(first, first.outputs),
            macs=tflite_macs.count(inspection.subgraphs, 0),
        )
