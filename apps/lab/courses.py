"""Networks over the course of every signal: how they are fitted, and what they say. `icu` makes them members of its ensemble.

Every patient teaches at seven hours of the two days at once: a network is causal, so what it says at hour 24 has seen nothing later.

References: Bai et al. 2018; Caruana 1997 (related targets); Loshchilov and Hutter 2019 (AdamW); Smith 2018 (one cycle).
"""
import numpy as np
import torch
from torch import nn

from course_block import HOURS, CourseNet
from course_export import halved
from icu_blend import over_aims
from tables import is_hour
from trees import network_logits, scale

# Config
WIDTH, LOOKS, DROPOUT = 48, 5, 0.4
EPOCHS, BATCH, RATE, DECAY = 14, 32, 3e-3, 0.05
TEACHING_HOURS = {48: 1.0, 42: 0.5, 36: 0.5, 30: 0.5, 24: 0.5, 18: 0.5, 12: 0.5}  # hour -> weight
SIDE_WEIGHT = 0.3  # of the numbers that are taught beside the outcomes
HIDDEN_SIGNAL, HIDDEN_LABS = 0.15, 0.2  # of signals, of patients whose labs are all hidden
CONTEXT = ("context/age", "context/male")  # first two columns of every table
SKEWED = {"9187-6", "1920-8", "1742-6", "6768-6", "3094-0", "2160-0", "1975-2", "2345-7", "2524-7", "10839-9", "6598-7", "6690-2", "777-3"}  # read as logarithms


def course_places(names):
    """Columns of a row that a network reads: age, sex, and the hours of each signal, newest first. Empty where a table has no hours."""
    hours = [place for place, name in enumerate(names) if is_hour(name)]
    if hours and tuple(names[: len(CONTEXT)]) != CONTEXT:
        raise SystemExit(f"a table with hours begins with {CONTEXT}")
    return [0, 1, *hours] if hours else []


def scales_of(values, signals):  # [n, 2 + c x t] -> (centre, spread, logged) of the signals, context [2, 2]
    raw = values[:, 2:].reshape(len(values), len(signals), HOURS)
    logged = np.array([signal in SKEWED for signal in signals])
    raw = np.where(logged[:, None], np.log(np.maximum(raw, 0.01)), raw)
    return (*scale(raw, (0, 2)), logged.astype(np.float32)), np.stack(scale(values[:, :2], 0))


def hidden(known, labs, rng):  # [n, 2 + c x t], changed in place: what a patient might not have had measured
    course = known[:, 2:].reshape(len(known), len(labs), HOURS)
    course *= (rng.random(course.shape[:2]) >= HIDDEN_SIGNAL)[:, :, None]
    course[np.ix_(rng.random(len(known)) < HIDDEN_LABS, labs)] = 0
    return known


def by_hour(said, target, loss):  # [b, k, hours], [b, k] with NaN where it is not recorded -> [b, k, hours]
    known = ~torch.isnan(target)[:, :, None].expand_as(said)
    return loss(said, torch.nan_to_num(target)[:, :, None].expand_as(said), reduction="none") * known


def fit_course(values, names, owner, targets, *, seed, sampling, epochs):  # [n, c] with NaN, (outcomes [n, h], numbers [n, s] with NaN)
    """`sampling`: whether the network is told when somebody measured. Returns an evaluated network, its weights rounded to half precision."""
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    places = course_places(names)
    values, signals, labs = np.ascontiguousarray(values[:, places]), [names[place].rsplit("/", 1)[0] for place in places[2::HOURS]], owner[places[2::HOURS]] == "labs"
    scales, context = scales_of(values, signals)
    outcomes, numbers = (torch.from_numpy(part.astype(np.float32)) for part in targets)
    net = CourseNet(scales, context, width=WIDTH, looks=LOOKS, dropout=DROPOUT, heads=outcomes.shape[1], sides=numbers.shape[1], sampling=sampling)
    known, x = (~np.isnan(values)).astype(np.float32), torch.from_numpy(np.nan_to_num(values))
    step, runs = torch.optim.AdamW(net.parameters(), lr=RATE, weight_decay=DECAY), max(1, len(x) // BATCH)
    plan = torch.optim.lr_scheduler.OneCycleLR(step, RATE, total_steps=epochs * runs + 1)
    hours, weight = [hour - 1 for hour in TEACHING_HOURS], torch.tensor(list(TEACHING_HOURS.values()))
    net.train()
    for _ in range(epochs):
        for part in np.array_split(rng.permutation(len(x)), runs):
            inputs, begun = net.inputs(x[part], torch.from_numpy(hidden(known[part], labs, rng)))
            state = net.every_hour(inputs, begun)[:, :, hours]  # [b, w, hours]
            loss = (by_hour(net.heads(state), outcomes[part], nn.functional.binary_cross_entropy_with_logits).mean(1) @ weight).mean() / weight.sum()
            side = by_hour(net.sides(state), numbers[part], nn.functional.smooth_l1_loss).sum(1)
            loss = loss + SIDE_WEIGHT * (side @ weight).mean() / weight.sum()
            step.zero_grad(), loss.backward(), nn.utils.clip_grad_norm_(net.parameters(), 1.0), step.step(), plan.step()
    return halved(net.eval())


def course_logits(net, values, names, batch=512):  # [n, c] with NaN -> [n, ASKED], at the question
    places = course_places(names)
    with torch.no_grad():
        parts = [np.ascontiguousarray(values[at : at + batch][:, places]) for at in range(0, len(values), batch)]
        return np.concatenate([net(torch.from_numpy(np.nan_to_num(part)), torch.from_numpy((~np.isnan(part)).astype(np.float32))).numpy() for part in parts])


def networks_say(networks, values, names, heads):  # [n, c] with NaN -> [n, heads], the mean of all networks and of what each was taught for a question
    says = (lambda net: course_logits(net, values, names)) if course_places(names) else (lambda net: network_logits(net, values))
    return np.mean([over_aims(says(net), heads) for net in networks], 0)
