"""Beside the served findings: what pixels, oriented gradients and the detector alone reach on the same films.

Run: npm run lab -- findings_compare [--smoke] [--seed N]     needs work/films.npz, and the folder of the films for their detectors
Writes predictions/findings-compare.json; ships nothing and runs no block. On films of validation patients the served block's logits are the
stored ones (predictions/chest-findings.json); on those of training and calibration patients the shipped form's out-of-fold ones
(predictions/chest-findings-cross.json, `findings --cross`), in the same folds: four times as many films.

Each baseline is a logistic regression with a ridge, sick and well films of both views weighing the same. Out of fold it learns what the
network learns; for the validation patients it is taught by training and calibration patients together, the served block by the former alone.
Its ridge and, for gradients, the size of a cell are chosen out of fold. The detector is told by the size of the original film and its spacing.

References: Dalal and Triggs 2005 (histograms of oriented gradients); Efron and Tibshirani 1993.
"""
import hashlib
import json

import numpy as np

from findings_curve import PNEUMONIA, detectors
from findings import FOLDS
from icu_report import Ranking, draws_of, rounded
from lab import OUT, PREDICTIONS, auroc, parser, seed_everything

# Config
RIDGES = (0.0001, 0.001, 0.01, 0.1, 1.0, 10.0)  # on features of unit mean square
CELLS = (8, 16)  # pixels of 128
ORIENTATIONS = 9  # of half a turn
STEPS = 30


def gradients(grey, cell):
    """Cells of unsigned orientations, blocks of two by two, each of unit length, cut at 0.2 and of unit length again. -> [films, features]"""
    x = grey.astype(np.float32)
    down, across = np.gradient(x, axis=(1, 2))
    size, turn = np.hypot(down, across), np.arctan2(down, across) % np.pi / np.pi * ORIENTATIONS
    low = np.floor(turn - 0.5).astype(int)
    share = turn - 0.5 - low
    count = x.shape[1] // cell
    cells = np.zeros((len(x), count, count, ORIENTATIONS), np.float32)
    for bin_, weight in ((low % ORIENTATIONS, 1 - share), ((low + 1) % ORIENTATIONS, share)):
        for orientation in range(ORIENTATIONS):
            votes = np.where(bin_ == orientation, size * weight, 0)
            cells[..., orientation] += votes.reshape(len(x), count, cell, count, cell).sum((2, 4))
    blocks = np.concatenate([cells[:, a : count - 1 + a, b : count - 1 + b] for a in (0, 1) for b in (0, 1)], 3)
    unit = lambda each: each / np.sqrt((each**2).sum(3, keepdims=True) + 1e-6)
    return unit(np.minimum(unit(blocks), 0.2)).reshape(len(x), -1)


def pixels(grey):
    """64 x 64, each film standardised. -> [films, 4096]"""
    x = grey.astype(np.float32).reshape(len(grey), 64, 2, 64, 2).mean((2, 4)).reshape(len(grey), -1)
    return (x - x.mean(1, keepdims=True)) / (x.std(1, keepdims=True) + 1)


def one_of_each(names):
    return (names[:, None] == np.unique(names)[None]).astype(np.float32)


def fit_and_ask(features, label, weight, teach, ask, ridge):
    """Ridge logistic regression by Newton's method in the space of the taught films. -> logits of the asked ones"""
    centre, spread = features[teach].mean(0), features[teach].std(0) + 1e-3
    x, asked = [(features[rows] - centre) / spread / np.sqrt(features.shape[1]) for rows in (teach, ask)]
    kernel, y, w = x @ x.T, label[teach].astype(float), weight[teach]
    alpha, bias = np.zeros(len(teach)), 0.0
    for _ in range(STEPS):
        p = 1 / (1 + np.exp(-np.clip(kernel @ alpha + bias, -30, 30)))
        curve = np.maximum(w * p * (1 - p), 1e-6)
        target = kernel @ alpha + bias + w * (y - p) / curve  # working response
        system = np.block([[kernel + ridge * len(teach) / 100 * np.diag(1 / curve), np.ones((len(teach), 1))], [np.ones((1, len(teach))), np.zeros((1, 1))]])
        solved = np.linalg.solve(system, np.r_[target, 0.0])
        alpha, bias = solved[:-1], solved[-1]
    return asked @ (x.T @ alpha) + bias


def fold_of(patient):
    """As the findings' own: by the hash of the patient."""
    return np.array([int(hashlib.sha256(f"{each}fold".encode()).hexdigest()[:8], 16) % FOLDS for each in patient])


def balanced(label, pa):
    """Sick and well films of both views weigh the same."""
    weight = np.zeros(len(label))
    for view in (0, 1):
        for sick in (0, 1):
            own = (pa == view) & (label == sick)
            weight[own] = 1 / max(1, own.sum())
    return weight / weight.sum() * len(label)


def lower(label, score, pa):
    return min(auroc(label[pa == view], score[pa == view]) for view in (0, 1))


def chosen(candidates, label, weight, pa, patient, teach, ask):
    """The best of the candidates out of fold, by the lower of both views, then taught by all. -> its logits out of fold, of the asked, what was chosen"""
    fold, best = fold_of(patient), None
    for name, features in candidates.items():
        for ridge in RIDGES:
            score = np.zeros(len(label))
            for part in range(FOLDS):
                held = teach[fold[teach] == part]
                score[held] = fit_and_ask(features, label, weight, teach[fold[teach] != part], held, ridge)
            reached = lower(label[teach], score[teach], pa[teach])
            if best is None or reached > best[0]:
                best = (reached, name, ridge, score[teach])
    reached, name, ridge, score = best
    return score, fit_and_ask(candidates[name], label, weight, teach, ask, ridge), {"features": name, "ridge": ridge}


def compared(groups, scores, label, patient, rng):
    """AUROC of each way of looking and its paired difference to the served one, by group, and of the lower view."""
    rank = {name: {group: Ranking(label[own], score[own]) for group, own in groups.items()} for name, score in scores.items()}
    of = lambda name, weight: {**{group: rank[name][group].auroc(weight[own]) for group, own in groups.items()}}
    with_lower = lambda each: {**each, "lower of PA and AP": min(each["PA"], each["AP"])}
    whole = {name: with_lower(of(name, np.ones(len(label)))) for name in scores}
    drawn = [{name: with_lower(of(name, draw.astype(float))) for name in scores} for draw in draws_of(patient, rng)]
    interval = lambda values: rounded(np.nanpercentile(values, [2.5, 97.5]))
    return {
        name: {
            group: {
                "auroc": round(value, 4),
                "interval": interval([draw[name][group] for draw in drawn]),
                **({} if name == "served" else {"servedAbove": round(whole["served"][group] - value, 4), "pairedInterval": interval([draw["served"][group] - draw[name][group] for draw in drawn])}),
            }
            for group, value in whole[name].items()
        }
        for name in scores
    }


def stored(name, row):
    """Logits of pneumonia by the hash of the film's row."""
    path = PREDICTIONS / f"{name}.json"
    rows = json.loads(path.read_text())["rows"] if path.exists() else {}
    return np.array([float(rows[each].split()[1 + PNEUMONIA]) if each in rows else np.nan for each in row])


def part_of(films, rows, scores, detector, seed):
    """One comparison on these films."""
    label, pa, patient = films["findings"][rows, PNEUMONIA].astype(int), films["pa"][rows] == 1, films["patient"][rows]
    both = set(detector[rows][pa & (label == 1)]) & set(detector[rows][pa & (label == 0)])
    groups = {"PA": pa, "AP": ~pa, "PA, shared detectors": pa & np.isin(detector[rows], sorted(both))}
    groups = {name: own for name, own in groups.items() if own.any()}
    counts = {name: {"pneumonia": int((own & (label == 1)).sum()), "none": int((own & (label == 0)).sum())} for name, own in groups.items()}
    return {"films": counts, "ways": compared(groups, scores, label, patient, np.random.default_rng(seed))}


def main():
    options = parser().parse_args()
    seed_everything(options.seed)
    films = np.load(OUT / "films.npz")
    row = np.array([f"{each:07x}" for each in films["row"]])
    label, pa, patient = films["findings"][:, PNEUMONIA].astype(int), films["pa"].astype(int), films["patient"]
    served, crossed = stored("chest-findings", row), stored("chest-findings-cross", row)
    # Films of minors are no one's here but in the stored predictions of the served block, as the suite judges them.
    teach = np.flatnonzero((films["split"] < 2) & (films["age"] >= 18))
    ask = np.flatnonzero((films["split"] == 2) & ~np.isnan(served))
    known = detectors()
    detector, weight = np.array([known.get(each, "") for each in row]), np.zeros(len(row))
    weight[teach] = balanced(label[teach], pa[teach])
    ways = {
        "64 pixels": {"64 pixels": pixels(films["grey"])},
        "gradients": {f"cells of {cell}": gradients(films["grey"], cell) for cell in CELLS},
        "detector alone": {"detector": one_of_each(detector)},
    }
    aside, folded, choices = {"served": served[ask]}, {"served": crossed[teach]}, {}
    for name, candidates in ways.items():
        folded[name], aside[name], choices[name] = chosen(candidates, label, weight, pa, patient, teach, ask)
        print(name, choices[name], flush=True)
    said = {
        "what": "pneumonia against none within each view, AUROC with intervals and paired differences by patient",
        "chosen": choices,
        "validation patients": part_of(films, ask, aside, detector, options.seed),
        **({} if np.isnan(crossed[teach]).any() else {"out of fold": part_of(films, teach, folded, detector, options.seed)}),
    }
    text = json.dumps(said, indent=1) + "\n"
    (OUT if options.smoke else PREDICTIONS).joinpath("findings-compare.json").write_text(text)
    for part in ("validation patients", "out of fold"):
        for name, groups in said.get(part, {"ways": {}})["ways"].items():
            print(f"{part}, {name}:", *(f"{group} {each['auroc']:.3f} {each['interval']}" + (f" served {each['servedAbove']:+.3f} {each['pairedInterval']}" if "servedAbove" in each else "") for group, each in groups.items()), sep="\n  ", flush=True)


if __name__ == "__main__":
    main()
