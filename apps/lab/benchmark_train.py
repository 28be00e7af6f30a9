"""Training of the benchmark's networks: adapters, alignment, fusion on every subset at once, ensemble, distillation.

References
  arXiv 2509.18284: every subset of the sources in every batch, a learned token where one is absent.
  Hinton et al. 2015, distillation; here of the whole into its parts: what a part says is the mean of what the whole would say.
"""
import time

import torch
from torch.nn import functional as F

from benchmark_blocks import COLUMNS, HEADS, MEMBERS, SLOTS, SOURCES, TOKENS, VARIANTS, Adapter, alignment_loss

# Config
SUBSETS = [[(bits >> place) & 1 for place in range(3)] for bits in range(8)]  # in the order of the product's coalitions
BATCH = 400
WARM = 0.15  # share of the steps that see all sources only: what two sources mean together is found there, three times cheaper
# Each batch is read with all sources and with three of the seven smaller sets, drawn anew for each batch by these chances.
PARTS_DRAWN = 3
PART_CHANCE = torch.tensor([0.06, 0.14, 0.14, 0.18, 0.14, 0.18, 0.18])
# A part is taught by what the whole says, from here to there in the training; before by the outcome. The outcome is one draw, what the
# whole says of it is its mean: the same target with a fraction of the noise, and no truth is read.
TAUGHT_FROM, TAUGHT_FULLY = 0.15, 0.45
HEAD_WEIGHT = torch.tensor([5.0, 3.0, 1.5, 1.5, 1.5, 2.0, 2.0])
KINSHIP = 0.1
ALIGN, ALIGN_ROWS = 0.15, 200  # weight of the contrastive loss, and patients of a batch that are set against each other
# The single head that says how far apart the members are learns after all else, from their final weights: while they still move, they lie elsewhere.
DISTIL_STEPS, DISTIL_ROWS, DISTIL_RATE = 2000, 512, 1e-2
PARTS_WEIGHT = 1.5
DROP_TOKEN, DROPPED = 0.15, 0.15  # of the tokens of one patient in seven, so that leaving a token out later is nothing new
LEARNING_RATE = 1e-2
WEIGHT_DECAY = 0.005
AVERAGE = 0.995  # of the weights: the last steps' noise would otherwise be the largest part of a contribution's error


class Part:
    """One part of the tensors, as torch tensors. @param single learn from the first outcome of each patient alone."""

    def __init__(self, data, name: str, single: bool = False):
        self.sources = [torch.from_numpy(data[f"{name}_{source}"]) for source in SOURCES]
        self.age = torch.from_numpy(data[f"{name}_age"]).flatten(1)  # [n, 9]
        self.measured = torch.from_numpy(data[f"{name}_measured"]).float()  # [n, 3]
        self.labels = torch.from_numpy(data[f"{name}_labels"]).to(torch.int8)  # [n, heads]
        # What happens is drawn several times from each patient's hidden state: the share of events is the label with less of its noise.
        self.target = self.labels.clamp(min=0).float() if single else torch.from_numpy(data[f"{name}_events"]).float() / float(data["outcomes"][0])
        found = torch.from_numpy(data[f"{name}_findings"])  # [n, 2]
        self.classes = found[:, 0] * 2 + found[:, 1]

    def __len__(self):
        return len(self.age)


class Model(torch.nn.Module):
    """Adapters and fusion together."""

    def __init__(self, variant: str = "joint"):
        super().__init__()
        self.adapters = torch.nn.ModuleList(Adapter(COLUMNS[source]) for source in SOURCES)
        self.fusion = VARIANTS[variant]()
        self.scale = torch.nn.Parameter(torch.tensor(2.0))

    def adapt(self, part, rows):
        made = [adapter(x[rows]) for adapter, x in zip(self.adapters, part.sources)]
        return torch.cat([tokens for tokens, _ in made], 1), [latent for _, latent in made]


def slots_of(subset):
    return torch.tensor(subset, dtype=torch.float32).repeat_interleave(TOKENS, -1)  # [..., 9]


def drawn_sets(rng):
    """All sources first, then smaller sets, none twice."""
    drawn = torch.multinomial(PART_CHANCE, PARTS_DRAWN, generator=rng).tolist()
    return torch.tensor([SUBSETS[-1], *(SUBSETS[each] for each in drawn)], dtype=torch.float32)


def member_loss(members, target, counted):  # [rows, members, heads], [rows, heads], [rows, members, heads]
    return (F.binary_cross_entropy_with_logits(members, target.unsqueeze(1).expand_as(members), reduction="none") * counted).sum() / counted.sum().clamp(min=1)


def step_loss(model, part, rows, taught, rng):
    """@param taught how far a part is taught by the whole, 0 to 1; None: no parts at all."""
    batch = len(rows)
    tokens, latents = model.adapt(part, rows)
    lost = (torch.rand(batch, SLOTS, generator=rng) < DROP_TOKEN) & (torch.rand(batch, 1, generator=rng) < DROPPED)
    sets = torch.ones(1, len(SOURCES)) if taught is None else drawn_sets(rng)
    logits, _, members = model.fusion.heads(model.fusion.weigh(model.fusion.see(tokens, (~lost).float(), part.age[rows]), sets))
    labels = part.labels[rows]
    target = part.target[rows]
    # Each member counts each patient as often as its own bootstrap drew them.
    counted = ((labels >= 0).float() * HEAD_WEIGHT).unsqueeze(1) * torch.poisson(torch.ones(batch, MEMBERS), generator=rng).unsqueeze(-1)
    loss = member_loss(members[:batch], target, counted)
    if taught is not None:
        target = (1 - taught) * target + taught * logits[:batch].detach().sigmoid()
        loss = loss + PARTS_WEIGHT * member_loss(members[batch:], target.repeat(PARTS_DRAWN, 1), counted.repeat(PARTS_DRAWN, 1, 1))
    linked = (labels[:, HEADS.index("mislink")] == 0).nonzero()[:ALIGN_ROWS, 0]
    return loss + ALIGN * alignment_loss([latent[linked] for latent in latents], part.classes[rows][linked], model.scale, KINSHIP)


def train(parts, steps: int, seed: int, variant: str = "joint", subsets: bool = True, say=print):
    """One pass over fresh patients. @param parts as many as the steps need. @param subsets False: only complete patients are seen.
    @returns the model with averaged weights."""
    torch.manual_seed(seed)
    model = Model(variant)
    return fit(model, list(model.parameters()), parts, steps, seed, WARM, subsets, say)


def fit(model, weights, parts, steps: int, seed: int, warm: float, subsets: bool = True, say=print):
    """Moves these weights of the model. @param warm share of the steps that see all sources only. @returns the model with those weights averaged."""
    rng = torch.Generator().manual_seed(seed)
    averaged = [value.detach().clone() for value in weights]
    optimiser = torch.optim.AdamW(weights, LEARNING_RATE, weight_decay=WEIGHT_DECAY, betas=(0.9, 0.99), foreach=True)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, LEARNING_RATE, total_steps=steps, pct_start=0.1, final_div_factor=300)
    began, total = time.time(), 0.0
    for step, (part, rows) in zip(range(steps), batches(parts, rng)):
        done = step / steps
        taught = None if done < warm or not subsets else min(1.0, max(0.0, (done - TAUGHT_FROM) / (TAUGHT_FULLY - TAUGHT_FROM)))
        loss = step_loss(model, part, rows, taught, rng)
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(weights, 1.0)
        optimiser.step()
        schedule.step()
        kept = 0.0 if done < warm else AVERAGE
        with torch.no_grad():
            for mean, value in zip(averaged, weights):
                mean.mul_(kept).add_(value, alpha=1 - kept)
        total += float(loss.detach())
        if (step + 1) % 200 == 0 or step + 1 == steps:
            say(f"step {step + 1} loss {total / (step % 200 + 1):.4f} {time.time() - began:.0f}s", flush=True)
            total = 0.0
    with torch.no_grad():
        for mean, value in zip(averaged, weights):
            value.copy_(mean)
    return model.eval()


def distil(model, part, seed: int):
    """The single head learns how far apart the members are, on every set of sources; nothing else moves."""
    rng, fusion = torch.Generator().manual_seed(seed), model.fusion
    optimiser = torch.optim.Adam(fusion.told.parameters(), DISTIL_RATE)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, DISTIL_STEPS)
    for _ in range(DISTIL_STEPS):
        rows = torch.randint(len(part), (DISTIL_ROWS,), generator=rng)
        with torch.no_grad():
            answer = fusion.weigh(fusion.see(model.adapt(part, rows)[0], torch.ones(DISTIL_ROWS, SLOTS), part.age[rows]), drawn_sets(rng))
        _, spread, members = fusion.heads(answer)
        apart = (members - members.mean(1, keepdim=True)).pow(2).mean(1).sqrt().detach()  # [rows, heads]
        loss = (spread.log() - (apart + 1e-3).log()).pow(2).mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
    return model


def batches(parts, rng):
    for part in parts:
        for rows in torch.randperm(len(part), generator=rng).split(BATCH):
            if len(rows) == BATCH:
                yield part, rows


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
