"""Findings of a chest film: gradient features with a linear head beside a small residual network, averaged, calibrated, exported as one graph.

Run: npm run lab -- findings [--smoke] [--seed N] [--cross | --calibrate | --ship BUNDLE]
Needs work/films.npz and work/phantoms.npz (concord tensors chest-findings, chest-phantoms); --smoke does without the first.
Data: NIH ChestX-ray14 part (NIH Clinical Center, attribution); drawn films of the project's own generator.

Choices were made by 5-fold cross-validation by patient over the training and calibration patients (--cross; 482 films: linear head PA .927
AP .805, one network .934 and .808; the shipped form, linear head beside two networks, .945 and .814, and .929 within PA on detectors that both
groups share). A third network (.944, .814; shared detectors −.003 [−.008, .001]) and the mean over six crops (.935 to .943, .811 to .815; shared
detectors −.002 to −.011) were tried out of fold and gained nothing. Fitted on the training patients, scaled and calibrated on the calibration patients; the validation patients are judged by
`concord evaluate chest-findings --split validation` alone. The view is no input, and sick and well films of both views
weigh the same: in this set the view alone separates the groups. Turned, shifted and mirrored copies do most of the work: without them
the same gradients reach .74 within AP, with them .82.

References: Platt 1999; Zhang et al. 2018 (mixup); those of film_blocks.py.
"""
import hashlib
import json
import time

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from film_calibration import DRAWN, calibrated
from film_blocks import FINDINGS, Gradients, Network, Served, moved
from lab import MODELS, OUT, PREDICTIONS, auroc, export_onnx, keep_block, parser, seed_everything

# Config
FOLDS = 5
COPIES = 4  # turned and shifted copies of each film, besides itself and its mirror image
RIDGE = 1.0
DRAWN_WEIGHT = 0.2  # drawn films weigh a fifth of the real ones in the linear head
EPOCHS = 20
BATCH = 32
LEARNING_RATE = 2e-3
WEIGHT_DECAY = 0.03
MIXUP = 0.3
SMOOTH = 0.05  # labels are text-mined; pneumonia is among the worst
FINDING_WEIGHT = [0.6, 1.0, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3]
NETWORKS = 2  # seeds of the network in the shipped mean
SERVED_BATCH = 2  # a batch of one rounds differently
STILL = 0.01  # spread below which a feature is not made louder: real films lie above 0.015, some of drawn ones never move
QUIET = 0.05  # spread below which a part says nothing and is not made louder: only in a trial
SIDE = 128


def in_parts(function, x, size: int = 48):
    with torch.no_grad():
        return torch.cat([function(part) for part in x.split(size)])


class Films:
    """Real and drawn films in one table; `counted` says which findings a film's label speaks of."""

    def __init__(self, smoke: bool):
        drawn = np.load(OUT / "phantoms.npz")
        planted = drawn["findings"].astype(int)
        labels = np.full((len(planted), len(FINDINGS)), -1)
        for name, column in DRAWN.items():
            labels[:, FINDINGS.index(name)] = planted.max(1) if column is None else planted[:, column]
        some = slice(0, 120 if smoke else 300)
        self.grey, self.labels = drawn["grey"][some], labels[some]
        count = len(self.grey)
        self.real, self.pa = np.zeros(count, bool), np.arange(count) // 2 % 2  # every second one is without a finding
        self.patient, self.split = -1 - np.arange(count), np.array([0, 0, 0, 1, 2])[np.arange(count) % 5]
        self.row = np.array([f"drawn-{index}" for index in range(count)])
        if not smoke or (OUT / "films.npz").exists():
            films = np.load(OUT / "films.npz")
            # Under 18 a chest is another picture, and the tasks exclude them.
            split = np.where((films["age"] < 18) & (films["split"] < 2), 3, films["split"])
            join = lambda ours, theirs: np.concatenate([ours, theirs])
            self.grey, self.labels = join(self.grey, films["grey"]), join(self.labels, films["findings"].astype(int))
            self.real, self.pa = join(self.real, np.ones(len(split), bool)), join(self.pa, films["pa"])
            self.patient, self.split = join(self.patient, films["patient"]), join(self.split, split)
            self.row = join(self.row, np.array([f"{row:07x}" for row in films["row"]]))
        self.x = torch.from_numpy(self.grey).float().unsqueeze(1)

    def weights(self, rows):
        """Sick and well films of both views weigh the same; drawn films less."""
        weight = np.zeros(len(rows))
        for real in (True, False):
            for view in (0, 1):
                for sick in (0, 1):
                    own = (self.real[rows] == real) & (self.pa[rows] == view) & (self.labels[rows, 1] == sick)
                    if own.any():
                        weight[own] = (1.0 if real else DRAWN_WEIGHT) / own.sum()
        return weight / weight.sum() * len(rows)

    def fold(self):
        """By the hash of the patient, so that no order of rows moves anyone."""
        return np.array([int(hashlib.sha256(f"{patient}fold".encode()).hexdigest()[:8], 16) % FOLDS for patient in self.patient])


def blocks_of(x):
    gradients = Gradients()
    with torch.no_grad():
        parts = [gradients(part) for part in x.split(48)]
    return [torch.cat([part[block] for part in parts]).numpy() for block in range(len(parts[0]))]


def fit_linear(films, views, rows):
    """Weighted ridge in its dual form over all copies of the rows; every block of features counts the same.
    @returns weight [features, findings], bias [findings]."""
    copies = len(views)
    mean, spread, parts = [], [], []
    for block in range(len(views[0])):
        part = np.concatenate([view[block][rows] for view in views])
        mean.append(part.mean(0))
        spread.append(np.maximum(part.std(0) + 1e-6, STILL) * np.sqrt(part.shape[1] * len(views[0])))
        parts.append((part - mean[-1]) / spread[-1])
    design, mean, spread = np.concatenate(parts, 1), np.concatenate(mean), np.concatenate(spread)
    kernel = design @ design.T
    base = np.tile(films.weights(rows), copies) / copies
    weight = np.zeros((design.shape[1], len(FINDINGS)))
    bias = np.zeros(len(FINDINGS))
    for column in range(len(FINDINGS)):
        label = np.tile(films.labels[rows, column], copies)
        counted = label >= 0
        w, target = base[counted], label[counted] * 2.0 - 1
        bias[column] = (w * target).sum() / w.sum()
        alpha = np.linalg.solve(kernel[np.ix_(counted, counted)] + np.diag(RIDGE / w), target - bias[column])
        weight[:, column] = design[counted].T @ alpha
    weight = weight / spread[:, None]
    return weight, bias - mean @ weight


def fit_network(films, rows, seed, epochs):
    torch.manual_seed(seed)
    rng, pick = torch.Generator().manual_seed(seed), np.random.default_rng(seed)
    labels = torch.from_numpy(films.labels)
    real, drawn = rows[films.real[rows]], rows[~films.real[rows]]
    pool = real if len(real) else drawn
    groups = [pool[(films.pa[pool] == view) & (films.labels[pool, 1] == sick)] for view in (0, 1) for sick in (0, 1)]
    groups = [group for group in groups if len(group)]
    network = Network()
    steps = max(1, len(pool) // BATCH)
    optimiser = torch.optim.AdamW(network.parameters(), LEARNING_RATE, weight_decay=WEIGHT_DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, LEARNING_RATE, total_steps=epochs * steps, pct_start=0.2)
    weight = torch.tensor(FINDING_WEIGHT)
    smooth = {name: value.clone() for name, value in network.state_dict().items()}
    for _ in range(epochs * steps):
        network.train()
        chosen = np.concatenate([pick.choice(group, BATCH // 4) for group in groups] + [pick.choice(drawn, BATCH // 8)])
        x, counted = moved(films.x[chosen], rng), (labels[chosen] >= 0).float() * weight
        target = labels[chosen].clamp(min=0).float() * (1 - 2 * SMOOTH) + SMOOTH
        share, other = float(pick.beta(MIXUP, MIXUP)), torch.randperm(len(chosen), generator=rng)
        logits = network(share * x + (1 - share) * x[other])
        loss_of = lambda goal, mask: (F.binary_cross_entropy_with_logits(logits, goal, reduction="none") * mask).sum() / mask.sum()
        loss = share * loss_of(target, counted) + (1 - share) * loss_of(target[other], counted[other])
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 2.0)
        optimiser.step()
        schedule.step()
        for name, value in network.state_dict().items():  # a running mean of the weights ranks better than the last step
            smooth[name] = smooth[name] * 0.98 + value * 0.02 if value.dtype.is_floating_point else value.clone()
    network.load_state_dict(smooth)
    return network.eval()


def both_ways(function, x):
    return ((in_parts(function, x) + in_parts(function, x.flip(3))) / 2).numpy()


def linear_on(views, rows, weight, bias):
    """On the film and its mirror image: the first two views."""
    of = lambda view: np.concatenate([block[rows] for block in view], 1) @ weight + bias
    return (of(views[0]) + of(views[1])) / 2


def by_view(films, rows, logits, column=1):
    real = rows[films.real[rows]]
    own = logits[films.real[rows], column]
    return [auroc(films.labels[real[films.pa[real] == view], column], own[films.pa[real] == view]) for view in (1, 0)]


def say(films, rows, name, logits):
    drawn = ~films.real[rows]
    on_drawn = auroc(films.labels[rows[drawn], 1], logits[drawn, 1]) if drawn.any() else float("nan")
    pa, ap = by_view(films, rows, logits) if films.real[rows].any() else (float("nan"),) * 2
    print(f"{name}: pneumonia PA {pa:.3f} AP {ap:.3f}, drawn {on_drawn:.3f}", flush=True)


def from_predictions():
    """Calibration again from the stored predictions, without training: the same figures to the sixth digit."""
    films = Films(False)
    stored = json.loads((PREDICTIONS / "chest-findings.json").read_text())["rows"]
    rows = np.flatnonzero((films.split == 1) & films.real)
    logits = np.array([[float(value) for value in stored[films.row[row]].split()[1:]] for row in rows])
    made = json.loads((OUT / "findings.json").read_text())
    made["findings"] = calibrated(films, rows, logits)
    (OUT / "findings.json").write_text(json.dumps(made, indent=2))
    say(films, rows, "calibration patients, from stored predictions", logits)


def ship(bundle):
    """Puts the block of the last run and its entry into an existing bundle; everything else of the manifest stays as it is."""
    sha256 = keep_block((OUT / "findings.onnx").read_bytes(), MODELS / "blocks")
    path, made = MODELS / bundle / "manifest.json", json.loads((OUT / "findings.json").read_text())
    text = path.read_text()
    manifest, indent = json.loads(text), len(text[2:]) - len(text[2:].lstrip(" "))
    entry = {
        "modality": "chest-imaging", "block": sha256,
        "input": {"name": "image", "shape": [SERVED_BATCH, 1, SIDE, SIDE], "units": "grey values 0 to 255"},
        "output": {"name": "findings", "shape": [SERVED_BATCH, len(FINDINGS)]},
        "findings": made["findings"],
    }
    manifest["findings"] = [entry] + [other for other in manifest.get("findings", []) if other["modality"] != "chest-imaging"]
    manifest["metrics"] = [each for each in manifest["metrics"] if each["head"] != "chest-findings"] + made["metrics"]
    path.write_text(json.dumps(manifest, indent=indent) + "\n")


def predictions(films, rows, logits, name):
    """Logits by the hash of the file's name, without label or input: every figure can be computed again without training."""
    PREDICTIONS.mkdir(exist_ok=True)
    stored = {films.row[index]: " ".join([str(films.split[index]), *[f"{value:.6f}" for value in row]]) for index, row in zip(rows, logits)}
    (PREDICTIONS / f"{name}.json").write_text(json.dumps({"columns": FINDINGS, "rows": dict(sorted(stored.items()))}, indent=2) + "\n")


def cross_validated(films, views, options, epochs):
    """Out-of-fold logits of the shipped form over training and calibration patients: how the choices above were made. `findings_compare` sets
    them beside simpler ways of looking."""
    rows, fold = np.flatnonzero(films.split < 2), films.fold()
    linear, seen = np.zeros((len(rows), len(FINDINGS))), np.zeros((len(rows), len(FINDINGS)))
    for part in range(FOLDS):
        own, held = rows[fold[rows] != part], fold[rows] == part
        linear[held] = linear_on(views, rows[held], *fit_linear(films, views, own))
        networks = [fit_network(films, own, 100 * options.seed + FOLDS * each + part, epochs) for each in range(1 if options.smoke else NETWORKS)]
        seen[held] = sum(both_ways(network, films.x[rows[held]]) for network in networks) / len(networks)
        print(f"fold {part}", flush=True)
    shipped = linear / np.maximum(linear.std(0), QUIET) + seen / np.maximum(seen.std(0), QUIET)
    for name, each in (("linear", linear), ("networks", seen), ("shipped form", shipped)):
        say(films, rows, f"out of fold, {name}", each)
    if not options.smoke:
        real = films.real[rows]
        predictions(films, rows[real], shipped[real], "chest-findings-cross")


def main():
    options = parser()
    options.add_argument("--ship", default="", metavar="BUNDLE", help="put what the last run made into this bundle; trains nothing")
    options.add_argument("--calibrate", action="store_true", help="calibration alone, from the stored predictions")
    options.add_argument("--cross", action="store_true", help="five-fold cross-validation by patient; ships nothing")
    options = options.parse_args()
    if options.ship:
        return ship(options.ship)
    if options.calibrate:
        return from_predictions()
    seed_everything(options.seed)
    films, began = Films(options.smoke), time.time()
    rng = torch.Generator().manual_seed(options.seed)
    copies, epochs, networks = (1, 1, 1) if options.smoke else (COPIES, EPOCHS, NETWORKS)
    views = [blocks_of(films.x), blocks_of(films.x.flip(3)), *[blocks_of(moved(films.x, rng)) for _ in range(copies)]]
    print(f"features {time.time() - began:.0f} s", flush=True)
    if options.cross:
        return cross_validated(films, views, options, epochs)
    rows, held = np.flatnonzero(films.split == 0), np.flatnonzero(films.split == 1)
    weight, bias = fit_linear(films, views, rows)
    linear = linear_on(views, held, weight, bias)
    say(films, held, "calibration patients, linear", linear)
    seen = []
    for each in range(networks):
        seen.append(fit_network(films, rows, 100 * options.seed + each, epochs))
        say(films, held, f"calibration patients, network {each} {time.time() - began:.0f} s", both_ways(seen[-1], films.x[held]))
    network = sum(both_ways(each, films.x[held]) for each in seen) / len(seen)
    served = Served(weight, bias, seen, 1 / np.maximum([linear.std(0), network.std(0)], QUIET)).eval()
    logits = in_parts(served, films.x[held]).numpy()
    say(films, held, "calibration patients, served", logits)
    entries = calibrated(films, held, logits)
    export_onnx("findings", served, torch.zeros(SERVED_BATCH, 1, SIDE, SIDE), names=["image"], outputs=["findings"], probe=films.x[held[:SERVED_BATCH]])
    metrics = []
    if films.real.any():
        pa, ap = by_view(films, held, logits)
        source = "NIH ChestX-ray14 part, calibration patients"
        metrics = [{"name": f"auroc{view}", "head": "chest-findings", "pattern": ["chest-imaging"], "value": round(value, 4), "interval": None, "data": source} for view, value in (("PA", pa), ("AP", ap))]
        real = np.flatnonzero(films.real)
        predictions(films, real, in_parts(served, films.x[real]).numpy(), "chest-findings")
    (OUT / "findings.json").write_text(json.dumps({"findings": entries, "metrics": metrics}, indent=2))


if __name__ == "__main__":
    main()
