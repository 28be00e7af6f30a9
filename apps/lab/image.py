"""Chest imaging: train the image encoder on real films and drawn ones. Its head names findings; its regions become tokens.

Run: npm run lab -- image [--smoke] [--seed N]     needs work/films.npz and work/phantoms.npz (concord tensors chest-findings, chest-phantoms)
Data: NIH ChestX-ray14 subset (NIH Clinical Center, attribution); drawn films of the project's own generator.

The view (PA, AP) is no input, and every batch holds sick and well films of both views in equal numbers: in this set the view alone
separates the groups. Drawn films stay in the mix so that a demonstration patient's film is in domain.

References: Wang et al. 2017 (ChestX-ray8); He et al. 2016 (residual networks).
"""
import time

import numpy as np
import torch
from torch.nn import functional as F

from blocks import ImageEncoder
from lab import OUT, arguments, auroc, seed_everything

# Config
FINDINGS = ["Abnormal", "Pneumonia", "Infiltration", "Consolidation", "Effusion", "Edema", "Atelectasis", "Cardiomegaly"]
# What a drawn film is known to hold, in the same columns; -1 where drawing says nothing.
DRAWN = {"Abnormal": "any", "Pneumonia": "opacity", "Effusion": "effusion", "Cardiomegaly": "cardiomegaly"}
EPOCHS = 26
BATCHES = 16
BATCH = 48
DRAWN_SHARE = 0.3
LEARNING_RATE = 2e-3
WEIGHT_DECAY = 0.02
SMOOTH = 0.05  # labels are text-mined; pneumonia is among the worst


def drawn_labels(planted):  # [n, 3] opacity, effusion, cardiomegaly
    labels = np.full((len(planted), len(FINDINGS)), -1, np.int64)
    for column, name in enumerate(FINDINGS):
        if name in DRAWN:
            labels[:, column] = planted.max(1) if DRAWN[name] == "any" else planted[:, ["opacity", "effusion", "cardiomegaly"].index(DRAWN[name])]
    return labels


def augment(x, rng):  # [batch, 1, 128, 128] grey
    batch = x.shape[0]
    draw = lambda low, high: low + (high - low) * torch.rand(batch, generator=rng)
    turn, scale = draw(-0.14, 0.14), draw(0.85, 1.08)
    mirror = torch.where(torch.rand(batch, generator=rng) < 0.5, -1.0, 1.0)
    theta = torch.stack([torch.stack([scale * turn.cos() * mirror, -scale * turn.sin(), draw(-0.08, 0.08)], -1), torch.stack([scale * turn.sin() * mirror, scale * turn.cos(), draw(-0.08, 0.08)], -1)], 1)
    x = F.grid_sample(x, F.affine_grid(theta, x.shape, align_corners=False), padding_mode="border", align_corners=False)
    gamma, gain, lift = draw(0.75, 1.35), draw(0.75, 1.25), draw(-25, 25)
    x = 255 * (x.clamp(0, 255) / 255) ** gamma.view(-1, 1, 1, 1)
    x = (x - 127.5) * gain.view(-1, 1, 1, 1) + 127.5 + lift.view(-1, 1, 1, 1)
    return (x + torch.randn(x.shape, generator=rng) * draw(0, 8).view(-1, 1, 1, 1)).clamp(0, 255)


def main():
    options = arguments()
    seed_everything(options.seed)
    rng, pick = torch.Generator().manual_seed(options.seed), np.random.default_rng(options.seed)
    films, drawn = np.load(OUT / "films.npz"), np.load(OUT / "phantoms.npz")
    x = torch.from_numpy(films["grey"]).float().unsqueeze(1)
    labels = torch.from_numpy(films["findings"].astype(np.int64))
    own, own_labels = torch.from_numpy(drawn["grey"]).float().unsqueeze(1), torch.from_numpy(drawn_labels(drawn["findings"].astype(np.int64)))
    adult, split, pa = films["age"] >= 18, films["split"], films["pa"]
    groups = [np.flatnonzero((split == 0) & adult & (pa == view) & (films["findings"][:, 0] == sick)) for view in (0, 1) for sick in (0, 1)]
    groups = [group for group in groups if len(group)]
    held = np.flatnonzero((split == 1) & adult)
    own_train = np.arange(len(own) * 4 // 5)
    encoder = ImageEncoder(len(FINDINGS))
    epochs = 1 if options.smoke else EPOCHS
    optimiser = torch.optim.AdamW(encoder.parameters(), LEARNING_RATE, weight_decay=WEIGHT_DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, LEARNING_RATE, total_steps=epochs * BATCHES, pct_start=0.2)
    best, began = 0.0, time.time()
    for epoch in range(epochs):
        encoder.train()
        for _ in range(BATCHES):
            ours = int(BATCH * DRAWN_SHARE)
            real = np.concatenate([pick.choice(group, (BATCH - ours) // len(groups)) for group in groups])
            made = pick.choice(own_train, ours)
            target = torch.cat([labels[real], own_labels[made]])
            _, logits = encoder(augment(torch.cat([x[real], own[made]]), rng))
            counted = (target >= 0).float()
            soft = target.clamp(min=0).float() * (1 - 2 * SMOOTH) + SMOOTH
            loss = (F.binary_cross_entropy_with_logits(logits, soft, reduction="none") * counted).sum() / counted.sum()
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(encoder.parameters(), 2.0)
            optimiser.step()
            schedule.step()
        encoder.eval()
        with torch.no_grad():
            seen = torch.cat([encoder(part)[1] for part in x[held].split(64)]).numpy()
            drawn_seen = torch.cat([encoder(part)[1] for part in own[len(own_train):].split(64)]).numpy()
        by_view = [auroc(films["findings"][held][pa[held] == view, 1].astype(int), seen[pa[held] == view, 1]) for view in (1, 0)]
        mine = [auroc(own_labels[len(own_train):, c].numpy(), drawn_seen[:, c]) for c in (0, 1, 4)]
        print(f"epoch {epoch} loss {float(loss):.3f} pneumonia PA {by_view[0]:.3f} AP {by_view[1]:.3f} drawn {mine[0]:.3f} {mine[1]:.3f} {mine[2]:.3f} {time.time() - began:.0f}s", flush=True)
        if np.nan_to_num(min(by_view) + 0.5 * min(mine)) >= best and epoch >= epochs // 2:
            best = np.nan_to_num(min(by_view) + 0.5 * min(mine))
            torch.save(encoder.state_dict(), OUT / "image.pt")
    torch.save(encoder.state_dict(), OUT / "image-last.pt")


if __name__ == "__main__":
    main()
