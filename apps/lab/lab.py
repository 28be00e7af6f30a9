"""What every experiment needs: where files lie, the seed, a few figures, a block on disk, the numbers of a probe. Torch is Debian's 1.13 with two threads."""
import argparse
import base64
import hashlib
import json
import os
import random
from pathlib import Path

import numpy as np
import torch

OUT = Path(os.environ.get("CONCORD_LAB_OUT", Path(__file__).parent / "work"))
PREDICTIONS = Path(os.environ.get("CONCORD_LAB_PREDICTIONS", Path(__file__).parent / "predictions"))
# A trial writes its bundle elsewhere; what is served is never touched by it.
MODELS = Path(os.environ.get("CONCORD_LAB_MODELS", Path(__file__).parent.parent.parent / "infra" / "models"))

FLATTEST = 1e-3  # slope of a calibration: the product refuses one that turns a score around, and only a trial on few patients comes here


def parser():
    options = argparse.ArgumentParser()
    options.add_argument("--smoke", action="store_true", help="seconds, not minutes: proves that it runs, not that it is good")
    options.add_argument("--seed", type=int, default=1)
    return options


def arguments():
    options = parser()
    options.add_argument("--task", choices=["decline", "sepsis", "mortality"], default="decline")
    options.add_argument("--quiet", action="store_true", help="without sampling features: how often and how long ago somebody measured")
    options.add_argument("--part", help="one step of a long run: a fold's number, gather, ship; all of them without it")
    return options.parse_args()


def seed_everything(seed: int) -> None:
    random.seed(seed), np.random.seed(seed), torch.manual_seed(seed)
    torch.set_num_threads(int(os.environ.get("CONCORD_LAB_THREADS", "2")))
    torch.use_deterministic_algorithms(True)
    OUT.mkdir(parents=True, exist_ok=True)


def auroc(labels, scores) -> float:
    """Rows labelled -1 do not count; ties count half."""
    counted = labels >= 0
    labels, scores = labels[counted], scores[counted]
    order = np.argsort(scores, kind="stable")
    ranks = np.empty(len(scores))
    ranks[order] = np.arange(1, len(scores) + 1)
    _, inverse, count = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.bincount(inverse, ranks) / count)[inverse]
    positive = labels == 1
    return float((ranks[positive].sum() - positive.sum() * (positive.sum() + 1) / 2) / (positive.sum() * (~positive).sum()))


def platt(labels, logits, weight, steps=30):
    """Weighted logistic regression of the outcome on one logit."""
    design = np.stack([logits, np.ones(len(logits))], 1)
    beta = np.array([1.0, 0.0])
    for _ in range(steps):
        p = 1 / (1 + np.exp(-design @ beta))
        bend = design * (weight * p * (1 - p))[:, None]
        beta = beta + np.linalg.solve(bend.T @ design + 1e-9 * np.eye(2), design.T @ (weight * (labels - p)))
    return float(beta[0]), float(beta[1])


def slope_intercept(labels, logits, steps: int = 25):
    """Logistic regression of the outcome on one logit, by Newton's method."""
    counted = labels >= 0
    y, design = labels[counted].astype(float), np.stack([logits[counted].astype(float), np.ones(counted.sum())], 1)
    beta = np.array([1.0, 0.0])
    for _ in range(steps):
        p = 1 / (1 + np.exp(-design @ beta))
        beta = beta + np.linalg.solve((design * (p * (1 - p))[:, None]).T @ design + 1e-9 * np.eye(2), design.T @ (y - p))
    return float(beta[0]), float(beta[1])


def probe_draw(seed: int):
    """The same numbers in every language: a linear congruential generator (Numerical Recipes), upper bits. @returns draw(count), in [0, 1)."""
    state = seed

    def draw(count: int):
        nonlocal state
        out = np.empty(count, np.float32)
        for index in range(count):
            state = (state * 1664525 + 1013904223) % 2**32
            out[index] = (state >> 8) / 2**24
        return out

    return draw


def probe_tokens(seed: int, rows: int, slots: int, width: int):
    """Tokens, mask and age in hours of a fusion head's probe."""
    draw = probe_draw(seed)
    tokens = (draw(rows * slots * width) * 2 - 1).reshape(rows, slots, width)
    mask = (draw(rows * slots) < 0.7).astype(np.float32).reshape(rows, slots)
    age = (draw(rows * slots) * 24).reshape(rows, slots)
    return [torch.from_numpy(each) for each in (tokens, mask, age)]


def keep_block(content: bytes, blocks: Path) -> str:
    """@returns the SHA-256 under which the block now lies."""
    sha256 = hashlib.sha256(content).hexdigest()
    blocks.mkdir(parents=True, exist_ok=True)
    (blocks / f"{sha256}.onnx").write_bytes(content)
    return sha256


def write_probe(name: str, inputs: dict, outputs: dict) -> None:
    """Numbers that a block took and gave here, beside it in OUT; `concord models parity` asks the runtime that serves for the same."""
    packed = lambda arrays: {key: {"shape": list(value.shape), "data": base64.b64encode(np.ascontiguousarray(value, "<f4").tobytes()).decode()} for key, value in arrays.items()}
    (OUT / f"{name}.probe.json").write_text(json.dumps({"inputs": packed(inputs), "outputs": packed(outputs)}))


def as_tuple(value):
    return value if isinstance(value, tuple) else (value,)


def export_onnx(name: str, module, inputs, *, names, outputs, probe=None) -> bytes:
    """One graph, fixed shapes, weights inside, as OUT/`name`.onnx with its probe. `probe`: inputs of the usual size; drawn from [0, 1) without."""
    path, later = OUT / f"{name}.onnx", {} if torch.__version__.startswith("1.") else {"dynamo": False}
    torch.onnx.export(module.eval(), inputs, str(path), opset_version=17, input_names=names, output_names=outputs, do_constant_folding=True, **later)
    draw = probe_draw(1)
    given = as_tuple(probe) if probe is not None else tuple(torch.from_numpy(draw(each.numel())).view(each.shape) for each in as_tuple(inputs))
    with torch.no_grad():
        said = as_tuple(module(*given))
    write_probe(name, dict(zip(names, [each.numpy() for each in given])), dict(zip(outputs, [each.numpy() for each in said])))
    content = path.read_bytes()
    print(f"{name}: {len(content):,} bytes {hashlib.sha256(content).hexdigest()[:12]}", flush=True)
    return content


def export_block(name: str, module, inputs, names, outputs, blocks: Path, probe=None) -> str:
    """As `export_onnx`, and under its SHA-256 in `blocks`. @returns the SHA-256."""
    return keep_block(export_onnx(name, module, inputs, names=names, outputs=outputs, probe=probe), blocks)
