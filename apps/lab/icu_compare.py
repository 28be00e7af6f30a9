"""Beside the ensemble, on the same folds: plain boosting, the same trees without sampling features, and learning curves.

Run: npm run lab -- icu_compare --task decline|sepsis|mortality [--part 0..4|hour|balanced|gather|aside]      after: npm run lab -- icu --task ...
Writes predictions/icu-<task>.npz: logits by row of the tensors, no label and no input. `npm run lab -- icu_report` turns them into
figures without training.

Plain boosting is what the reference describes: a histogram GBM on every column, negatives thinned, rounds chosen on patients of its own
training part. It sees no copy with hidden labs, no bag and no network.

`--part aside` alone looks at patients set aside: plain boosting of everybody who may teach beside the shipped members, to say how hard those
patients are. It only prints; nothing is chosen by it.

References: Ke et al. 2017 (LightGBM); Figueroa et al. 2012 (learning curves).
"""
import time

import lightgbm as lgb
import numpy as np

from icu import FOLDS, ROUNDS, TREES, Questions
from icu_blend import HEADS, blended
from icu_bundle import Members
from icu_report import judged
from lab import OUT, PREDICTIONS, arguments, seed_everything
from tables import fold_of, is_hour
from trees import filled, fit_trees

# Config
PLAIN = dict(learning_rate=0.06, num_leaves=31, min_data_in_leaf=60, lambda_l2=1.0, feature_fraction=0.5)
ROUNDS_MOST, PATIENCE = 300, 25
SHARES = (0.125, 0.25, 0.5, 1.0)  # of the teaching patients
AGE_BANDS = (50, 65, 80)  # years
GROUPS_HEAD = {"decline": 1, "sepsis": 0, "mortality": 0}  # the question whose groups are compared


def drawn(q, teach, rng):
    """All rows with an event and so many of the others, as the ensemble's members draw them."""
    kept, offsets = q.draw(q.labels[teach], rng)
    return teach[kept], offsets


def every_column(q):
    """What the reference's boosting reads: all that is measured; hours before the unit for sepsis alone, as elsewhere."""
    return lambda name: not name.startswith("derived/") and not is_hour(name) and (q.task == "sepsis" or name != "context/hours-before")


def summaries(q, rows, sampling=True):
    """What the ensemble's trees read, without the hours that its networks read."""
    return filled(q.tables.rows(rows, lambda name: not is_hour(name) and (q.wanted(name) if sampling else q.wanted(name, sampling=False)))[0])


def plain_boosting(x, y, patient, seed):
    """Rounds are chosen on a fifth of the training patients, then all of them teach."""
    inner = fold_of(patient, 5) == seed % 5
    params = dict(objective="binary", verbose=-1, num_threads=1, max_bin=63, use_missing=False, deterministic=True, force_col_wise=True, seed=seed, **PLAIN)
    trial = lgb.train(params, lgb.Dataset(x[~inner], y[~inner]), ROUNDS_MOST, valid_sets=[lgb.Dataset(x[inner], y[inner])], callbacks=[lgb.early_stopping(PATIENCE, verbose=False)])
    return lgb.train(params, lgb.Dataset(x, y), max(10, trial.best_iteration))


def compared(q, part):
    begin, heads = time.time(), HEADS[q.task]
    rng = np.random.default_rng(q.seed)
    teach = np.flatnonzero(q.teaching & (q.fold != part))
    ask = np.flatnonzero(q.fold[q.rows] == part)
    kept, offsets = drawn(q, teach, rng)
    x, names, _, _ = q.tables.rows(kept, every_column(q))
    asked_x = filled(q.tables.rows(q.rows[ask], every_column(q))[0])
    own, own_asked = [summaries(q, rows) for rows in (kept, q.rows[ask])]
    quiet, quiet_asked = [summaries(q, rows, sampling=False) for rows in (kept, q.rows[ask])]
    x, labels, patient = filled(x), q.labels[kept], q.patient[kept]
    out = {name: np.zeros((len(ask), len(heads)), np.float32) for name in ("boosting", "single", "quiet")}
    curve = np.zeros((len(ask), len(heads), len(SHARES)), np.float32)
    people = np.unique(patient)
    order = np.random.default_rng(part).permutation(people)
    for head in range(len(heads)):
        asked = labels[:, head] >= 0
        fit = lambda columns, pick=slice(None): fit_trees(columns[asked][pick], labels[asked, head][pick], None, TREES[q.task], ROUNDS[q.task], q.seed)
        out["boosting"][:, head] = plain_boosting(x[asked], labels[asked, head], patient[asked], q.seed + part).predict(asked_x, raw_score=True) + offsets[head]
        out["single"][:, head] = fit(own).predict(own_asked, raw_score=True) + offsets[head]
        out["quiet"][:, head] = fit(quiet).predict(quiet_asked, raw_score=True) + offsets[head]
        for at, share in enumerate(SHARES):
            seen = np.isin(patient[asked], order[: int(share * len(order))])
            curve[:, head, at] = out["single"][:, head] if share == 1 else fit(own, seen).predict(own_asked, raw_score=True) + offsets[head]
    np.savez(OUT / f"{q.task}.compared{part}.npz", ask=ask, curve=curve, **out)
    print(f"{q.task} fold {part}: {len(names)} columns for plain boosting, {time.time() - begin:.0f} s", flush=True)


def with_hour(q):
    """Sepsis alone: the same trees with the ICU hour as one more column, to show that served rows hardly gain by it."""
    out = np.zeros(len(q.rows), np.float32)
    for part in range(FOLDS):
        kept, offsets = drawn(q, np.flatnonzero(q.teaching & (q.fold != part)), np.random.default_rng(q.seed))
        ask = np.flatnonzero(q.fold[q.rows] == part)
        x, asked_x = [np.c_[summaries(q, rows), q.hour[rows].astype(np.float32)] for rows in (kept, q.rows[ask])]
        out[ask] = fit_trees(x, q.labels[kept, 0], None, TREES[q.task], ROUNDS[q.task], q.seed).predict(asked_x, raw_score=True) + offsets[0]
    np.save(OUT / "sepsis.hour.npy", out)


def groups_of(q, rows):
    """Sex x age band of each row; -1 where one of them is not recorded."""
    age, male = np.array(q.tables.values[rows, 0]), np.array(q.tables.values[rows, 1])
    group = 2 * np.digitize(age, AGE_BANDS) + (male == 1)
    return np.where(np.isnan(age) | np.isnan(male), -1, group)


def balanced(q):
    """The mitigation that was tried: every sex x age band teaches with the same total weight of events, and of others."""
    head, out = GROUPS_HEAD[q.task], np.zeros(len(q.rows), np.float32)
    for part in range(FOLDS):
        kept, offsets = drawn(q, np.flatnonzero(q.teaching & (q.fold != part)), np.random.default_rng(q.seed))
        ask, labels = np.flatnonzero(q.fold[q.rows] == part), q.labels[kept, head]
        cell = 2 * (groups_of(q, kept) + 1) + (labels == 1)
        size = np.bincount(cell, minlength=2)
        weight = 1 / size[cell]
        for event in (0, 1):
            own = labels == event
            weight[own] *= own.sum() / weight[own].sum()
        asked = labels >= 0
        x, asked_x = [summaries(q, rows) for rows in (kept, q.rows[ask])]
        out[ask] = fit_trees(x[asked], labels[asked], weight[asked], TREES[q.task], ROUNDS[q.task], q.seed).predict(asked_x, raw_score=True) + offsets[head]
    np.savez(OUT / f"{q.task}.balanced.npz", balanced=out, group=groups_of(q, q.rows))


def gather(q):
    """With the logits of the ensemble's parts; half precision keeps three digits of a logit. No label is stored: the weight of a drawn row without the event is one number."""
    parts = [dict(np.load(OUT / f"{q.task}.compared{part}.npz")) for part in range(FOLDS)]
    order = np.argsort(np.concatenate([part["ask"] for part in parts]))
    out = {name: np.concatenate([part[name] for part in parts])[order].astype(np.float16) for name in parts[0] if name != "ask"}
    if q.task == "sepsis":
        out["withHour"] = np.load(OUT / "sepsis.hour.npy").astype(np.float16)[:, None]
    out["balanced"] = np.load(OUT / f"{q.task}.balanced.npz")["balanced"].astype(np.float16)
    oof = np.load(OUT / f"{q.task}.oof.npz")
    out |= {name: oof[name].astype(np.float16) for name in oof.files if name.startswith(("trees", "network", "whole"))}
    quiet = OUT / f"{q.task}-quiet.oof.npz"
    if quiet.exists():  # the variant without sampling features, as it would answer
        out["withoutSampling"] = blended(np.load(quiet), q.task).astype(np.float16)
    np.savez_compressed(PREDICTIONS / f"icu-{q.task}.npz", rows=q.rows.astype(np.int32), othersWeight=np.float64(q.weight.max()), shares=np.array(SHARES), **out)


def aside(q):
    kept, offsets = drawn(q, np.flatnonzero(q.teaching), np.random.default_rng(q.seed))
    rows = np.flatnonzero(q.aside)
    x, asked_x = [filled(q.tables.rows(own, every_column(q))[0]) for own in (kept, rows)]
    ensemble = blended(Members(q.name, q.task).parts(q.tables.rows(rows, q.wanted)[0]), q.task)
    for k, head in enumerate(HEADS[q.task]):
        taught, asked = q.labels[kept, k] >= 0, q.labels[rows, k] >= 0
        boosting = plain_boosting(x[taught], q.labels[kept, k][taught], q.patient[kept][taught], q.seed).predict(asked_x, raw_score=True) + offsets[k]
        scores = {"ensemble": ensemble[asked, k], "boosting": boosting[asked]}
        print(head, *judged(q.labels[rows, k][asked], scores, np.ones(asked.sum()), q.patient[rows][asked], [("ensemble", "boosting")], np.random.default_rng(q.seed)), flush=True)


def main():
    options = arguments()
    seed_everything(options.seed)
    questions = Questions(options)
    for part in range(FOLDS) if options.part is None else [int(options.part)] if options.part.isdigit() else []:
        compared(questions, part)
    if questions.task == "sepsis" and options.part in (None, "hour"):
        with_hour(questions)
    if options.part in (None, "balanced"):
        balanced(questions)
    if options.part in (None, "gather"):
        gather(questions)
    if options.part == "aside":
        aside(questions)


if __name__ == "__main__":
    main()
