"""Figures of the three questions from stored out-of-fold logits: no training.

Run: npm run lab -- icu_report     needs predictions/icu-<task>.npz and the labels of work/{sepsis,mortality}.npz (concord tensors)
Writes predictions/icu-report.json and docs/figures/icu-learning-curves.svg. Intervals: 95 %, patients drawn with replacement.

References: Efron and Tibshirani 1993 (paired bootstrap); Cox 1958; Figueroa et al. 2012 (learning curves).
"""
import json
from pathlib import Path

import numpy as np

from icu_blend import HEADS, blended
from lab import OUT, PREDICTIONS, arguments, platt, seed_everything

# Config
GROUPS_HEAD = {"decline": 1, "sepsis": 0, "mortality": 0}  # the question whose groups are compared
GOALS = {"decline-6h": 0.875, "decline-12h": 0.842, "decline-24h": 0.80, "sepsis-6h": 0.80, "hospital-mortality": 0.88}
DRAWS = 200
AGE_BANDS = (50, 65, 80)  # years
FIGURE = Path(__file__).parent.parent.parent / "docs" / "figures" / "icu-learning-curves.svg"


class Ranking:
    """Sorted once; a draw is the same rows with other weights."""

    def __init__(self, labels, scores):
        self.order = np.argsort(scores, kind="stable")
        s = scores[self.order]
        self.ends = np.flatnonzero(np.r_[s[1:] != s[:-1], True])
        self.y = labels[self.order].astype(float)

    def groups(self, weight):
        w = weight[self.order]
        return [np.diff(np.r_[0.0, np.cumsum(w * y)[self.ends]]) for y in (self.y, 1 - self.y)]

    def auroc(self, weight):
        pos, neg = self.groups(weight)
        before = np.r_[0.0, np.cumsum(neg)[:-1]]
        return float((pos * (before + neg / 2)).sum() / (pos.sum() * neg.sum()))

    def auprc(self, weight):
        pos, neg = [part[::-1] for part in self.groups(weight)]
        found, called = np.cumsum(pos), np.cumsum(pos + neg)
        return float((pos / pos.sum() * np.divide(found, called, out=np.zeros_like(found), where=called > 0)).sum())


def draws_of(patient, rng):
    names, place = np.unique(patient, return_inverse=True)
    for _ in range(DRAWS):
        yield np.bincount(rng.integers(len(names), size=len(names)), minlength=len(names))[place]


def rounded(values):
    return [round(float(v), 4) for v in values]


def judged(labels, scores, weight, patient, pairs, rng):
    """scores: name -> [n]. AUROC and AUPRC of each with intervals; paired AUROC differences of `pairs`."""
    rankings = {name: Ranking(labels, score) for name, score in scores.items()}
    drawn = {name: [] for name in scores}
    precision = {name: [] for name in scores}
    for draw in draws_of(patient, rng):
        for name, ranking in rankings.items():
            drawn[name].append(ranking.auroc(weight * draw))
            precision[name].append(ranking.auprc(weight * draw))
    between = lambda values: rounded(np.percentile(values, [2.5, 97.5]))
    figures = {name: {"auroc": round(ranking.auroc(weight), 4), "aurocInterval": between(drawn[name]), "auprc": round(ranking.auprc(weight), 4), "auprcInterval": between(precision[name])} for name, ranking in rankings.items()}
    paired = {f"{one} - {other}": {"auroc": round(figures[one]["auroc"] - figures[other]["auroc"], 4), "interval": between(np.subtract(drawn[one], drawn[other]))} for one, other in pairs}
    return figures, paired


def read(task):
    stored = dict(np.load(PREDICTIONS / f"icu-{task}.npz"))
    rows = stored["rows"]
    tensors = np.load(OUT / ("mortality.npz" if task == "mortality" else "sepsis.npz"))
    patient = tensors["patient"][rows]
    if task == "mortality":
        # Judged at hour 48, the only hour that is served.
        labels, served = tensors["died"][rows][:, None], tensors["hour"][rows] == 48
    else:
        labels = tensors["decline"][rows] if task == "decline" else tensors["sepsis"][rows][:, None]
        served = np.ones(len(rows), bool)
    # An hour with the event stands for itself, a drawn one without for all that were not drawn.
    stored["weight"] = np.where((labels == 1).any(1), 1.0, stored["othersWeight"])
    return stored, labels, patient, served, tensors["hour" if task == "mortality" else "icuHour"][rows]


def blend(stored, task, end=""):
    return blended({name: value.astype(np.float32) for name, value in stored.items() if name.startswith(("trees", "network", "whole"))}, task, end)


def curves_of(stored, task, labels, patient, served, reached, rng):
    """
    One curve a question, of one booster by the patients that teach it, and what follows for the goal. `reached`: AUROC of the ensemble out of fold.
    doublings: how often the patients would have to double for the ensemble to reach the goal, were every doubling worth as much as the last; since
    each brings less than the one before, at least so often.
    """
    for k, head in enumerate(HEADS[task]):
        asked = served & (labels[:, k] >= 0)
        scores = {str(share): stored["curve"][asked, k, at].astype(np.float32) for at, share in enumerate(stored["shares"])}
        last, before = list(scores)[-1], list(scores)[-2]
        figures, paired = judged(labels[asked, k], scores, stored["weight"][asked], patient[asked], [(last, before)], rng)
        people = len(np.unique(patient[asked]))
        points = [{"share": float(share), "patients": int(0.8 * float(share) * people), "auroc": figures[share]["auroc"], "interval": figures[share]["aurocInterval"]} for share in scores]
        gain = paired[f"{last} - {before}"]
        lacking = GOALS[head] - reached[head]
        yield {"head": head, "goal": GOALS[head], "reached": reached[head], "points": points, "perDoubling": gain["auroc"], "perDoublingInterval": gain["interval"], "doublings": round(max(0.0, lacking / gain["auroc"]), 1) if gain["auroc"] > 0 else None}


GROUPS = [f"{sex}, {band}" for band in ("under 50", "50 to 64", "65 to 79", "80 and over") for sex in ("women", "men")]
MISSED_AT = 0.8  # of all events are found at the threshold; groups are compared there


def missed(labels, scores, weight, group):
    """Share of each group's events below the threshold that finds MISSED_AT of all events, and AUROC within the group."""
    event = labels == 1
    order = np.argsort(scores[event])
    threshold = scores[event][order][int((1 - MISSED_AT) * event.sum())]
    cells = {}
    for at, name in enumerate(GROUPS):
        own = group == at
        if event[own].sum() < 20:
            continue
        cells[name] = {"events": int(event[own].sum()), "auroc": round(Ranking(labels[own], scores[own]).auroc(weight[own]), 4), "missed": round(float((scores[own & event] < threshold).mean()), 4)}
    return cells


def mitigation_of(stored, task, labels, served):
    """One booster as it is, and one whose groups taught with equal weight, on the same rows."""
    head = GROUPS_HEAD[task]
    asked = served & (labels[:, head] >= 0)
    values = np.load(OUT / ("mortality.values.npy" if task == "mortality" else "sepsis.values.npy"), mmap_mode="r")
    rows = stored["rows"][asked]
    age, male = np.array(values[rows, 0]), np.array(values[rows, 1])
    group = np.where(np.isnan(age) | np.isnan(male), -1, 2 * np.digitize(age, AGE_BANDS) + (male == 1))
    cells = {name: missed(labels[asked, head], score[asked].astype(np.float32), stored["weight"][asked], group) for name, score in (("asIs", stored["single"][:, head]), ("equalWeight", stored["balanced"]))}
    worse = [name for name in cells["asIs"] if cells["equalWeight"][name]["missed"] > cells["asIs"][name]["missed"]]
    return {"head": HEADS[task][head], "missedWhere": f"{MISSED_AT:.0%} of all events are found", **cells, "groupsThatLose": worse, "kept": False}


SILENT = 0.2  # of all hours, the least sure


def silence_of(stored, task, labels, served):
    """Would silence on the hours whose chance lies nearest to one half lower the error in both classes? Error: mean squared distance of chance and outcome."""
    logits = blend(stored, task)
    for k, head in enumerate(HEADS[task]):
        asked = served & (labels[:, k] >= 0)
        y, x, w = (labels[asked, k] == 1).astype(float), logits[asked, k].astype(float), stored["weight"][asked]
        slope, intercept = platt(y, x, w)
        p = 1 / (1 + np.exp(-(slope * x + intercept)))
        order = np.argsort(np.abs(p - 0.5))
        spoken = np.ones(len(p), bool)
        spoken[order[np.cumsum(w[order]) < SILENT * w.sum()]] = False
        classes = {}
        for event, name in ((0, "withoutEvent"), (1, "withEvent")):
            error = lambda rows: round(float((w * (y - p) ** 2)[rows].sum() / max(w[rows].sum(), 1e-9)), 4)  # a trial may hold no event
            classes[name] = {"all": error(y == event), "spoken": error(spoken & (y == event))}
        yield {"head": head, "silent": SILENT, **classes, "kept": all(own["spoken"] < own["all"] for own in classes.values())}


def svg_of(curves):
    """One panel per question, three in a row; the dashed line is the goal, the open ring what the whole ensemble reaches."""
    width, height, across, panels = 250, 190, 3, []
    for index, curve in enumerate(curves):
        first = np.log2(curve["points"][0]["share"])
        low = min(point["interval"][0] for point in curve["points"]) - 0.01
        high = max(curve["goal"], curve["reached"], *[point["interval"][1] for point in curve["points"]]) + 0.01
        step = 0.02 if high - low < 0.2 else 0.05
        x = lambda share: 45 + (np.log2(share) - first) / -first * (width - 65)
        y = lambda value: 30 + (high - value) / (high - low) * (height - 65)
        line = " ".join(f"{x(p['share']):.1f},{y(p['auroc']):.1f}" for p in curve["points"])
        bars = "".join(f'<line x1="{x(p["share"]):.1f}" x2="{x(p["share"]):.1f}" y1="{y(p["interval"][0]):.1f}" y2="{y(p["interval"][1]):.1f}" stroke="#456"/><circle cx="{x(p["share"]):.1f}" cy="{y(p["auroc"]):.1f}" r="3" fill="#124"/><text x="{x(p["share"]):.1f}" y="{height - 18}" text-anchor="middle">{p["patients"]:,}</text>' for p in curve["points"])
        ticks = "".join(f'<text x="40" y="{y(v) + 3:.1f}" text-anchor="end">{v:.2f}</text>' for v in np.arange(np.ceil(low / step) * step, high, step))
        panels.append(f'<g transform="translate({index % across * width} {index // across * height})"><text x="45" y="16" font-weight="bold">{curve["head"]}</text>{ticks}<line x1="45" x2="{width - 15}" y1="{y(curve["goal"]):.1f}" y2="{y(curve["goal"]):.1f}" stroke="#a30" stroke-dasharray="4 3"/><polyline points="{line}" fill="none" stroke="#124" stroke-width="1.5"/>{bars}<circle cx="{x(1):.1f}" cy="{y(curve["reached"]):.1f}" r="4" fill="none" stroke="#124"/><text x="{width / 2 + 10}" y="{height - 4}" text-anchor="middle">patients that teach</text></g>')
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width * across} {height * -(-len(curves) // across)}" font-family="sans-serif" font-size="10" role="img" aria-label="AUROC out of fold by number of training patients, with 95 % intervals, the goal, and what the ensemble reaches"><rect width="100%" height="100%" fill="#fff"/>{"".join(panels)}</svg>\n'


def main():
    options = arguments()
    seed_everything(options.seed)
    report = {"draws": DRAWS, "what": "out of fold by patient, five folds, training and calibration patients (2019) and all stays not set aside (2012)", "heads": {}, "learningCurves": [], "mitigation": [], "silence": []}
    for task, heads in HEADS.items():
        rng = np.random.default_rng([options.seed, *task.encode()])
        stored, labels, patient, served, hour = read(task)
        single = lambda name: stored[name].astype(np.float32)
        scores = {"ensemble": blend(stored, task), "signsAlone": blend(stored, task, "Vitals"), "boosting": single("boosting"), "trees": single("trees"), "network": single("network"), "oneBooster": single("single"), "oneBoosterNoSampling": single("quiet")}
        if "withHour" in stored:
            scores |= {"oneBoosterWithHour": single("withHour"), "hourAlone": hour[:, None].astype(np.float32)}
        if "withoutSampling" in stored:
            scores["withoutSampling"] = single("withoutSampling")
        pairs = [*([("ensemble", "withoutSampling")] if "withoutSampling" in stored else []), ("ensemble", "boosting"), ("ensemble", "trees"), ("oneBooster", "oneBoosterNoSampling"), ("ensemble", "signsAlone"), *([("oneBoosterWithHour", "oneBooster")] if "withHour" in stored else [])]
        for k, head in enumerate(heads):
            asked = served & (labels[:, k] >= 0)
            figures, paired = judged(labels[asked, k], {name: score[asked, k] for name, score in scores.items()}, stored["weight"][asked], patient[asked], pairs, rng)
            report["heads"][head] = {"patients": int(len(np.unique(patient[asked]))), "events": int((labels[asked, k] == 1).sum()), "goal": GOALS[head], "figures": figures, "paired": paired}
            print(head, {name: figure["auroc"] for name, figure in figures.items()}, paired, flush=True)
        reached = {head: report["heads"][head]["figures"]["ensemble"]["auroc"] for head in heads}
        report["learningCurves"] += curves_of(stored, task, labels, patient, served, reached, np.random.default_rng([options.seed, len(heads)]))
        report["mitigation"].append(mitigation_of(stored, task, labels, served))
        report["silence"] += silence_of(stored, task, labels, served)
        print(report["learningCurves"][-len(heads):], report["mitigation"][-1], flush=True)
    (PREDICTIONS / "icu-report.json").write_text(json.dumps(report, indent=1) + "\n")
    FIGURE.parent.mkdir(parents=True, exist_ok=True)
    FIGURE.write_text(svg_of(report["learningCurves"]))


if __name__ == "__main__":
    main()
