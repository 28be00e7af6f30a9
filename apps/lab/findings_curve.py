"""How many films it takes: pneumonia within each view, out of fold, at a quarter, half and all of the teaching patients.

Run: npm run lab -- findings_curve [--smoke] [--seed N]     needs work/films.npz and work/phantoms.npz, and the folder of the films for their detectors
Writes predictions/findings-curve.json and docs/figures/findings-learning-curve.svg; ships nothing. The linear head alone, with fewer copies than
the shipped one: the networks add about .02 within PA and .01 within AP, and the slope is what counts here.

A detector is told by the size of the original film and its spacing; judged within PA on those that both groups share, besides PA and AP.

References: Figueroa et al. 2012 (learning curves); Efron and Tibshirani 1993.
"""
import csv
import hashlib
import json
import time
from pathlib import Path

import numpy as np
import torch

from film_blocks import moved
from findings import FOLDS, Films, blocks_of, fit_linear, linear_on
from icu_report import Ranking, draws_of, rounded, svg_of
from lab import OUT, PREDICTIONS, parser, seed_everything

# Config
SHARES = (0.25, 0.5, 1.0)
COPIES = 2  # turned and shifted copies of each film, besides itself and its mirror image
PNEUMONIA = 1
GOALS = {"PA": 0.84, "AP": 0.84, "PA, shared detectors": 0.88}
LABELS = Path(__file__).parent.parent.parent.parent / "shared" / "data" / "nih_cxr_subset" / "labels.csv"
FIGURE = Path(__file__).parent.parent.parent / "docs" / "figures" / "findings-learning-curve.svg"


def detectors():
    """By the hash under which a film's row is stored; nobody's where the folder is not here (a trial)."""
    if not LABELS.exists():
        return {}
    name = lambda row: f"{row['orig_width']} x {row['orig_height']}, {row['pixel_spacing_x_mm']} mm"
    return {hashlib.sha256(row["file"].encode()).hexdigest()[:7]: name(row) for row in csv.DictReader(LABELS.open())}


def out_of_fold(films, views):
    """Over training and calibration films. -> rows, [shares, rows]"""
    rows, fold, logits = np.flatnonzero(films.split < 2), films.fold(), []
    for share in SHARES:
        linear = np.zeros((len(rows), films.labels.shape[1]))
        for part in range(FOLDS):
            held, teach = fold[rows] == part, rows[fold[rows] != part]
            people = np.random.default_rng(part).permutation(np.unique(films.patient[teach]))
            own = teach[np.isin(films.patient[teach], people[: int(share * len(people))])]
            linear[held] = linear_on(views, rows[held], *fit_linear(films, views, own))
        logits.append(linear[:, PNEUMONIA])
        print(f"share {share}", flush=True)
    return rows, np.array(logits)


def figure(labels, scores, patient, rng):
    ranking, one = Ranking(labels, scores), np.ones(len(labels))
    return {"auroc": round(ranking.auroc(one), 4), "interval": rounded(np.percentile([ranking.auroc(draw.astype(float)) for draw in draws_of(patient, rng)], [2.5, 97.5]))}


def main():
    options = parser().parse_args()
    seed_everything(options.seed)
    films, began = Films(options.smoke), time.time()
    generator = torch.Generator().manual_seed(options.seed)
    views = [blocks_of(films.x), blocks_of(films.x.flip(3)), *[blocks_of(moved(films.x, generator)) for _ in range(1 if options.smoke else COPIES)]]
    rows, logits = out_of_fold(films, views)
    label, patient, pa = films.labels[rows, PNEUMONIA], films.patient[rows], films.pa[rows] == 1
    known, asked = detectors(), films.real[rows] if films.real.any() else np.ones(len(rows), bool)
    detector = np.array([known.get(films.row[row], "") for row in rows])
    both = set(detector[asked & pa & (label == 1)]) & set(detector[asked & pa & (label == 0)])
    groups = {"PA": asked & pa, "AP": asked & ~pa, "PA, shared detectors": asked & pa & np.isin(detector, sorted(both))}
    rng, curves = np.random.default_rng(options.seed), []
    for name, own in groups.items():
        people = len(np.unique(patient[asked]))
        points = [{"share": share, "patients": int(0.8 * share * people), **figure(label[own], logits[at][own], patient[own], rng)} for at, share in enumerate(SHARES)]
        curves.append({"head": f"pneumonia, {name}", "goal": GOALS[name], "films": int(own.sum()), "points": points, "perDoubling": round(points[-1]["auroc"] - points[-2]["auroc"], 4)})
        print(curves[-1], flush=True)
    print(f"{time.time() - began:.0f} s")
    if options.smoke:
        return (OUT / "findings-curve.json").write_text(json.dumps(curves))
    (PREDICTIONS / "findings-curve.json").write_text(json.dumps({"what": "out of fold by patient, five folds, training and calibration films; linear head", "curves": curves}, indent=1) + "\n")
    FIGURE.write_text(svg_of(curves))


if __name__ == "__main__":
    main()
