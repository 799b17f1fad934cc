"""Small OpenVINO IRs, good and hostile, written by hand: the text of the .xml and the bytes of the .bin."""

from __future__ import annotations

import struct

BIN = struct.pack("<4f", 1, 2, 3, 4)


def port(number: int, dims: str, names: str = "") -> str:
    sizes = "".join(f"<dim>{size}</dim>" for size in dims.split(",") if size)
    return f'<port id="{number}" precision="FP32" names="{names}">{sizes}</port>'


def parameter(dims: str = "1,4", name: str = "x", layer: int = 0) -> str:
    return (
        f'<layer id="{layer}" name="{name}" type="Parameter" version="opset1">'
        f'<data shape="{dims}" element_type="f32"/><output>{port(0, dims, name)}</output></layer>'
    )


def constant(
    dims: str = "1,4", offset: str = "0", size: str = "16", kind: str = "f32", version: str = "opset1"
) -> str:
    return (
        f'<layer id="1" name="w" type="Const" version="{version}">'
        f'<data element_type="{kind}" shape="{dims}" offset="{offset}" size="{size}"/>'
        f"<output>{port(0, dims)}</output></layer>"
    )


def multiply(kind: str = "Multiply", version: str = "opset1", made: str = "1,4") -> str:
    return (
        f'<layer id="2" name="y" type="{kind}" version="{version}"><data auto_broadcast="numpy"/>'
        f"<input>{port(0, '1,4')}{port(1, '1,4')}</input><output>{port(2, made, 'y')}</output></layer>"
    )


def result(made: str = "1,4") -> str:
    return f'<layer id="3" name="r" type="Result" version="opset1"><input>{port(0, made)}</input></layer>'


EDGES = (
    '<edge from-layer="0" from-port="0" to-layer="2" to-port="0"/>'
    '<edge from-layer="1" from-port="0" to-layer="2" to-port="1"/>'
    '<edge from-layer="2" from-port="2" to-layer="3" to-port="0"/>'
)


def net(*layers: str, edges: str = EDGES, head: str = "", version: str = "11") -> bytes:
    return (
        f'<?xml version="1.0"?>{head}<net name="m" version="{version}"><layers>{"".join(layers)}</layers>'
        f"<edges>{edges}</edges></net>"
    ).encode()


def good() -> bytes:
    """y = x * w, float[1,4]."""
    return net(parameter(), constant(), multiply(), result())


def entity_bomb() -> bytes:
    """A billion laughs: ten entities, each ten times the one before."""
    entities = "".join(
        f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "laughs"}">'
        for n in range(10)
    )  # fmt: skip
    return net(parameter(name="&e9;"), constant(), multiply(), result(), head=f"<!DOCTYPE net [{entities}]>")


def external_entity(path: str) -> bytes:
    head = f'<!DOCTYPE net [<!ENTITY secret SYSTEM "file://{path}">]>'
    layer = '<layer id="9" name="s" type="Const" version="opset1"><data>&secret;</data></layer>'
    return net(parameter(), constant(), multiply(), result(), layer, head=head)


def nested_if(depth: int) -> bytes:
    layer = constant()
    for number in range(depth):
        layer = (
            f'<layer id="{number}" name="i" type="If" version="opset8">'
            f"<then_body><layers>{layer}</layers><edges/></then_body></layer>"
        )
    return net(layer, edges="")


def deep_xml(depth: int) -> bytes:
    return net("<a>" * depth + "</a>" * depth, edges="")


def chain(count: int) -> bytes:
    layers = "".join(
        f'<layer id="{n}" name="" type="Relu" version="opset1"/>'
        for n in range(count)
    )  # fmt: skip
    return net(layers, edges="")
