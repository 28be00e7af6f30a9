"""Benchmark of fusion: train on the generator's patients of tokens, calibrate per pattern, export the bundle `benchmark-fusion`.

Run: npm run lab -- benchmark-fusion [--smoke] [--seed N] [--variant joint|early|late|hybrid] [--complete] [--single] [--into DIR]
Draws its own patients while it learns (concord tensors fusion), each seen once. Writes infra/models/benchmark-fusion and its blocks, or the same
under DIR, with --smoke under work/models; `concord evaluate fusion` judges it. --complete trains on complete patients only, the
ablation of dropped sources; --single learns from one outcome of each patient instead of sixteen. The bundle answers no patient: activation refuses it.

References: ml.md 3.3; Platt 1999; Vovk et al. 2005 (split conformal); Gneiting and Raftery 2007.
"""
import hashlib
import json
import subprocess
from pathlib import Path

import numpy as np
import torch

from benchmark_blocks import COLUMNS, HEADS, LATENT, MEMBERS, SOURCES, TOKENS, VARIANTS, WIDTH
from benchmark_train import BATCH, Part, SUBSETS, answers, distil, train
from lab import MODELS, OUT, auroc, export_block, parser, probe_tokens, seed_everything

# Config
ID = "benchmark-fusion"
CREATED = "2026-11-28"
SHARDS, SHARD = 5, 856_000  # patients; each shard is drawn while the one before is learned from
SMOKE_SHARDS, SMOKE_SHARD = 1, 60_000
TRAINED = 0.5  # of a shard; the rest calibrates: ten times as many of the rarest pattern as judge, so that a quantile's own chance is small beside theirs
ROWS = 128  # of a run, in every block
MISS = 0.10  # conformal sets leave out one in ten
ALARM_QUIET = 0.985  # share of patients without the event who stay below the alarm
FLAT = 0.1  # spread of logits below which a source says nothing of a head: its map stays as it is
PROBE_SEED = 7
WEIGHTS = "weights.pt"  # beside a bundle that was not shipped, for who goes on from it
NAME = {"vitals": "vitals", "radiology-report": "report", "chest-imaging": "image"}
ROOT = Path(__file__).parent.parent.parent


def shards(count: int, size: int, seed: int):
    """Tensors of fresh patients, shard by shard; the next is drawn meanwhile by `concord tensors`, and none is kept."""
    paths = [OUT / f"fusion-tokens-{seed}-{number}.npz" for number in range(count)]
    draw = lambda number: subprocess.Popen(["node", str(ROOT / "apps/cli/bin/concord.js"), "tensors", "fusion", "--count", str(size), "--seed", str(seed * 100 + number), "--out", str(paths[number])], stdout=subprocess.DEVNULL)
    drawing = draw(0)
    for number, path in enumerate(paths):
        if drawing.wait() != 0:
            raise SystemExit("concord tensors fusion failed")
        drawing = draw(number + 1) if number + 1 < count else None
        with np.load(path) as data:
            made = {name: data[name] for name in data.files}
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        path.unlink()
        yield made, digest


class Shards:
    """Hands the training parts on, and keeps the last of them, patients to calibrate on, and those whose truth is computed."""

    def __init__(self, source, single: bool):
        self.source, self.single, self.held, self.digests, self.truth, self.last = source, single, [], [], None, None

    def __iter__(self):
        for data, digest in self.source:
            self.held.append(Part(data, "calibration"))
            self.digests.append(digest)
            self.truth = self.truth or (Part(data, "truth"), data["truth_optimal"])
            self.last = Part(data, "train", self.single)
            yield self.last


def platt(labels, logits, steps: int = 25):
    """Slope, intercept and their covariance, the inverse of the information: one row a patient, so no bootstrap is needed."""
    y, design = labels.astype(float), np.stack([logits.astype(float), np.ones(len(logits))], 1)
    beta = np.array([1.0, 0.0])
    for _ in range(steps):
        p = 1 / (1 + np.exp(-design @ beta))
        information = (design * (p * (1 - p))[:, None]).T @ design + 1e-9 * np.eye(2)
        beta = beta + np.linalg.solve(information, design.T @ (y - p))
    covariance = np.linalg.inv(information)
    return float(beta[0]), float(beta[1]), [float(covariance[0, 0]), float(covariance[0, 1]), float(covariance[1, 1])]


def calibration(head: str, pattern, labels, logits, name: str):
    asked = labels >= 0
    y, z = labels[asked], logits[asked]
    slope, intercept, covariance = platt(y, z) if z.std() > FLAT else (1.0, 0.0, [0.0, 0.0, 0.0])
    if slope <= 0:
        slope, intercept = 1.0, 0.0
    p = 1 / (1 + np.exp(-(slope * z + intercept)))
    conformal = [float(np.quantile(strange, min(1.0, (1 - MISS) * (1 + 1 / len(strange))), method="higher")) for strange in (p[y == 0], 1 - p[y == 1])]
    return {
        "id": f"{ID}/{head}/{name}", "head": head, "pattern": list(pattern), "slope": slope, "intercept": intercept, "covariance": covariance,
        "conformal": [min(1.0, value + 5e-5) for value in conformal], "evidenceLevel": {"icu": "synthetic", "ward": "synthetic"},
        "patients": int(asked.sum()), "events": int(y.sum()),
    }


def calibrations(model, parts):
    """Each head on each pattern, on patients with exactly that pattern as it comes; and one pooled map per head."""
    logits, labels, measured = (np.concatenate(each) for each in zip(*((answers(model, part)[0], part.labels.numpy(), part.measured.numpy()) for part in parts)))
    made, pooled = [], []
    for column, head in enumerate(HEADS):
        for subset in SUBSETS[1:]:
            own = (measured == np.array(subset)).all(1)
            pattern = [source for source, there in zip(SOURCES, subset) if there]
            made.append(calibration(head, pattern, labels[own, column], logits[own, column], "+".join(pattern)))
        pooled.append(calibration(head, SOURCES, labels[:, column], logits[:, column], "pooled"))
    complete = measured.all(1)
    quiet = {head: logits[complete & (labels[:, HEADS.index(head)] == 0), HEADS.index(head)] for head in ("discordance", "mislink")}
    return made, pooled, {head: float(np.quantile(values, ALARM_QUIET)) for head, values in quiet.items()}


def metrics(model, truth, optimal):
    rows, labels = [], truth.labels.numpy()
    for bits, subset in enumerate(SUBSETS[1:], 1):
        logits = answers(model, truth, subset)[0]
        pattern = [source for source, there in zip(SOURCES, subset) if there]
        for head in ("outcome", "interaction", "discordance", "mislink") if bits == 7 else ("outcome",):
            column = HEADS.index(head)
            for name, score in (("auroc", logits[:, column]), ("optimalAuroc", optimal[:, column, bits])):
                rows.append({"name": name, "head": head, "pattern": pattern, "value": round(auroc(labels[:, column], score), 4), "interval": None, "data": "complete patients of the generator"})
    return rows


def manifest(model, part, parts, shas, digest: str):
    made, pooled, alarms = parts
    with torch.no_grad():
        probe = model.fusion(*probe_tokens(PROBE_SEED, ROWS, TOKENS * len(SOURCES), WIDTH))[0].numpy().astype(float)
        tokens = {name: adapter(x)[0].mean(1) for name, adapter, x in zip(SOURCES, model.adapters, part.sources)}
    slots = TOKENS * len(SOURCES)
    return {
        "id": ID, "created": CREATED, "title": "Properties of fusion on generated patients of tokens",
        "intendedUse": "Made to be measured on generated patients whose truth is known. It knows no real patient and answers none.",
        "benchmark": {"pooled": pooled, "alarms": alarms},
        "encoders": {
            NAME[name]: {
                "block": shas[name], "input": {"name": "tokens", "shape": [ROWS, TOKENS, COLUMNS[name]], "units": "generated numbers"},
                "output": {"name": "adapted", "shape": [ROWS, TOKENS, WIDTH]}, "latent": {"name": "latent", "shape": [ROWS, LATENT]},
            } for name in SOURCES
        },
        "fusion": {
            "block": shas["fusion"], "batch": ROWS, "slots": slots, "width": WIDTH, "heads": HEADS, "independent": True, "ensemble": MEMBERS,
            "layout": [{"modality": name, "encoder": NAME[name], "offset": TOKENS * place, "tokens": TOKENS} for place, name in enumerate(SOURCES)],
        },
        "calibrations": made,
        "thresholds": {head: {"raised": 0.3, "high": 0.6} for head in HEADS},
        "preprocessing": {name: "tokens of the generator as they are (libs/generator/token-design.ts)" for name in SOURCES},
        "driftReference": {NAME[name]: {"mean": [round(float(v), 5) for v in own.mean(0)], "spread": [round(float(v), 5) for v in own.std(0)]} for name, own in tokens.items()},
        "probe": {"seed": PROBE_SEED, "tolerance": 1e-4, "logits": [[round(float(v), 7) for v in row] for row in probe]},
        "training": [{"name": "Concord generator: patients of tokens", "licence": "Apache-2.0", "use": "everything", "sha256": digest}],
        "metrics": [],
    }


CARD = """# Properties of fusion on generated patients of tokens

Bundle `benchmark-fusion`. Made to be measured: its patients are drawn from a hidden state that is known (`libs/generator/token-design.ts`), so the
best possible score and the true contribution of every source can be computed. It has seen no real patient, answers none, and activation
refuses it. It says nothing about how well anything works in care. It learned from 2.14 million generated patients, from sixteen outcomes
drawn of each one's hidden state: no score that was computed from the design was shown to it.

Trained by `npm run lab -- benchmark-fusion`; judged by `npx --no-install concord evaluate fusion --seed 2027`; what came out stands in
`docs/fusion.md`.
"""


def main():
    options = parser()
    options.add_argument("--variant", choices=list(VARIANTS), default="joint")
    options.add_argument("--complete", action="store_true", help="train on complete patients only: the ablation of dropped sources")
    options.add_argument("--single", action="store_true", help="learn from one outcome of each patient: the ablation of repeated outcomes")
    options.add_argument("--into", type=Path, help="folder of models to write to, instead of the shipped one")
    options = options.parse_args()
    seed_everything(options.seed)
    count, size = (SMOKE_SHARDS, SMOKE_SHARD) if options.smoke else (SHARDS, SHARD)
    models = options.into or (OUT / "models" if options.smoke else MODELS)
    drawn = Shards(shards(count, size, options.seed), options.single)
    model = distil(train(drawn, count * int(size * TRAINED / BATCH), options.seed, options.variant, not options.complete), drawn.last, options.seed)
    (models / ID).mkdir(parents=True, exist_ok=True)
    shas = {name: export_block(f"benchmark-{NAME[name]}", adapter, torch.zeros(ROWS, TOKENS, COLUMNS[name]), ["tokens"], ["adapted", "latent"], models / "blocks") for name, adapter in zip(SOURCES, model.adapters)}
    slots = TOKENS * len(SOURCES)
    shas["fusion"] = export_block("benchmark-fusion", model.fusion, (torch.zeros(ROWS, slots, WIDTH), torch.zeros(ROWS, slots), torch.zeros(ROWS, slots)), ["tokens", "mask", "age"], ["logits", "spread", "members"], models / "blocks")
    truth, optimal = drawn.truth
    digest = hashlib.sha256("".join(drawn.digests).encode()).hexdigest()
    written = manifest(model, truth, calibrations(model, drawn.held), shas, digest)
    written["metrics"] = metrics(model, truth, optimal)
    (models / ID / "manifest.json").write_text(json.dumps(written, indent=2) + "\n")
    (models / ID / "model-card.md").write_text(CARD)
    if options.into:
        torch.save(model.state_dict(), options.into / WEIGHTS)
    for row in written["metrics"]:
        print(row["head"], "+".join(row["pattern"]), row["name"], row["value"])


if __name__ == "__main__":
    main()
