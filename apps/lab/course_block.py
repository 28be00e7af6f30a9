"""A network over the hours of every signal: carries values on, tells how old they are, and looks back through widening convolutions.

Shapes: b rows, c signals, t hours (oldest first), w width.

References: Che et al. 2018 (value, mask and time since); Bai et al. 2018 (causal convolutions that widen); Dauphin et al. 2017 (gated units).
"""
import torch
import torch.nn.functional as F
from torch import nn

HIDDEN_CELL = 0.1  # share of the inputs that the first layer does not see while it learns; the last one sees them
ASKED = 2  # first outcomes, the question and the nearest to it; the others are taught alone
HOURS = 48  # of the columns hour-0 to hour-47 of a signal
STRIDES = (1, 2, 4, 8, 16, 32)  # doubling carries a value over 63 hours


def earlier(x, hours):  # [b, c, t] -> what stood so many hours before, 0 before the first
    return F.pad(x[..., :-hours], (hours, 0))


def carried(z, known):  # [b, c, t] twice -> values carried on, known or carried, hours since measured
    since = known * 0  # a tensor of zeros would stand in the block
    for stride in STRIDES:
        here = known > 0.5
        z, since = torch.where(here, z, earlier(z, stride)), torch.where(here, since, earlier(since, stride) + stride)
        known = torch.maximum(known, earlier(known, stride))
    return z * known, known, since


class Norm(nn.Module):
    """Layer norm over the channels of each hour alone, so that no hour knows of another."""

    def __init__(self, width):
        super().__init__()
        self.scale, self.shift = nn.Parameter(torch.ones(width, 1)), nn.Parameter(torch.zeros(width, 1))

    def forward(self, x):  # [b, w, t]
        moved = x - x.mean(1, keepdim=True)
        return moved / torch.sqrt((moved * moved).mean(1, keepdim=True) + 1e-5) * self.scale + self.shift


class Look(nn.Module):
    """One look back over three hours that lie `gap` apart."""

    def __init__(self, width, gap, dropout):
        super().__init__()
        self.reach, self.norm, self.drop = 2 * gap, Norm(width), nn.Dropout(dropout)
        self.back, self.out = nn.Conv1d(width, 2 * width, 3, dilation=gap), nn.Conv1d(width, width, 1)

    def forward(self, x, begun):  # [b, w, t], [b, 1, t]
        value, gate = self.back(F.pad(self.norm(x) * begun, (self.reach, 0))).chunk(2, 1)
        return x + self.drop(self.out(value * torch.sigmoid(gate)))


class CourseNet(nn.Module):
    """
    centre, spread, logged [c]: of the signals' values, or of their logarithms where `logged`; of age and sex in `context` [2, 2].
    heads: outcomes, as logits; sides: numbers that are taught beside them and never leave the lab.
    sampling: whether it is told when somebody measured, or what was known alone.
    """

    def __init__(self, scales, context, *, width, looks, dropout, heads, sides, sampling):
        super().__init__()
        centre, spread, logged = scales
        self.register_buffer("centre", torch.tensor(centre)[:, None]), self.register_buffer("spread", torch.tensor(spread)[:, None])
        self.register_buffer("logged", torch.tensor(logged)[:, None]), self.register_buffer("context", torch.tensor(context))
        self.signals, self.sampling = len(centre), sampling
        inputs = self.signals * (3 if sampling else 2) + 4
        self.enter = nn.Conv1d(inputs, width, 1)
        self.looks = nn.ModuleList([Look(width, 2**look, dropout) for look in range(looks)])
        self.norm = Norm(width)
        self.meet = nn.Sequential(nn.Conv1d(2 * width + inputs, width, 1), nn.ReLU(), nn.Dropout(dropout))
        self.heads, self.sides = nn.Conv1d(width, heads, 1), nn.Conv1d(width, sides, 1)
        nn.init.constant_(self.heads.bias, -1.5)

    def inputs(self, values, known):  # [b, 2 + c x t] twice, age and sex first, newest hours first -> [b, inputs, t], [b, 1, t] whether the record has begun
        told = known > 0.5
        values, flag = torch.where(told, values, torch.tensor(1.0)), told.float()
        raw, seen = (part[:, 2:].reshape(-1, self.signals, HOURS).flip(2) for part in (values, flag))  # oldest first
        raw = torch.where(self.logged > 0.5, torch.log(raw.clamp(min=0.01)), raw)
        z, kept, since = carried(((raw - self.centre) / self.spread).clamp(-4, 4) * seen, seen)
        about = ((values[:, :2] - self.context[0]) / self.context[1]).clamp(-4, 4) * flag[:, :2]
        steady = torch.cat([about, flag[:, :2]], 1)[:, :, None].expand(-1, -1, HOURS)
        course = [z, seen, kept / (1 + since)] if self.sampling else [z, kept]
        return torch.cat([*course, steady], 1), kept.amax(1, keepdim=True)

    def every_hour(self, x, begun):  # [b, inputs, t], [b, 1, t] -> [b, w, t]: what is known of the patient at each hour
        h = self.enter(nn.functional.dropout(x, HIDDEN_CELL, self.training))
        for look in self.looks:
            h = look(h, begun)
        h = self.norm(h) * begun
        mean = torch.cumsum(h, 2) / torch.cumsum(begun, 2).clamp(min=1)
        return self.meet(torch.cat([h, mean, x], 1))

    def forward(self, values, known):  # -> [b, ASKED] at the question
        return self.heads(self.every_hour(*self.inputs(values, known)))[:, :ASKED, -1]
