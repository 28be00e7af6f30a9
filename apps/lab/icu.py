"""Intensive care: boosted trees and networks over signs and labs, for decline, sepsis and death in hospital.

Run: npm run lab -- icu --task decline|sepsis|mortality [--smoke] [--seed N] [--quiet] [--part 0..4|gather|ship]      needs work/sepsis.npz and work/mortality.npz
`--quiet` leaves out how often and how long ago somebody measured; its files are named `<task>-quiet`.
Data: PhysioNet/CinC Challenge 2019 set A (CC BY 4.0), 2012 sets A and B (ODC-By 1.0). Folds and splits by patient.

What is written to work/: `<task>.pkl` (models fitted on all patients that may teach) and `<task>.oof.npz` (logits of every patient by
models that never saw the patient): calibration, conformal quantiles and thresholds come from the latter alone.

References: Caruana 1997 (related outcomes as further targets); Ke et al. 2017 (LightGBM); Reyna et al. 2020; Silva et al. 2012; arXiv 2509.18284 (training on subsets of modalities).
"""
import pickle
import time

import numpy as np

from courses import EPOCHS as COURSE_EPOCHS
from courses import course_places, fit_course, networks_say
from icu_blend import HEADS
from lab import OUT, arguments, auroc, seed_everything
from tables import HORIZONS, fold_of, held_ahead, set_aside, table_of, table_width, wanted_2012, wanted_decline, wanted_sepsis
from trees import filled, fit_network, fit_trees, masked

# Config
TREES = {
    "decline": dict(learning_rate=0.06, num_leaves=8, min_data_in_leaf=150, feature_fraction=0.25, bagging_fraction=0.7, bagging_freq=1, lambda_l2=10),
    "sepsis": dict(learning_rate=0.06, num_leaves=6, min_data_in_leaf=150, feature_fraction=0.2, bagging_fraction=0.6, bagging_freq=1, lambda_l2=20),
    "mortality": dict(learning_rate=0.04, num_leaves=8, min_data_in_leaf=40, feature_fraction=0.15, bagging_fraction=0.7, bagging_freq=1, lambda_l2=10),
}
RANDOM = dict(extra_trees=True, num_leaves=10)  # every second member: thresholds drawn, not sought; a mean of both kinds ranks better
ROUNDS_RANDOM = {"decline": 1.3, "sepsis": 2.0, "mortality": 1.3}  # drawn thresholds learn more slowly
ROUNDS = {"decline": 130, "sepsis": 130, "mortality": 320}
NEGATIVES = {"decline": 40_000, "sepsis": 50_000}  # of all patients, for each member; the offset puts the prevalence right again
COPY_WEIGHT = {"decline": 0.5, "sepsis": 0.25, "mortality": 0.5}  # of a row with labs hidden; at 1 it cost what is known with labs, without copies signs alone are not learned
OOF_NEGATIVES = 60_000  # rows of the out-of-fold set, weighed back to all hours
SHIPPED = {"decline": 6, "sepsis": 4, "mortality": 6}  # boosters of the shipped mean, each with its own draw of negatives
# What a member is taught: the question (0), or one of the wider outcomes of `targets` that tell of the same illness and are less rare. Members take turns.
AIMS = {"decline": [0, 1, 2], "sepsis": [0], "mortality": [0, 0, 1, 1]}
MILDER = (6, 5)  # partial NEWS2 in two consecutive hours; the event of decline is 7
SOON = 60  # days to death, in hospital or after it
WHOLE = {"decline": 0, "sepsis": 3, "mortality": 0}  # members that never saw hidden labs: they read a row as it was measured, and "no lab yet" as the early hours it stands for
WHOLE_NEGATIVES = 100_000
NETWORKS = {"decline": 2, "sepsis": 2, "mortality": 3}  # over the table; over courses where the table has hours
QUIET = dict(members=3, networks=1, whole=1)  # the variant without sampling features: a smaller ensemble
EPOCHS = {"decline": 6, "sepsis": 5, "mortality": COURSE_EPOCHS}
CHANNEL_DROPOUT = 0.1  # in the copies that hide labs: a sign left out later is nothing new
FOLDS = 5
SEEDS_OUT_OF_FOLD = {"decline": 6, "sepsis": 2, "mortality": 6}


def load(task):
    """Rows that may teach or be asked: labels [n, heads] (-1 = not asked), patient, part (0 may teach, 1 set aside), hour."""
    if task == "mortality":
        tables = table_of(task)
        e = tables.extra
        age = np.array(tables.values[:, 0])
        labels = np.where(age < 18, -1, e["died"])[:, None]
        return tables, labels, e["patient"], set_aside(task, e), e["hour"], wanted_2012
    tables = table_of(task)
    e = tables.extra
    labels = e["decline"] if task == "decline" else e["sepsis"][:, None]
    return tables, labels, e["patient"], set_aside(task, e), e["icuHour"], wanted_decline if task == "decline" else wanted_sepsis


def targets(task, tables, labels, patient):
    """The labels of the questions [n, heads], and beside them wider outcomes that members may be taught: [n, heads x aims], aim by aim."""
    if task == "decline":
        ahead = held_ahead(tables, patient, HORIZONS)
        return np.concatenate([labels, *[np.where(labels < 0, -1, ahead >= level) for level in MILDER]], 1)
    if task == "mortality":
        days = tables.extra["daysToDeath"][:, None]
        return np.concatenate([labels, np.where(labels < 0, -1, (labels == 1) | (days > 0) & (days <= SOON))], 1)
    return labels


def later_targets(tables, rows, taught):
    """What course networks are taught: outcomes [n, 3], death at any time that is recorded last, and numbers beside them [n, 3], NaN where not recorded."""
    e = tables.extra
    ever = (taught[:, 0] == 1) | (e["daysToDeath"][rows] > 0)
    number = lambda name, least, centre, spread, of=lambda x: x: np.where(e[name][rows] >= least, (of(np.maximum(e[name][rows], least).astype(np.float32)) - centre) / spread, np.nan)
    return np.c_[taught, ever], np.stack([number("stayDays", 1, 2.3, 1, np.log), number("saps", 0, 15, 5), number("sofa", 0, 7, 4)], 1)


def copies(values, names, owner, rng):
    """For every row a copy that hides labs and some signs; for few rows one that hides the signs, or everything."""
    hidden = masked(values, owner, ["labs"])
    channel = np.array([name.rsplit("/", 1)[0] for name in names])
    for code in np.unique(channel[owner == "vitals"]):
        drop = rng.random(len(values)) < CHANNEL_DROPOUT
        hidden[np.ix_(drop, channel == code)] = np.nan
    hidden[:, [at for at, name in enumerate(names) if name.startswith("derived/")]] = np.where(rng.random((len(values), 1)) < 0.3, np.nan, hidden[:, [at for at, name in enumerate(names) if name.startswith("derived/")]])
    few = rng.random(len(values))
    return [hidden[few < 0.5], masked(values, owner, ["vitals"])[few > 0.94], masked(values, owner, ["vitals", "labs"])[(few > 0.88) & (few < 0.94)]], [few < 0.5, few > 0.94, (few > 0.88) & (few < 0.94)]


def with_copies(values, labels, names, owner, rng, share):
    parts, picks = copies(values, names, owner, rng)
    weight = np.concatenate([np.ones(len(values)), *[np.full(len(part), share) for part in parts]])
    return np.concatenate([values, *parts]), np.concatenate([labels, *[labels[pick] for pick in picks]]), weight


class Model:
    """
    Boosters per head and one network over all targets; logits on the scale of the drawn rows, less the offset of the draw. A member that was taught a
    wider outcome gives a higher logit: what is kept of it is how it ranks, the calibration makes the probability.
    whole: seeds of the members that learn from rows as they were measured alone.
    """

    def __init__(self, task, seeds, whole, networks, sampling):
        self.task, self.seeds, self.whole_seeds, self.most_networks, self.sampling = task, seeds, whole, networks, sampling
        self.heads = len(HEADS[task])
        self.boosters, self.networks, self.offsets = [[] for _ in HEADS[task]], [], []

    def fit(self, tables, rows, taught, *, wanted, draw):  # rows [n] of the file, taught [n, heads x aims]
        labels, aims = taught[:, : self.heads], AIMS[self.task]
        for place, seed in enumerate(self.seeds):
            rng = np.random.default_rng(seed)
            # Every member sees every patient: the learning curve is steep, and leaving out a fifth cost more than diversity gave.
            kept, offsets = draw(labels, rng)
            values, self.names, self.owner, self.made = tables.rows(rows[kept], wanted)
            table = slice(0, table_width(self.names))
            x, y, weight = with_copies(values[:, table], taught[kept], self.names[table], self.owner[table], rng, COPY_WEIGHT[self.task])
            full = filled(x)
            for head in range(self.heads):
                own = y[:, head + self.heads * aims[place % len(aims)]]
                asked = own >= 0
                self.boosters[head].append(self.member(full[asked], own[asked], weight[asked], seed))
            if len(self.networks) < self.most_networks:
                self.networks.append(self.network(values, taught[kept], (x, y, weight), seed, tables, rows[kept]))
            self.offsets.append(offsets)
        self.offsets = np.mean(self.offsets, 0)
        self.fit_whole(tables, rows, labels, wanted)
        return self

    def network(self, values, taught, copied, seed, tables, rows):
        if not course_places(self.names):
            return fit_network(*copied, seed, EPOCHS[self.task])
        return fit_course(values, self.names, self.owner, later_targets(tables, rows, taught), seed=seed, sampling=self.sampling, epochs=EPOCHS[self.task])

    def fit_whole(self, tables, rows, labels, wanted):
        """Members that never saw hidden labs; more rows without the event, because they need no copies of them."""
        self.whole, offsets = [[] for _ in HEADS[self.task]], []
        for seed in self.whole_seeds:
            kept, offset = thinned(WHOLE_NEGATIVES)(labels, np.random.default_rng(1000 + seed))
            x, y = filled(tables.rows(rows[kept], wanted)[0]), labels[kept]
            for head in range(self.heads):
                asked = y[:, head] >= 0
                self.whole[head].append(self.member(x[asked], y[asked, head], None, seed))
            offsets.append(offset)
        self.whole_offsets = np.mean(offsets, 0) if offsets else np.zeros(self.heads)

    def member(self, x, y, weight, seed):
        random = seed % 2 == 0
        options = {**TREES[self.task], **RANDOM} if random else TREES[self.task]
        return fit_trees(x, y, weight, options, int(ROUNDS[self.task] * (ROUNDS_RANDOM[self.task] if random else 1)), seed)

    def logits(self, values):  # [n, c] -> trees [n, heads], network [n, heads], both with the offset
        full = filled(values[:, : table_width(self.names)])
        trees = np.stack([np.mean([booster.predict(full, raw_score=True) for booster in own], 0) for own in self.boosters], 1)
        return trees + self.offsets, networks_say(self.networks, values, self.names, self.heads) + self.offsets

    def whole_logits(self, values):  # [n, c] -> [n, heads]
        return np.stack([np.mean([booster.predict(filled(values), raw_score=True) for booster in own], 0) for own in self.whole], 1) + self.whole_offsets


def thinned(negatives):
    """All rows with any event, and so many of the others; the offset of each head says how much rarer events are among all rows."""

    def draw(labels, rng):
        event = (labels == 1).any(1)
        others = np.flatnonzero(~event)
        kept = np.sort(np.concatenate([np.flatnonzero(event), rng.choice(others, min(negatives, len(others)), replace=False)]))
        offsets = []
        for head in range(labels.shape[1]):
            odds = lambda y: (y == 1).sum() / max(1, (y == 0).sum())
            offsets.append(np.log(odds(labels[:, head]) / odds(labels[kept, head])))
        return kept, np.array(offsets)

    return draw


def everything(labels, rng):
    return np.arange(len(labels)), np.zeros(labels.shape[1])


class Questions:
    """What one task asks: labels, who may teach, and the rows of the out-of-fold set with the weights that stand for all rows."""

    def __init__(self, options):
        self.task, self.seed, self.quiet = options.task, options.seed, options.quiet
        self.name = f"{self.task}-quiet" if self.quiet else self.task
        self.tables, self.labels, self.patient, aside, self.hour, wanted = load(self.task)
        self.wanted = lambda name, sampling=not options.quiet: wanted(name, sampling)
        asked = (self.labels >= 0).any(1) & ~aside
        self.aside = (self.labels >= 0).any(1) & aside & ((self.hour == 48) | (self.task != "mortality"))
        self.teaching = asked & (self.hour == 48) if self.task == "mortality" else asked
        self.taught = targets(self.task, self.tables, self.labels, self.patient)
        self.fold = fold_of(self.patient, FOLDS)
        self.draw = everything if self.task == "mortality" else thinned(NEGATIVES[self.task])
        event = (self.labels == 1).any(1)
        others = np.flatnonzero(asked & ~event)
        kept = others if self.task == "mortality" else np.random.default_rng(self.seed + 100).choice(others, min(OOF_NEGATIVES, len(others)), replace=False)
        self.rows = np.sort(np.concatenate([np.flatnonzero(asked & event), kept]))
        self.weight = np.where(event[self.rows], 1.0, len(others) / len(kept))

    def fitted(self, teach, members):
        seeds = lambda count: [self.seed + k for k in range(count)]
        whole, networks = (min(QUIET["whole"], WHOLE[self.task]), QUIET["networks"]) if self.quiet else (WHOLE[self.task], NETWORKS[self.task])
        return Model(self.task, seeds(members), seeds(whole), networks, sampling=not self.quiet).fit(self.tables, teach, self.taught[teach], wanted=self.wanted, draw=self.draw)


def out_of_fold(questions, part):
    """Logits of the rows of one fold by models that saw none of its patients."""
    q, begin = questions, time.time()
    model = q.fitted(np.flatnonzero(q.teaching & (q.fold != part)), QUIET["members"] if q.quiet else SEEDS_OUT_OF_FOLD[q.task])
    ask = np.flatnonzero(q.fold[q.rows] == part)
    kinds = ("trees", "network", "treesVitals", "networkVitals", *(["whole", "wholeVitals"] if model.whole_seeds else []))
    oof = {name: np.zeros((len(ask), q.labels.shape[1])) for name in kinds}
    has_labs = np.zeros(len(ask), bool)
    for at in np.array_split(np.arange(len(ask)), max(1, len(ask) // 20_000)):
        values, _, owner, _ = q.tables.rows(q.rows[ask[at]], q.wanted)
        oof["trees"][at], oof["network"][at] = model.logits(values)
        oof["treesVitals"][at], oof["networkVitals"][at] = model.logits(masked(values, owner, ["labs"]))
        has_labs[at] = (~np.isnan(values[:, owner == "labs"])).any(1)
        if model.whole_seeds:
            oof["whole"][at], oof["wholeVitals"][at] = model.whole_logits(values), model.whole_logits(masked(values, owner, ["labs"]))
    np.savez(OUT / f"{q.name}.part{part}.npz", ask=ask, hasLabs=has_labs, **oof)
    labels = q.labels[q.rows[ask]]
    print(f"{q.name} fold {part}: " + ", ".join(f"{head} trees {auroc(labels[:, k], oof['trees'][:, k]):.4f} network {auroc(labels[:, k], oof['network'][:, k]):.4f} signs {auroc(labels[:, k], oof['treesVitals'][:, k]):.4f}" for k, head in enumerate(HEADS[q.task])), f"{time.time() - begin:.0f} s", flush=True)


def gather(questions):
    q = questions
    parts = [dict(np.load(OUT / f"{q.name}.part{part}.npz")) for part in range(FOLDS)]
    order = np.argsort(np.concatenate([part["ask"] for part in parts]))
    oof = {name: np.concatenate([part[name] for part in parts])[order] for name in parts[0] if name != "ask"}
    np.savez(OUT / f"{q.name}.oof.npz", rows=q.rows, labels=q.labels[q.rows], weight=q.weight, patient=q.patient[q.rows], hour=q.hour[q.rows], **oof)


def ship(questions):
    q, begin = questions, time.time()
    teach = np.flatnonzero(q.teaching)
    model = q.fitted(teach, QUIET["members"] if q.quiet else SHIPPED[q.task])
    written = lambda boosters: [[booster.model_to_string() for booster in own] for own in boosters]
    state = {"names": model.names, "made": model.made, "offsets": model.offsets, "boosters": written(model.boosters), "whole": written(model.whole), "wholeOffsets": model.whole_offsets, "networks": model.networks, "patients": int(len(np.unique(q.patient[teach])))}
    (OUT / f"{q.name}.pkl").write_bytes(pickle.dumps(state))
    print(f"{q.name}: {len(model.names)} columns, {len(teach)} rows, {time.time() - begin:.0f} s", flush=True)


def shrink():
    """For a trial: few rounds, one member a fold, one epoch."""
    for task in HEADS:
        ROUNDS[task], EPOCHS[task], SHIPPED[task], SEEDS_OUT_OF_FOLD[task] = 8, 1, 2, 1
    QUIET["members"] = 1


def main():
    options = arguments()
    seed_everything(options.seed)
    if options.smoke:
        shrink()
    questions = Questions(options)
    for part in range(FOLDS) if options.part is None else [int(options.part)] if options.part.isdigit() else []:
        out_of_fold(questions, part)
    if options.part in (None, "gather"):
        gather(questions)
    if options.part in (None, "ship"):
        ship(questions)


if __name__ == "__main__":
    main()
