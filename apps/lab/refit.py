"""Refit: calibration again from the stored predictions of the generator's patients, without training and without the product.

Run: npm run lab -- refit      reads predictions/benchmark-fusion.json; fails when a figure differs from the stored one by more than 1e-6
The same file is refitted in TypeScript by test/golden/calibration-refit.spec.ts: two languages, one figure.

References: Platt 1999; Cox 1958.
"""
import base64
import json
import sys
from pathlib import Path

import numpy as np

# Config
FILE = Path(__file__).parent / "predictions" / "benchmark-fusion.json"
TOLERANCE = 1e-6
STEPS = 60


def platt(outcomes, logits):
    """Slope and intercept by Newton's method."""
    design = np.stack([logits, np.ones(len(logits))], 1)
    beta = np.array([1.0, 0.0])
    for _ in range(STEPS):
        p = 1 / (1 + np.exp(-design @ beta))
        beta = beta + np.linalg.solve((design * (p * (1 - p))[:, None]).T @ design, design.T @ (outcomes - p))
    return beta


def main():
    worst = 0.0
    for name, kept in json.loads(FILE.read_text())["patterns"].items():
        logits = np.frombuffer(base64.b64decode(kept["logits"]), "<f4").astype(float)
        outcomes = np.array([float(one) for one in kept["outcomes"]])
        slope, intercept = platt(outcomes, logits)
        expected = 1 / (1 + np.exp(-(slope * logits + intercept)))
        seen = {"slope": slope, "intercept": intercept, "observedExpected": outcomes.mean() / expected.mean()}
        differs = max(abs(value - kept["figures"][figure]) for figure, value in seen.items())
        worst = max(worst, differs)
        print(f"{name}: {len(logits)} patients, slope {slope:.6f}, intercept {intercept:.6f}, differs by {differs:.1e}")
    print(f"largest difference {worst:.1e}")
    sys.exit(0 if worst <= TOLERANCE else 1)


if __name__ == "__main__":
    main()
