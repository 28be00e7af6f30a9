"""Vitals: train the encoder of bedside signs on real intensive-care hours, with the fusion head listening to signs alone.

Run: npm run lab -- vitals [--smoke] [--seed N]     needs work/decline.npz (npx --no-install concord tensors physiological-decline ...)
Data: PhysioNet/CinC Challenge 2019, set A (CC BY 4.0). Splits come with the tensors, by patient.

References: Reyna et al. 2020 (data); Che et al. 2018 (missingness); DESIGN 5 (outcome).
"""
import time

import numpy as np
import torch
from torch.nn import functional as F

from blocks import SLOTS, Fusion, VitalsEncoder, WIDTH
from lab import OUT, arguments, auroc, seed_everything

# Config
EPOCHS = 14  # the best came at the fifth and was kept; the rest gained nothing
ROWS_PER_EPOCH = 80_000
BATCH = 512
LEARNING_RATE = 2e-3
WEIGHT_DECAY = 0.02
THIN = 0.35  # share of rows whose measurements are thinned to the rhythm of a ward
DROP_SIGN = 0.12  # a sign left out whole, so that leaving it out later is nothing new
JITTER_HOURS = 1.0  # a question rarely falls on the moment of a sample


def thin(x, rng):  # [batch, 6, 24, 3]
    """Keeps a measurement every k hours (k of 2 to 6) and carries it forward, as the alignment stage does."""
    batch = x.shape[0]
    every = torch.randint(2, 7, (batch, 1, 1), generator=rng)
    phase = torch.randint(0, 6, (batch, 1, 1), generator=rng)
    hour = torch.arange(24).view(1, 1, 24)
    fresh = (x[..., 1] > 0.5) & (x[..., 2] < 1) & ((hour + phase) % every == 0)  # [batch, 6, 24]
    last = torch.where(fresh, hour.expand_as(fresh), torch.full_like(fresh, -1, dtype=torch.long)).cummax(-1).values
    known = last >= 0
    value = x[..., 0].gather(-1, last.clamp(min=0))
    since = (hour - last).float() + x[..., 2].gather(-1, last.clamp(min=0))
    return torch.stack([torch.where(known, value, torch.zeros_like(value)), known.float(), torch.where(known, since, torch.zeros_like(since))], -1)


def augment(x, rng):
    pick = torch.rand(x.shape[0], generator=rng) < THIN
    thinned = thin(x, rng)
    enough = thinned[:, :4, -1, 1].sum(1) >= 3  # the product abstains below three core signs
    x = torch.where((pick & enough).view(-1, 1, 1, 1), thinned, x)
    keep = (torch.rand(x.shape[0], 6, 1, 1, generator=rng) >= DROP_SIGN).float()
    shift = torch.rand(x.shape[0], 1, 1, generator=rng) * JITTER_HOURS * (torch.rand(x.shape[0], 1, 1, generator=rng) < 0.5)
    since = torch.where(x[..., 1] > 0.5, x[..., 2] + shift, x[..., 2])
    return torch.stack([x[..., 0], x[..., 1], since], -1) * keep


def slots_of(tokens, x):  # [batch, 6, width], [batch, 6, 24, 3]
    """The fusion head's inputs with signs alone."""
    rest = sum(SLOTS.values()) - 6
    known, age = x[:, :, -1, 1], x[:, :, -1, 2]
    return F.pad(tokens, (0, 0, 0, rest)), F.pad(known, (0, rest)), F.pad(age, (0, rest))


def loss_of(logits, labels):  # [batch, 3], [batch, 3] with -1 where the row is no index hour of the horizon
    counted = (labels >= 0).float()
    return (F.binary_cross_entropy_with_logits(logits, labels.clamp(min=0).float(), reduction="none") * counted).sum() / counted.sum()


def scores(encoder, fusion, x, batch=4096):
    encoder.eval(), fusion.eval()
    with torch.no_grad():
        return torch.cat([fusion(*slots_of(encoder(part), part), slots=6) for part in x.split(batch)]).numpy()


def main():
    options = arguments()
    seed_everything(options.seed)
    rng = torch.Generator().manual_seed(options.seed)
    data = np.load(OUT / "decline.npz")
    x, labels, split = torch.from_numpy(data["vitals"]), torch.from_numpy(data["labels"]), data["split"]
    train = np.flatnonzero(split == 0)
    held = np.flatnonzero(split == 1)
    encoder, fusion = VitalsEncoder(), Fusion()
    parameters = [*encoder.parameters(), *fusion.parameters()]
    epochs, rows = (1, 8_000) if options.smoke else (EPOCHS, ROWS_PER_EPOCH)
    optimiser = torch.optim.AdamW(parameters, LEARNING_RATE, weight_decay=WEIGHT_DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, LEARNING_RATE, total_steps=epochs * (rows // BATCH), pct_start=0.15)
    best, began = -1.0, time.time()
    for epoch in range(epochs):
        encoder.train(), fusion.train()
        total = 0.0
        order = torch.from_numpy(train)[torch.randperm(len(train), generator=rng)[:rows]]
        for rows_of in order.split(BATCH)[: rows // BATCH]:
            batch = augment(x[rows_of], rng)
            loss = loss_of(fusion(*slots_of(encoder(batch), batch), slots=6), labels[rows_of])
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(parameters, 1.0)
            optimiser.step()
            schedule.step()
            total += float(loss)
        logits = scores(encoder, fusion, x[held])
        figures = [auroc(labels[held, h].numpy(), logits[:, h]) for h in range(3)]
        print(f"epoch {epoch} loss {total / (rows // BATCH):.4f} auroc {figures[0]:.3f} {figures[1]:.3f} {figures[2]:.3f} {time.time() - began:.0f}s", flush=True)
        if np.nansum(figures) > best:  # a trial may hold no event of a horizon
            best = np.nansum(figures)
            torch.save({"encoder": encoder.state_dict(), "fusion": fusion.state_dict()}, OUT / "vitals.pt")


if __name__ == "__main__":
    main()
