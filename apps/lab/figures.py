"""Figures with their intervals: what `concord evaluate SUITE --split validation --report DIR` found, into a bundle's manifest and card.

Run: npm run lab -- figures --bundle concord-6 --from DIR [--suite SUITE …] [--assembled FILE]     all three questions unless some are named
`--assembled`: what `concord bench assembled --json` printed, for the patterns with a film or a report; printed with `--anew`, the quantiles of the
conformal sets go into the manifest too, for every bundle with the same maps.
Reads DIR/<bundle>.<suite>.json and puts AUROC, slope and observed / expected of each head and set of inputs, with the 95 % interval by patient,
before the figures that the manifest has; earlier figures on patients set aside go. A set of inputs without an event there gets none.
"""
import json
from pathlib import Path

from card import card_of_tables
from lab import MODELS, parser

# Config
SUITES = {
    "physiological-decline": ("PhysioNet 2019 set A", lambda row: f"decline-{row['horizon']}"),
    "sepsis-6h": ("PhysioNet 2019 set A", lambda row: "sepsis-6h"),
    "hospital-mortality": ("PhysioNet 2012 sets A and B", lambda row: "hospital-mortality"),
}
FIGURES = ("auroc", "slope", "observedExpected")
ASIDE = ", patients set aside"
ASSEMBLED = "assembled validation patients: a property, no accuracy"


def figures_of(suite: str, printed):
    """One entry for each figure of each set of inputs whose figures are all there."""
    data, head = SUITES[suite]
    for row in printed["patterns"]:
        if all(row.get(name) is not None and name in row["ci"] for name in FIGURES):
            for name in FIGURES:
                yield {"name": name, "head": head(row), "pattern": row["pattern"], "value": round(row[name], 4), "interval": [round(end, 4) for end in row["ci"][name]], "data": data + ASIDE}


def assembled_of(printed):
    """As `figures_of`, of the patterns that no real patient has an outcome for."""
    for cell in printed["cells"]:
        for name in FIGURES:
            yield {"name": name, "head": cell["head"], "pattern": cell["pattern"], "value": round(cell["figures"][name], 4), "interval": [round(end, 4) for end in cell["ci"][name]], "data": ASSEMBLED}


def take_assembled(manifest, printed):
    for cell in printed["cells"]:
        own = next(entry for entry in manifest["calibrations"] if (entry["head"], entry["pattern"]) == (cell["head"], cell["pattern"]))
        if (own["slope"], own["intercept"]) != (cell["slope"], cell["intercept"]):
            raise SystemExit(f"{own['id']}: these are figures of another map")
        if printed["anew"]:
            own["conformal"] = cell["conformal"]
    own = list(assembled_of(printed))
    manifest["metrics"] = [metric for metric in manifest["metrics"] if metric["data"] != ASSEMBLED] + own
    return own


def main() -> None:
    options = parser()
    options.add_argument("--bundle", required=True)
    options.add_argument("--from", dest="reports", type=Path, required=True)
    options.add_argument("--suite", action="append", choices=list(SUITES))
    options.add_argument("--assembled", type=Path)
    chosen = options.parse_args()
    folder = MODELS / chosen.bundle
    manifest = json.loads((folder / "manifest.json").read_text())
    found = []
    for suite in chosen.suite or SUITES:
        report = json.loads((chosen.reports / f"{chosen.bundle}.{suite}.json").read_text())
        if report["printed"]["bundle"] != chosen.bundle or "set aside" not in report["split"]:
            raise SystemExit(f"{suite}: these are not figures of {chosen.bundle} on patients set aside")
        found += figures_of(suite, report["printed"])
    manifest["metrics"] = found + [metric for metric in manifest["metrics"] if not metric["data"].endswith(ASIDE)]
    if chosen.assembled:
        found += take_assembled(manifest, json.loads(chosen.assembled.read_text()))
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=1, ensure_ascii=False, allow_nan=False) + "\n")
    (folder / "model-card.md").write_text(card_of_tables(manifest))
    print(f"{len(found)} figures with intervals")


if __name__ == "__main__":
    main()
