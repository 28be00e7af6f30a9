"""Which side of a chest film the heart lies on: gradients by direction less those of the mirror image, and one weight for each.

Run: npm run lab -- sides [--smoke]     seconds; needs work/films.npz and work/phantoms.npz (concord tensors); writes libs/modalities/chest-imaging/heart-side.json
Data: NIH ChestX-ray14 part (NIH Clinical Center, attribution): training and calibration patients; drawn films of the project's own generator.

A mirrored film gives the same number with the other sign, so no film has to be labelled and there is no intercept. The threshold is the
two hundredths of the films that score lowest out of fold (5 folds by patient): so many upright films are told to look mirrored. Validation patients
are judged by `npx --no-install concord bench film-fitness` alone. Grey values of coarse cells in place of gradients noticed 16 to 32 of 100
mirrored films at that threshold where these notice 83.

References: Dalal and Triggs, CVPR 2005 (histograms of gradients).
"""
import hashlib
import json
from pathlib import Path

import numpy as np

from lab import OUT, parser

CELLS = 8  # a side
BINS = 12
RIDGE = 100.0
DRAWN, DRAWN_WEIGHT = 100, 0.3
FOLDS = 5
STEPS = 25
SHIFTS = ((0, 0), (4, 0), (-4, 0), (0, 4), (0, -4))
WARNED = 0.02  # share of upright films that may be told to look mirrored
PARTS = 100  # weights are stored as whole numbers of hundredths
TARGET = Path(__file__).parent.parent.parent / "libs/modalities/chest-imaging/heart-side.json"


def gradients(grey):
    """[films, 128, 128] -> [films, CELLS, CELLS, BINS]: root of the share of gradient by place and direction, as libs/modalities/chest-imaging/heart-side.ts."""
    half = grey.reshape(len(grey), 64, 2, 64, 2).mean((2, 4))
    right, down = np.zeros_like(half), np.zeros_like(half)
    right[:, :, 1:-1], down[:, 1:-1] = half[:, :, 2:] - half[:, :, :-2], half[:, 2:] - half[:, :-2]
    size, direction = np.hypot(right, down), np.floor((np.arctan2(down, right) + np.pi) / (2 * np.pi) * BINS).astype(int) % BINS
    cell = 64 // CELLS
    sums = np.stack([np.where(direction == b, size, 0).reshape(len(grey), CELLS, cell, CELLS, cell).sum((2, 4)) for b in range(BINS)], 3)
    return np.sqrt(sums / (np.sqrt((sums**2).sum((1, 2, 3), keepdims=True) / CELLS**2) + 1e-9))


def oddness(grey):
    """[films, 384]: the left half of the gradients less those of the mirror image."""
    return (gradients(grey) - gradients(grey[:, :, ::-1]))[:, :, : CELLS // 2].reshape(len(grey), -1)


def fitted(x, weight):
    """Logistic regression without intercept in its dual form: every row is a film as it is, and its mirror image the same with the other sign."""
    kernel, dual = x @ x.T, np.zeros(len(x))
    for _ in range(STEPS):
        p = 1 / (1 + np.exp(-(kernel @ dual)))
        dual -= np.linalg.solve(np.eye(len(x)) + (weight * p * (1 - p))[:, None] * kernel / RIDGE, dual - weight * (1 - p) / RIDGE)
    return x.T @ dual


def main():
    options = parser().parse_args()
    films, drawn = np.load(OUT / "films.npz"), np.load(OUT / "phantoms.npz")["grey"][:DRAWN].astype(float)
    own = np.flatnonzero(films["split"] < 2)
    grey = films["grey"][own].astype(float)
    fold = np.array([int(hashlib.sha256(f"{patient}side".encode()).hexdigest()[:8], 16) % FOLDS for patient in films["patient"][own]])
    views, of_drawn = [oddness(np.roll(grey, shift, (1, 2))) for shift in SHIFTS], oddness(drawn)
    scale = views[0].std()
    views, of_drawn = [view / scale for view in views], of_drawn / scale

    def fit(rows):
        weight = np.concatenate([np.full(len(rows) * len(views), 1 / len(views)), np.full(len(of_drawn), DRAWN_WEIGHT)])
        found = fitted(np.concatenate([view[rows] for view in views] + [of_drawn]), weight)
        return found / np.std(views[0][rows] @ found)

    score = np.zeros(len(own))
    for part in range(1 if options.smoke else FOLDS):
        held = np.flatnonzero(fold == part)
        score[held] = views[0][held] @ fit(np.flatnonzero(fold != part))
    score = score[fold < (1 if options.smoke else FOLDS)]
    threshold = float(np.quantile(score, WARNED))
    print(f"out of fold, {len(score)} films: nearer to the mirror image {np.mean(score < 0):.3f}; at {threshold:.3f} warned {np.mean(score < threshold):.3f}, mirrored ones noticed {np.mean(-score < threshold):.3f}")
    print(f"drawn films: least {np.min(of_drawn @ fit(np.arange(len(own)))):.2f}")
    if options.smoke:
        return
    weights = np.rint(fit(np.arange(len(own))) / scale * PARTS).astype(int)
    data = {
        "source": "NIH ChestX-ray14 subset (NIH Clinical Center; Wang et al., CVPR 2017; https://nihcc.app.box.com/v/ChestXray-NIHCC) and drawn films; made by apps/lab/sides.py",
        "scale": 1 / PARTS,
        "mirroredBelow": round(threshold, 3),
        "weights": weights.tolist(),
    }
    TARGET.write_text(json.dumps(data) + "\n")


if __name__ == "__main__":
    main()
