"""Training of the benchmark's networks: adapters, alignment, fusion on every subset at once, ensemble, distillation."""
import time

import numpy as np
import torch
from torch.nn import functional as F

from benchmark_blocks import COLUMNS, HEADS, MEMBERS, SOURCES, TOKENS, Adapter, BenchmarkFusion, alignment_loss

# Config
SUBSETS = [[(bits >> place) & 1 for place in range(3)] for bits in range(8)]  # in the order of the product's coalitions
WARM = 0.35  # share of the steps that see all sources only: what two sources mean together is found there, a hundred times cheaper
WARM_BATCH = 2
HEAD_WEIGHT = torch.tensor([2.0, 3.0, 1.0, 1.0, 1.0, 3.0, 3.0])
# The sum of a batch over all subsets; sets of sources count for more where they can say more.
SUBSET_WEIGHT = torch.tensor([0.3, 1.0, 1.0, 1.5, 1.0, 1.5, 1.5, 2.5])
KINSHIP = 0.1
ALIGN = 0.15  # weight of the contrastive loss
DISTIL = 0.1
DROP_TOKEN = 0.1  # in one of four batches, so that leaving a token out later is nothing new
LEARNING_RATE = 6e-3
WEIGHT_DECAY = 0.005
AVERAGE = 0.985  # of the weights: the last steps' noise would otherwise be the largest part of a contribution's error
BALANCE = 0.5  # how strongly a source whose own head is far ahead is slowed (OGM-GE, Peng et al. 2022)


class Part:
    """One part of the tensors, as torch tensors."""

    def __init__(self, data, name: str):
        self.sources = [torch.from_numpy(data[f"{name}_{source}"]) for source in SOURCES]
        self.age = torch.from_numpy(data[f"{name}_age"]).flatten(1)  # [n, 9]
        self.measured = torch.from_numpy(data[f"{name}_measured"]).float()  # [n, 3]
        self.labels = torch.from_numpy(data[f"{name}_labels"]).long()  # [n, heads]
        found = torch.from_numpy(data[f"{name}_findings"]).long()  # [n, 2]
        self.classes = found[:, 0] * 2 + found[:, 1]

    def __len__(self):
        return len(self.age)


class Model(torch.nn.Module):
    """Adapters and fusion together."""

    def __init__(self):
        super().__init__()
        self.adapters = torch.nn.ModuleList(Adapter(COLUMNS[source]) for source in SOURCES)
        self.fusion = BenchmarkFusion()
        self.scale = torch.nn.Parameter(torch.tensor(2.0))

    def adapt(self, part, rows):
        made = [adapter(x[rows]) for adapter, x in zip(self.adapters, part.sources)]
        return torch.cat([tokens for tokens, _ in made], 1), [latent for _, latent in made]


def slots_of(subset):
    return torch.tensor(subset, dtype=torch.float32).repeat_interleave(TOKENS, -1)  # [..., 9]


def loss_of(logits, labels, weight=1.0):  # [batch, heads], [batch, heads] with -1 where the question is not asked
    counted = (labels >= 0).float() * weight
    return (F.binary_cross_entropy_with_logits(logits, labels.clamp(min=0).float(), reduction="none") * counted).sum() / counted.sum().clamp(min=1)


def member_loss(members, labels, weight, draw):  # [batch, members, heads]; draw [batch, members]: how often each member's bootstrap drew the row
    counted = ((labels >= 0).float() * weight).unsqueeze(1) * draw.unsqueeze(-1)
    target = labels.clamp(min=0).float().unsqueeze(1).expand_as(members)
    return (F.binary_cross_entropy_with_logits(members, target, reduction="none") * counted).sum() / counted.sum().clamp(min=1)


def distil_loss(spread, members):
    """The single head learns how far apart the members are."""
    return (spread.log() - (members.detach().std(1) + 1e-3).log()).pow(2).mean()


def balance(model, losses):
    """Slows the adapter of a source whose own heads are ahead of the others', from the losses of the three single-source subsets."""
    good = torch.tensor([1 / max(float(each), 1e-3) for each in losses])
    for place, adapter in enumerate(model.adapters):
        ahead = float(good[place] / good[[other for other in range(3) if other != place]].mean())
        if ahead > 1:
            for parameter in adapter.bent.parameters():
                parameter.grad.mul_(1 - np.tanh(BALANCE * (ahead - 1)))


def train(part, steps: int, batch: int, seed: int, say=print, subsets=SUBSETS, weights=SUBSET_WEIGHT, kinship=KINSHIP):
    """@returns the model with averaged weights. `subsets`: what every batch after the warm-up is evaluated on, all at once."""
    rng = torch.Generator().manual_seed(seed)
    torch.manual_seed(seed)
    model = Model()
    averaged = {name: value.detach().clone() for name, value in model.state_dict().items()}
    optimiser = torch.optim.AdamW(model.parameters(), LEARNING_RATE, weight_decay=WEIGHT_DECAY, betas=(0.9, 0.99))
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, LEARNING_RATE, total_steps=steps, pct_start=0.1, final_div_factor=300)
    draws = torch.poisson(torch.ones(len(part), MEMBERS), generator=rng)
    order, used, began, total = torch.randperm(len(part), generator=rng), 0, time.time(), 0.0
    for step in range(steps):
        warm = step < WARM * steps
        # The empty set says one number, which a batch in four is enough to learn.
        first = 0 if step % 4 == 0 else 1
        seen, weight, size = ([subsets[-1]], weights[-1:], WARM_BATCH * batch) if warm else (subsets[first:], weights[first:], batch)
        rows, used = order[torch.arange(used, used + size) % len(part)], used + size
        many = len(seen)
        tokens, latents = model.adapt(part, rows)
        mask = slots_of(seen).repeat_interleave(size, 0)  # subsets one after the other
        if step % 4 == 0:
            mask = mask * (torch.rand(mask.shape, generator=rng) >= DROP_TOKEN).float()
        logits, spread, members = model.fusion(tokens.repeat(many, 1, 1), mask, part.age[rows].repeat(many, 1))
        labels = part.labels[rows].repeat(many, 1)
        counts = weight.repeat_interleave(size).unsqueeze(1) * HEAD_WEIGHT
        linked = part.labels[rows, HEADS.index("mislink")] == 0
        align = alignment_loss([latent[linked] for latent in latents], part.classes[rows][linked], model.scale, kinship)
        loss = member_loss(members, labels, counts, draws[rows].repeat(many, 1)) + DISTIL * distil_loss(spread, members) + ALIGN * align
        optimiser.zero_grad()
        loss.backward()
        singles = [at for at, subset in enumerate(seen) if sum(subset) == 1]
        if len(singles) == 3:
            with torch.no_grad():
                balance(model, [loss_of(logits[at * size : (at + 1) * size, :1], labels[at * size : (at + 1) * size, :1]) for at in singles])
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        rate = 0.0 if warm else AVERAGE
        for name, value in model.state_dict().items():
            averaged[name].mul_(rate).add_(value, alpha=1 - rate)
        total += float(loss)
        if (step + 1) % 100 == 0 or step + 1 == steps:
            say(f"step {step + 1} loss {total / ((step % 100) + 1):.4f} {time.time() - began:.0f}s", flush=True)
            total = 0.0
    model.load_state_dict(averaged)
    return model.eval()


def answers(model, part, subset=None, rows=None, batch: int = 8192):
    """Logits, spread and members of every row, for one subset or, where it is None, for what was measured."""
    rows = torch.arange(len(part)) if rows is None else rows
    seen = []
    with torch.no_grad():
        for some in rows.split(batch):
            tokens, _ = model.adapt(part, some)
            mask = slots_of(subset).expand(len(some), -1) if subset is not None else part.measured[some].repeat_interleave(TOKENS, 1)
            seen.append(model.fusion(tokens, mask, part.age[some]))
    return [torch.cat(each).numpy() for each in zip(*seen)]
