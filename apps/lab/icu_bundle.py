"""Bundle with table scorers: blend trees and network, calibrate on out-of-fold logits, export, write manifest and card.

Run: npm run lab -- icu_bundle [--seed N] [--quiet]      needs work/{decline,sepsis,mortality}.{pkl,oof.npz}, or those of `icu --quiet`
`--quiet` makes the variant whose tables do not say how often and how long ago somebody measured: a bundle of its own beside it.
Takes everything else from the bundle that is active now: encoders, fusion head, findings with their figures, the calibrations of patterns
with a report or a film. Only scorers, their calibrations and landmarks, and the figures of those are made anew.

References: Platt 1999; Vovk et al. 2005 (split conformal); Cox 1958 (slope and intercept).
"""
import hashlib
import json
import pickle

import lightgbm as lgb
import numpy as np
import onnx

from card import card_of_tables
from conformal import conformal_of
from course_block import ASKED
from courses import course_places, networks_say
from icu_blend import HEADS, MIX, NETWORK_WEIGHT, WHOLE_WEIGHT, blended
from lab import FLATTEST, MODELS, OUT, arguments, keep_block, platt, probe_draw, seed_everything, write_probe
from packed import packed_bytes
from tables import VITALS, set_aside, table_of, table_width, usual_of
from trees import UNKNOWN, export, filled

# Config
ID, CREATED = "concord-6", "2026-11-28"
TITLE = "Decline, sepsis and death in hospital from signs, labs, report and chest film"
QUIET_TITLE = f"{TITLE}, without how often and how long ago somebody measured"
BATCH = 64
SCORER = {"decline": "icu-decline", "sepsis": "icu-sepsis", "mortality": "icu-mortality"}
PATTERNS = {"vitals+labs": ["vitals", "labs"], "vitals": ["vitals"]}
DRAWS = 60
SIGNS_FRESH = 6  # hours without any of ENCODED, and the product answers that its inputs are stale
ENCODED = {"9279-1", "2708-6", "8480-6", "8462-4", "8867-4", "8310-5"}
FEW_EVENTS = 20  # an intercept from so many patients with the event counts half against the pooled one
THRESHOLDS = {"sepsis-6h": {"raised": 0.02, "high": 0.06}, "hospital-mortality": {"raised": 0.25, "high": 0.5}}
LANDMARKS = (12, 24, 36)
FURTHEST_STEP = 3.0  # on the logit
SETS = {
    "decline": ("PhysioNet 2019 set A, out of fold", "sepsis"),
    "sepsis": ("PhysioNet 2019 set A, out of fold", "sepsis"),
    "mortality": ("PhysioNet 2012 sets A and B, out of fold", "mortality"),
}
INTENDED = (
    "Research software, not a medical device. Shows staff, with reasons: how likely partial NEWS2 reaches seven in two consecutive hours in an adult who now "
    "scores below five; how likely sepsis begins within six hours in the first 48 hours of intensive care; and, once at hour 48 of intensive care, how likely the "
    "patient dies in hospital. It replaces no observation and no judgement. From signs and labs it was learned on intensive care of one hospital per question; "
    "wherever a film or a report takes part, on assembled patients."
)


def intercept_alone(labels, logits, weight, slope, steps=30):
    """The intercept with the slope held: as much happens as is expected."""
    a = 0.0
    for _ in range(steps):
        p = 1 / (1 + np.exp(-(slope * logits + a)))
        # A step of Newton's far from the answer overshoots to where every probability is 0 or 1, and never returns.
        a += np.clip((weight * (labels - p)).sum() / (weight * p * (1 - p)).sum(), -FURTHEST_STEP, FURTHEST_STEP)
    return float(a)


class Hours:
    """Hours that are served, with labs or without, and how many of each class every patient has, drawn or not."""

    def __init__(self, task):
        tables = table_of(task)
        e = tables.extra
        self.patient = e["patient"]
        codes = {at: name.rsplit("/", 1)[0] for at, name in enumerate(tables.columns) if name.endswith("/age") and not name.startswith("context/")}
        self.has_signs = self.within(tables.values, [at for at, code in codes.items() if code in ENCODED], SIGNS_FRESH)
        self.has_labs = self.within(tables.values, [at for at, code in codes.items() if code not in VITALS], np.inf)
        self.labels = {"decline": lambda: e["decline"], "sepsis": lambda: e["sepsis"][:, None], "mortality": lambda: e["died"][:, None]}[task]()
        self.hour = e["hour"] if task == "mortality" else np.zeros(len(self.patient), int)

    @staticmethod
    def within(values, columns, hours):
        """Any of the columns known and not older: what the product calls neither absent nor stale. A lab of two days is in the table."""
        with np.errstate(invalid="ignore"):
            return np.concatenate([(values[at : at + 20_000][:, columns] <= hours).any(1) for at in range(0, len(values), 20_000)])

    def of(self, head, event, labs, landmark):  # -> [patients]; labs: whether hours with labs count, None for both
        asked = self.has_signs & (self.labels[:, head] == event) & ((labs is None) | (self.has_labs == labs)) & ((self.hour == landmark) | (landmark == 0))
        return np.bincount(self.patient[asked], minlength=self.patient.max() + 1)


def auroc(labels, scores, weight):
    if len(labels) == 0:
        return float("nan")
    order = np.argsort(scores, kind="stable")
    y, w, s = labels[order], weight[order], scores[order]
    ends = np.flatnonzero(np.r_[s[1:] != s[:-1], True])
    wins, below, positives, begin = 0.0, 0.0, 0.0, 0
    up, down = np.cumsum(w * y), np.cumsum(w * (1 - y))
    pos, neg = np.diff(np.r_[0, up[ends]]), np.diff(np.r_[0, down[ends]])
    before = np.r_[0, np.cumsum(neg)[:-1]]
    return float((pos * (before + neg / 2)).sum() / (pos.sum() * neg.sum()))


def calibration(own, natural, rng, rows):
    """
    own, natural: (labels, logits, weight, patient). The slope comes from `own`; the intercept from `natural`, the rows that are really
    served in this pattern, shrunk towards that of `own` where they hold few events.
    """
    labels, logits, weight, patient = own
    slope, pooled = platt(labels, logits, weight)
    slope = max(slope, FLATTEST)
    served = intercept_alone(natural[0], natural[1], natural[2], slope) if natural[0].sum() > 0 else pooled
    events = len(np.unique(natural[3][natural[0] == 1]))
    trust = events / (events + FEW_EVENTS)
    intercept = trust * served + (1 - trust) * pooled
    names, place = np.unique(patient, return_inverse=True)
    draws = []
    for _ in range(DRAWS):
        drawn = np.bincount(rng.integers(len(names), size=len(names)), minlength=len(names))[place]
        draws.append(platt(labels, logits, weight * drawn, steps=6))
    cov = np.cov(np.array(draws).T)
    p = 1 / (1 + np.exp(-(slope * natural[1] + intercept)))
    y, w = natural[0], natural[2]
    who = natural[3]
    conformal = [conformal_of(np.abs(y - p)[y == event], w[y == event], who[y == event], rows(event)) for event in (0, 1)]
    return {
        "slope": slope, "intercept": intercept, "covariance": [float(cov[0, 0]), float(cov[0, 1]), float(cov[1, 1])],
        "conformal": [min(1.0, c + 5e-5) for c in conformal],
        "patients": int(len(np.unique(natural[3]))), "events": int(len(np.unique(natural[3][y == 1]))),
    }


def calibrations_of(bundle, task, oof, rng):
    out, metrics = [], []
    hours = Hours(task)
    data = SETS[task][0]
    for name, pattern in PATTERNS.items():
        logits = blended(oof, task, "Vitals" if name == "vitals" else "")
        for k, head in enumerate(HEADS[task]):
            for landmark in (48, *LANDMARKS) if task == "mortality" else (0,):
                served = hours.has_signs[oof["rows"]]
                asked = served & (oof["labels"][:, k] >= 0) & ((oof["hour"] == landmark) | (landmark == 0))
                natural = asked & (hours.has_labs[oof["rows"]] == (name == "vitals+labs"))
                pick = lambda rows: (oof["labels"][rows, k].astype(float), logits[rows, k].astype(float), oof["weight"][rows], oof["patient"][rows])
                if task == "mortality" and name == "vitals":
                    natural = asked  # nearly everybody has labs by then: the masked rows stand for those who do not
                labs = None if task == "mortality" and name == "vitals" else name == "vitals+labs"
                entry = calibration(pick(asked if name == "vitals" else natural), pick(natural), rng, lambda event: hours.of(k, event, labs, landmark))
                own = head if landmark in (0, 48) else f"{head}-at-{landmark}h"
                out.append({"id": f"{bundle}/{own}/{name}", "head": own, "pattern": pattern, "scorer": SCORER[task], **entry, "evidenceLevel": {"icu": "real-internal", "ward": "transferred"}})
                y, x, w, _ = pick(natural)
                p = 1 / (1 + np.exp(-(entry["slope"] * x + entry["intercept"])))
                for figure, value in (("auroc", auroc(y, x, w)), ("observedExpected", float((w * y).sum() / (w * p).sum())), ("slope", platt(y, np.log(p / (1 - p)), w)[0])):
                    if np.isfinite(value):  # in a trial a pattern may hold no event
                        metrics.append({"name": figure, "head": own, "pattern": pattern, "value": round(value, 4), "interval": None, "data": data})
    return out, metrics


def probe_rows(columns, seed):
    draw = probe_draw(seed)
    values = (draw(BATCH * columns) * np.float32(200)).reshape(BATCH, columns)
    known = (draw(BATCH * columns) < 0.7).reshape(BATCH, columns)
    return np.where(known, values, np.nan)


class Members:
    """What `icu` fitted for one question, as logits of its parts and as one block."""

    def __init__(self, name, task):
        state = pickle.loads((OUT / f"{name}.pkl").read_bytes())
        self.task, self.columns, self.made, self.networks = task, state["names"], state["made"], state["networks"]
        read = lambda written: [[lgb.Booster(model_str=text) for text in own] for own in written]
        self.trees, self.whole = read(state["boosters"]), read(state["whole"])
        self.offsets, self.whole_offsets = state["offsets"], state["wholeOffsets"]

    def parts(self, values):  # [n, c] with NaN -> name -> [n, heads]
        full = filled(values[:, : table_width(self.columns)])
        mean = lambda groups: np.stack([np.mean([booster.predict(full, raw_score=True) for booster in own], 0) for own in groups], 1)
        parts = {"trees": mean(self.trees) + self.offsets, "network": networks_say(self.networks, values, self.columns, len(self.trees)) + self.offsets}
        return {**parts, "whole": mean(self.whole) + self.whole_offsets} if self.task in WHOLE_WEIGHT else parts

    def export(self, path):
        share, whole, courses = NETWORK_WEIGHT[self.task], WHOLE_WEIGHT.get(self.task, 0), course_places(self.columns)
        targets = ASKED if courses else self.networks[0].net[-1].out_features
        heads = [
            {
                "groups": [(own, (1 - whole) * (1 - share)), *([(self.whole[k], whole)] if whole else [])],
                "networks": [(net, output) for net in self.networks for output in range(k, targets, len(self.trees))],
                "network_weight": (1 - whole) * share,
                "offset": float((1 - whole) * self.offsets[k] + whole * self.whole_offsets[k]),
            }
            for k, own in enumerate(self.trees)
        ]
        export(path, BATCH, len(self.columns), heads, self.task == "decline", MIX.get(self.task), courses)


def scorer_of(name, task, seed):
    members, path = Members(name, task), OUT / f"{name}.onnx"
    members.export(path)
    content = packed_bytes(onnx.load_model(path))
    path.write_bytes(content)
    sha256 = keep_block(content, MODELS / "blocks")
    rows = probe_rows(len(members.columns), seed)
    probe = blended(members.parts(rows), task)
    write_probe(name, {"values": np.nan_to_num(rows), "known": ~np.isnan(rows)}, {"logits": probe})
    tables = table_of(task)
    teaching = ~set_aside(task, tables.extra) & (tables.extra.get("hour", 48) == 48)  # of 2012 the hour that is served; 2019 tells no such hour
    usual = usual_of(tables, np.flatnonzero(teaching), members.columns, members.made)
    print(f"{name}: {len(content):,} bytes, {len(members.columns)} columns, {sha256[:12]}", flush=True)
    return {"id": SCORER[task], "block": sha256, "batch": BATCH, "heads": HEADS[task], "modalities": ["vitals", "labs"], "columns": members.columns, "derived": members.made, "cumulative": task == "decline", "usual": usual, "probe": [[round(float(v), 6) for v in row] for row in probe]}


ANSWERED = [head for heads in HEADS.values() for head in heads]


def trained_on():
    """What the scorers learned from, by the tensors that taught them."""
    sha256 = lambda name: hashlib.sha256((OUT / name).read_bytes()).hexdigest()
    return [
        {"name": "PhysioNet/CinC Challenge 2019, training set A (part)", "licence": "CC BY 4.0", "use": "encoder of signs, fusion head, table scorers of decline and sepsis, their calibration", "sha256": sha256("sepsis.npz")},
        {"name": "PhysioNet/CinC Challenge 2012, sets A and B (part)", "licence": "ODC-By 1.0", "use": "table scorer of death in hospital, its calibration", "sha256": sha256("mortality.npz")},
    ]


def main():
    options = arguments()
    seed_everything(options.seed)
    rng = np.random.default_rng(options.seed)
    active = json.loads((MODELS / "active.json").read_text())["current"]
    base = json.loads((MODELS / active / "manifest.json").read_text())
    bundle, ending = (f"{ID}-quiet", "-quiet") if options.quiet else (ID, "")
    scorers, calibrations, metrics = [], [], []
    for task in HEADS:
        scorers.append(scorer_of(f"{task}{ending}", task, base["probe"]["seed"]))
        oof = dict(np.load(OUT / f"{task}{ending}.oof.npz"))
        own, figures = calibrations_of(bundle, task, oof, rng)
        calibrations += own
        metrics += figures
        for figure in figures:
            print(figure["head"], "+".join(figure["pattern"]), figure["name"], figure["value"])
    landmarks = [entry for entry in calibrations if "-at-" in entry["head"]]
    ours = lambda entry: entry["head"] in ANSWERED and entry["pattern"] in PATTERNS.values()
    kept = [dict(entry, id=entry["id"].replace(f"{active}/", f"{bundle}/")) for entry in base["calibrations"] if not ours(entry)]
    manifest = {
        **base, "id": bundle, "created": CREATED, "title": QUIET_TITLE if options.quiet else TITLE, "intendedUse": INTENDED,
        "scorers": scorers,
        "views": [{"modality": "chest-imaging", "most": 4}],  # films of one study are read as one
        "calibrations": [entry for entry in calibrations if "-at-" not in entry["head"]] + kept,
        "landmarks": landmarks,
        "thresholds": {**base["thresholds"], **THRESHOLDS},
        "preprocessing": {**base["preprocessing"], "labs": "LOINC and UCUM to canonical units; nineteen numbers per analyte counted back from the question, at most 48 hours", "tables": "signs and labs as named numbers with what is known beside them, after age, sex and hours in hospital before the unit; derived columns after the coalition is decided; for death in hospital also what each signal was in each of 48 hours, carried on inside the block"},
        "training": [*[item for item in base["training"] if not item["name"].startswith("PhysioNet")], *trained_on()],
        "metrics": metrics + [metric for metric in base["metrics"] if metric["head"].split("-at-")[0] not in ANSWERED or metric["pattern"] not in PATTERNS.values()],
    }
    folder = MODELS / bundle
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=1, allow_nan=False) + "\n")
    (folder / "model-card.md").write_text(card_of_tables(manifest))


if __name__ == "__main__":
    main()
