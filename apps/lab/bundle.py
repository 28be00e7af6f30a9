"""Bundle: calibrate per task and pattern, export the blocks, prove them against onnxruntime, write manifest and model card.

Run: npm run lab -- bundle [--seed N]     needs work/fusion.pt and the tensors that fusion.py read
Writes infra/models/<id>/{manifest.json,model-card.md} and infra/models/blocks/<sha256>.onnx.

References: Platt 1999; Vovk et al. 2005 (split conformal); Debian torch 1.13 exports TorchScript ONNX at opset 17.
"""
import hashlib
import json
from pathlib import Path

import numpy as np
import torch
from torch import nn

from blocks import Fusion, HEADS, ImageEncoder, MODALITIES, ReportEncoder, SLOTS, VitalsEncoder, WIDTH
from card import card
from conformal import conformal_of
from fusion import inputs_of, keep_of, load, slots_for
from image import FINDINGS
from lab import FLATTEST, MODELS, OUT, arguments, auroc, export_block, probe_tokens, seed_everything, slope_intercept
from vitals import scores as signs_alone

# Config
ID = "decline-2"
CREATED = "2026-11-24"
BATCH = {"vitals": 16, "report": 2, "image": 2, "fusion": 16}
PATTERNS = [(1, 0, 0), (1, 1, 0), (1, 0, 1), (1, 1, 1)]
DRAWS = 30  # bootstrap by patient behind the interval of a probability
ROWS_ASSEMBLED = 12_000
ROWS_SIGNS = 140_000
ENCODER_OF = {"vitals": "vitals", "radiology-report": "report", "chest-imaging": "image"}
# Raised and high tiers: about twice and five times the rate among patients at risk.
THRESHOLDS = {"decline-6h": {"raised": 0.03, "high": 0.08}, "decline-12h": {"raised": 0.06, "high": 0.15}, "decline-24h": {"raised": 0.12, "high": 0.25}}
PROBE_SEED = 7
PROBE_ROWS = 16


class ImageBlock(nn.Module):
    """The image encoder as it is served: tokens first, findings beside them."""

    def __init__(self, encoder):
        super().__init__()
        self.encoder = encoder

    def forward(self, image):  # [batch, 1, 128, 128]
        return self.encoder(image)


class FusionBlock(nn.Module):
    """The head as it is served: all slots, nothing to choose."""

    def __init__(self, head):
        super().__init__()
        self.head = head

    def forward(self, tokens, mask, age):  # [batch, 38, width], [batch, 38], [batch, 38]
        return self.head(tokens, mask, age)


def logits_of(blocks, fusion, x, labels, rows, parts, pick, patterns):
    """`{pattern: [rows, 3]}` on patients assembled from this split."""
    seen = {pattern: [] for pattern in patterns}
    with torch.no_grad():
        for part in np.array_split(rows, max(1, len(rows) // 1000)):
            tokens, mask, age = inputs_of(blocks, x[part], parts.draw(labels[part], pick))
            for pattern in patterns:
                seen[pattern].append(fusion(tokens, mask * keep_of(pattern), age, slots_for(pattern)).numpy())
    return {pattern: np.concatenate(parts) for pattern, parts in seen.items()}


def by_patient(patient, pick):
    """Row weights of one bootstrap draw: how often each row's patient was drawn."""
    names, place = np.unique(patient, return_inverse=True)
    return np.bincount(pick.integers(len(names), size=len(names)), minlength=len(names))[place]


def calibrate(logits, labels, patient, pick):
    """Slope, intercept, their covariance over draws by patient, and the conformal quantiles of both classes."""
    counted = labels >= 0
    logits, labels, patient = logits[counted], labels[counted], patient[counted]
    slope, intercept = slope_intercept(labels, logits)
    slope = max(slope, FLATTEST)
    draws = []
    for _ in range(DRAWS):
        weight = by_patient(patient, pick)
        rows = np.repeat(np.arange(len(labels)), weight)
        draws.append(slope_intercept(labels[rows], logits[rows], steps=8))
    covariance = np.cov(np.array(draws).T)
    p = 1 / (1 + np.exp(-(slope * logits + intercept)))
    conformal = []
    for event in (0, 1):
        own = labels == event
        conformal.append(conformal_of(np.abs(event - p[own]), np.ones(own.sum()), patient[own], np.bincount(patient[own])))
    return {
        "slope": slope, "intercept": intercept,
        "covariance": [float(covariance[0, 0]), float(covariance[0, 1]), float(covariance[1, 1])],
        "conformal": [min(1.0, conformal[0] + 5e-5), min(1.0, conformal[1] + 5e-5)],
        "patients": int(len(np.unique(patient))), "events": int(len(np.unique(patient[labels == 1]))),
    }


def sha256_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else ""


def main():
    options = arguments()
    seed_everything(options.seed)
    pick, rng = np.random.default_rng(options.seed), torch.Generator().manual_seed(options.seed)
    data, image, parts, width = load(rng, smoke=True)
    saved = torch.load(OUT / "fusion.pt")
    vitals, report, fusion = VitalsEncoder(), ReportEncoder(width), Fusion()
    for module, name in ((vitals, "vitals"), (report, "report"), (image, "image"), (fusion, "fusion")):
        module.load_state_dict(saved[name])
        module.eval()
    x, labels, split, patient = torch.from_numpy(data["vitals"]), data["labels"], data["split"], data["patient"]
    blocks = (vitals, report, image)

    calibrations, metrics, seen = [], [], {}
    # Calibration on training and calibration patients together: the encoder ranks both alike (24 h AUROC .81 and .83), and the
    # calibration patients alone are too few events to fit a slope (DESIGN 5 counts patients, not hours). Films and reports are
    # those of the calibration part.
    for name, own in (("calibration", split <= 1), ("validation", split == 2)):
        rows = np.flatnonzero(own)
        if name == "calibration":
            rows = np.sort(pick.choice(rows, min(ROWS_SIGNS, len(rows)), replace=False))
        some = np.sort(pick.choice(rows, min(ROWS_ASSEMBLED, len(rows)), replace=False))
        drawn = parts[1 if name == "calibration" else 2]
        seen[name] = {pattern: (some, logits) for pattern, logits in logits_of(blocks, fusion, x, labels, some, drawn, pick, PATTERNS[1:]).items()}
        seen[name][PATTERNS[0]] = (rows, signs_alone(vitals, fusion, x[rows]))
    for pattern in PATTERNS:
        kinds = [name for name, there in zip(MODALITIES, pattern) if there]
        real = pattern == (1, 0, 0)
        for column, head in enumerate(HEADS):
            rows, logits = seen["calibration"][pattern]
            fitted = calibrate(logits[:, column].astype(float), labels[rows, column], patient[rows], pick)
            level = {"icu": "real-internal", "ward": "transferred"} if real else {"icu": "assembled", "ward": "assembled"}
            calibrations.append({"id": f"{ID}/{head}/{'+'.join(kinds)}", "head": head, "pattern": kinds, **fitted, "evidenceLevel": level})
            rows, logits = seen["validation"][pattern]
            y, z = labels[rows, column], logits[:, column].astype(float)
            kept = y >= 0
            p = 1 / (1 + np.exp(-(fitted["slope"] * z + fitted["intercept"])))
            slope, _ = slope_intercept(y, np.log(p / (1 - p)))
            source = "PhysioNet 2019 set A, validation patients" if real else "assembled validation patients: a property, no accuracy"
            for metric, value in (("auroc", auroc(y, z)), ("observedExpected", float(y[kept].mean() / p[kept].mean())), ("slope", slope)):
                metrics.append({"name": metric, "head": head, "pattern": kinds, "value": round(float(value), 4), "interval": None, "data": source})
                print(head, "+".join(kinds), metric, round(float(value), 3))

    slots = sum(SLOTS.values())
    shas = {
        "vitals": export_block("vitals", vitals, torch.zeros(BATCH["vitals"], 6, 24, 3), ["signs"], ["tokens"], MODELS / "blocks", probe=x[: BATCH["vitals"]]),
        "report": export_block("report", report, torch.zeros(BATCH["report"], SLOTS["radiology-report"], width), ["features"], ["tokens"], MODELS / "blocks"),
        "image": export_block("image", ImageBlock(image), torch.zeros(BATCH["image"], 1, 128, 128), ["image"], ["tokens", "findings"], MODELS / "blocks", probe=torch.from_numpy(np.load(OUT / "films.npz")["grey"][: BATCH["image"]]).float().unsqueeze(1)),
        "fusion": export_block("fusion", FusionBlock(fusion), (torch.zeros(BATCH["fusion"], slots, WIDTH), torch.zeros(BATCH["fusion"], slots), torch.zeros(BATCH["fusion"], slots)), ["tokens", "mask", "age"], ["logits"], MODELS / "blocks"),
    }
    with torch.no_grad():
        probe = fusion(*probe_tokens(PROBE_SEED, PROBE_ROWS, sum(SLOTS.values()), WIDTH)).numpy().astype(float)
        sample = x[np.flatnonzero(split == 0)[:20_000]]
        mean_tokens = {"vitals": vitals(sample).mean(1)}
    offset, layout = 0, []
    for modality in MODALITIES:
        layout.append({"modality": modality, "encoder": ENCODER_OF[modality], "offset": offset, "tokens": SLOTS[modality]})
        offset += SLOTS[modality]
    shape = {"vitals": [6, 24, 3], "report": [SLOTS["radiology-report"], width], "image": [1, 128, 128]}
    name_of = {"vitals": "signs", "report": "features", "image": "image"}
    units = {"vitals": "per sign and hour: value in /min, /min, %, mm[Hg], mm[Hg], Cel; known 0 or 1; hours since the sample", "report": "0 or 1 per named feature of a sentence", "image": "grey values 0 to 255"}
    manifest = {
        "id": ID, "created": CREATED, "title": "Decline within 6, 12 and 24 hours from signs, report and chest film",
        "intendedUse": "Research software, not a medical device. Shows staff how likely partial NEWS2 reaches seven in two consecutive hours in an adult who now scores below five, with reasons. It replaces no observation and no judgement; it was learned in intensive care of one hospital and, wherever a film or a report takes part, on assembled patients.",
        "encoders": {name: {"block": shas[name], "input": {"name": name_of[name], "shape": [BATCH[name], *shape[name]], "units": units[name]}, "output": {"name": "tokens", "shape": [BATCH[name], SLOTS[modality], WIDTH]}} for modality, name in ENCODER_OF.items()},
        "fusion": {"block": shas["fusion"], "batch": BATCH["fusion"], "slots": slots, "width": WIDTH, "layout": layout, "heads": HEADS},
        "calibrations": calibrations, "thresholds": THRESHOLDS,
        "preprocessing": {
            "vitals": "24 hourly steps that end at the question; median of the newest three samples of a step, carried forward; normalised in the graph",
            "radiology-report": "lexicon and context rules; one row of features for each sentence that asserts a finding, at most 16",
            "chest-imaging": "display grey values, centre square, area average to 128 x 128; normalised in the graph",
        },
        "driftReference": {name: {"mean": [round(float(v), 5) for v in tokens.mean(0)], "spread": [round(float(v), 5) for v in tokens.std(0)]} for name, tokens in mean_tokens.items()},
        "probe": {"seed": PROBE_SEED, "tolerance": 1e-4, "logits": [[round(float(v), 7) for v in row] for row in probe]},
        "training": [
            {"name": "PhysioNet/CinC Challenge 2019, training set A (part)", "licence": "CC BY 4.0", "use": "encoder of signs, fusion, calibration", "sha256": sha256_of(OUT / "decline.npz")},
            {"name": "NIH ChestX-ray14 (part)", "licence": "free use, attribution to the NIH Clinical Center", "use": "image encoder", "sha256": sha256_of(OUT / "films.npz")},
            {"name": "Concord generator: drawn films", "licence": "Apache-2.0", "use": "image encoder, assembled patients", "sha256": sha256_of(OUT / "phantoms.npz")},
            {"name": "Concord generator: reports by grammar", "licence": "Apache-2.0", "use": "report encoder, assembled patients", "sha256": sha256_of(OUT / "reports.npz")},
        ],
        "metrics": metrics,
    }
    folder = MODELS / ID
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=2, allow_nan=False) + "\n")
    (folder / "model-card.md").write_text(card(manifest))


if __name__ == "__main__":
    main()
