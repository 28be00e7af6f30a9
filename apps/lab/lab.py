"""What every experiment needs: where files lie, the seed, a few figures, a block on disk, the numbers of a probe. Torch is Debian's 1.13 with two threads."""
import argparse
import hashlib
import os
import random
from pathlib import Path

import numpy as np
import torch

OUT = Path(os.environ.get("CONCORD_LAB_OUT", Path(__file__).parent / "work"))
PREDICTIONS = Path(__file__).parent / "predictions"
MODELS = Path(__file__).parent.parent.parent / "infra" / "models"


def parser():
    options = argparse.ArgumentParser()
    options.add_argument("--smoke", action="store_true", help="seconds, not minutes: proves that it runs, not that it is good")
    options.add_argument("--seed", type=int, default=1)
    return options


def arguments():
    options = parser()
    options.add_argument("--task", choices=["decline", "sepsis", "mortality"], default="decline")
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


def export_block(name: str, module, inputs, names, outputs, blocks: Path) -> str:
    """One graph, fixed shapes, weights inside, under its SHA-256 in `blocks` and under its name in OUT. @returns the SHA-256."""
    path = OUT / f"{name}.onnx"
    torch.onnx.export(module.eval(), inputs, str(path), opset_version=17, input_names=names, output_names=outputs, do_constant_folding=True)
    content = path.read_bytes()
    sha256 = hashlib.sha256(content).hexdigest()
    blocks.mkdir(parents=True, exist_ok=True)
    (blocks / f"{sha256}.onnx").write_bytes(content)
    print(f"{name}: {len(content):,} bytes {sha256[:12]}")
    return sha256
