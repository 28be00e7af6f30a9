"""Course networks as part of a scorer's block: torch writes their nodes, which then read their own columns of the scorer's row.

Weights are kept in half precision and read as float32: `halved` rounds them before anything is judged, so that the block holds exactly what
was measured, in half the bytes.
"""
import io

import numpy as np
import onnx
import torch
from onnx import TensorProto, compose, helper, numpy_helper

SMALLEST = 256  # numbers of a weight that is worth halving


def halved(net):
    with torch.no_grad():
        for weight in net.parameters():
            weight.copy_(weight.half().float())
    return net


def nodes_of(net, name, columns, batch):
    """-> nodes that read `<name>/values` and `<name>/known` [batch, columns] and give `<name>/course` [batch, targets], initial values."""
    out, shape = io.BytesIO(), torch.zeros(batch, columns)
    torch.onnx.export(net, (shape, shape), out, opset_version=17, input_names=["values", "known"], output_names=["course"], do_constant_folding=True)
    graph = compose.add_prefix(onnx.load_model_from_string(out.getvalue()), f"{name}/").graph
    nodes, initial = [], []
    for each in graph.initializer:
        weight = numpy_helper.to_array(each)
        if weight.dtype != np.float32 or weight.size < SMALLEST:
            initial.append(each)
            continue
        if not np.array_equal(weight.astype(np.float16).astype(np.float32), weight):
            raise SystemExit(f"{each.name} was not rounded to half precision before it was judged")
        initial.append(numpy_helper.from_array(weight.astype(np.float16), f"{each.name}/half"))
        nodes.append(helper.make_node("Cast", [f"{each.name}/half"], [each.name], to=TensorProto.FLOAT))
    return nodes + list(graph.node), initial
