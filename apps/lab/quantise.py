"""Weight-only int8 of the active bundle's blocks, to see whether it pays: sizes here, latency and differences by the runtime that serves.

Run: npm run lab -- quantise     reads infra/models; needs work/{films,decline,reports}.npz for inputs as they come
Writes work/float32 and work/int8 (every block with a probe of inputs; `concord models parity work/int8 --against work/float32` compares) and
work/int8-models, a copy of the bundle with int8 blocks: CONCORD_MODELS_DIR=apps/lab/work/int8-models concord evaluate ... judges it.

Weights of at least SMALLEST numbers become int8 with one scale a channel; a DequantizeLinear beside them gives float32 back, so all arithmetic
stays in float32 and a batch companion changes nothing. Trees hold thresholds, no weights, and stay.

References: Jacob et al. 2018 (symmetric, by channel); ml.md 2.3 (int8 activations are refused).
"""
import hashlib
import json
import shutil

import numpy as np
import onnx
from onnx import helper, numpy_helper

from lab import MODELS, OUT, parser, probe_draw, write_probe

# Config
SMALLEST = 512
OPERATORS = {"Conv": 1, "Gemm": 1, "MatMul": 1, "Gather": 0}  # place of the weight among a node's inputs
SAMPLES = {"image": ("films.npz", "grey"), "signs": ("decline.npz", "vitals"), "features": ("reports.npz", "features")}


def scaled(weight, axis):
    """int8 and one scale for each slice along `axis`."""
    rest = tuple(place for place in range(weight.ndim) if place != axis)
    scale = np.maximum(np.abs(weight).max(rest) / 127, 1e-12).astype(np.float32)
    shape = [-1 if place == axis else 1 for place in range(weight.ndim)]
    return np.clip(np.round(weight / scale.reshape(shape)), -127, 127).astype(np.int8), scale


def axis_of(node, weight):
    """Output channel: first of a convolution or a table, last of a matrix, by the flag of a Gemm."""
    if node.op_type == "MatMul":
        return weight.ndim - 1
    if node.op_type == "Gemm":
        return 0 if any(each.name == "transB" and each.i == 1 for each in node.attribute) else 1
    return 0


def without_aliases(graph):
    """The exporter names a weight that is read twice twice, by an Identity: one name for both."""
    initial = {each.name for each in graph.initializer}
    same = {node.output[0]: node.input[0] for node in graph.node if node.op_type == "Identity" and node.input[0] in initial}
    for node in [node for node in graph.node if node.output[0] in same]:
        graph.node.remove(node)
    for node in graph.node:
        for place, name in enumerate(node.input):
            node.input[place] = same.get(name, name)


def quantised(model):
    """The same graph with int8 weights. @returns how many numbers became int8."""
    graph, count = model.graph, 0
    without_aliases(graph)
    initial = {each.name: each for each in graph.initializer}
    users = {}
    for node in graph.node:
        for name in node.input:
            users.setdefault(name, []).append(node)
    added = []
    for name, value in initial.items():
        weight, own = numpy_helper.to_array(value), users.get(name, [])
        # A film and its mirror image share a weight: one int8 serves both when they read it alike.
        places = {axis_of(node, weight) if name in node.input and OPERATORS.get(node.op_type) == list(node.input).index(name) else None for node in own}
        if weight.dtype != np.float32 or weight.size < SMALLEST or weight.ndim < 2 or len(places) != 1 or None in places:
            continue
        (axis,) = places
        whole, scale = scaled(weight, axis)
        graph.initializer.remove(value)
        graph.initializer.extend([numpy_helper.from_array(whole, f"{name}_int8"), numpy_helper.from_array(scale, f"{name}_scale"), numpy_helper.from_array(np.zeros(len(scale), np.int8), f"{name}_zero")])
        added.append(helper.make_node("DequantizeLinear", [f"{name}_int8", f"{name}_scale", f"{name}_zero"], [name], axis=axis))
        count += weight.size
    for node in reversed(added):
        graph.node.insert(0, node)
    return count


def inputs_of(graph):
    """Rows as they come where the tensors lie here; drawn from [0, 1) elsewhere, masks and flags seven in ten."""
    draw, inputs = probe_draw(1), {}
    for each in graph.input:
        shape = [dim.dim_value for dim in each.type.tensor_type.shape.dim]
        file, array = SAMPLES.get(each.name, ("", ""))
        if file and (OUT / file).exists():
            rows = np.load(OUT / file)[array][: shape[0]].astype(np.float32)
            inputs[each.name] = rows.reshape(shape)
        else:
            drawn = draw(int(np.prod(shape))).reshape(shape)
            inputs[each.name] = (drawn < 0.7).astype(np.float32) if each.name in ("mask", "known") else drawn * 200 if each.name == "values" else drawn
    return inputs


def blocks_of(manifest):
    """Name and SHA-256 of every block of a manifest."""
    named = {**{name: entry["block"] for name, entry in manifest["encoders"].items()}, "fusion": manifest["fusion"]["block"]}
    named.update({entry["id"]: entry["block"] for entry in manifest.get("scorers", [])})
    named.update({f"findings of {entry['modality']}": entry["block"] for entry in manifest.get("findings", [])})
    return named


def beside(folder, name, content, inputs):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.onnx").write_bytes(content)
    write_probe(f"{folder.name}/{name}", inputs, {})


def main():
    parser().parse_args()
    active = json.loads((MODELS / "active.json").read_text())["current"]
    text = (MODELS / active / "manifest.json").read_text()
    models = OUT / "int8-models"
    for folder in (OUT / "float32", OUT / "int8", models):
        shutil.rmtree(folder, ignore_errors=True)
    (models / "blocks").mkdir(parents=True)
    for name, sha256 in blocks_of(json.loads(text)).items():
        content = (MODELS / "blocks" / f"{sha256}.onnx").read_bytes()
        model = onnx.load_model_from_string(content)
        inputs, count = inputs_of(model.graph), quantised(model)
        small = model.SerializeToString()
        key = name.replace(" ", "-")
        beside(OUT / "float32", key, content, inputs)
        beside(OUT / "int8", key, small, inputs)
        digest = hashlib.sha256(small).hexdigest()
        (models / "blocks" / f"{digest}.onnx").write_bytes(small)
        text = text.replace(sha256, digest)
        print(f"{name}: {len(content):,} bytes, as int8 {len(small):,} ({count:,} weights)", flush=True)
    (models / active).mkdir()
    (models / active / "manifest.json").write_text(text)
    (models / "active.json").write_text(json.dumps({"current": active, "previous": None}))


if __name__ == "__main__":
    main()
