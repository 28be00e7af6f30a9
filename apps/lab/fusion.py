"""Fusion: one masked-attention head over the tokens of signs, report and film, trained on every subset of them at once.

Run: npm run lab -- fusion [--smoke] [--seed N]     needs work/{decline,films,phantoms,reports}.npz, work/vitals.pt, work/image.pt
Data: assembled patients (assembled.py). The encoder of signs and the body of the image encoder stay as they were trained on real data;
the report encoder, the image adapter and the head learn here.

References: arXiv 2509.18284 (learned token of an absent modality, simultaneous subset training); Vaswani et al. 2017.
"""
import time

import numpy as np
import torch
from torch.nn import functional as F

from assembled import Parts
from blocks import Fusion, ImageEncoder, MODALITIES, ReportEncoder, SLOTS, VitalsEncoder
from image import FINDINGS, augment as augment_film
from lab import OUT, arguments, auroc, seed_everything
from vitals import augment as augment_signs, loss_of

# Config
STEPS = 400
BATCH = 144
POSITIVE_SHARE = 0.25  # of a batch; the loss takes the known surplus out again
LEARNING_RATE = 1.5e-3
WEIGHT_DECAY = 0.02
FILM_COPIES = 2  # of each film, turned and exposed differently
DROP_TOKEN = 0.1
# Of a report up to this share of sentences, drawn per patient: each sentence must carry its own weight, and none that of its company.
DROP_SENTENCES = 0.7
# Vitals, report, film. Signs alone and all three in every step; the others take turns.
ALWAYS = [(1, 0, 0), (1, 1, 1)]
IN_TURN = [(0, 1, 0), (1, 1, 0), (0, 0, 1), (1, 0, 1), (0, 1, 1), (0, 0, 0)]


def film_tokens(encoder, grey, copies, rng):
    """`[copies, n, 16, d + findings]`: what the adapter reads, the first copy unchanged."""
    encoder.eval()
    x = torch.from_numpy(grey).float().unsqueeze(1)
    made = []
    with torch.no_grad():
        for copy in range(copies):
            parts = []
            for part in x.split(64):
                regions = encoder.regions(part if copy == 0 else augment_film(part, rng))
                parts.append(torch.cat([regions, encoder.findings(regions)], -1))
            made.append(torch.cat(parts))
    return torch.stack(made)


def load(rng, smoke):
    data = np.load(OUT / "decline.npz")
    image = ImageEncoder(len(FINDINGS))
    image.load_state_dict(torch.load(OUT / "image.pt"))
    films, drawn, reports = np.load(OUT / "films.npz"), np.load(OUT / "phantoms.npz"), np.load(OUT / "reports.npz")
    copies = 1 if smoke else FILM_COPIES
    split = np.where(films["age"] >= 18, films["split"], -1)
    made = {
        "films": {"tokens": film_tokens(image, films["grey"], copies, rng), "sick": films["findings"][:, 0], "split": split},
        "drawn": {"tokens": film_tokens(image, drawn["grey"], copies, rng), "sick": drawn["findings"].max(1)},
        "reports": {name: reports[name] for name in ("features", "mask", "severity")},
    }
    return data, image, [Parts(made["films"], made["drawn"], made["reports"], part) for part in range(3)], reports["features"].shape[-1]


def inputs_of(blocks, x, parts):
    """Tokens, mask and age of all 38 slots."""
    vitals, report, image = blocks
    regions, features, said, age = parts
    tokens = torch.cat([vitals(x), report(features), image.adapter(regions)], 1)  # [batch, 38, width]
    known, since = x[:, :, -1, 1], x[:, :, -1, 2]
    seen = torch.ones(len(x), SLOTS["chest-imaging"])
    ages = torch.cat([since, age[:, :1].expand(-1, SLOTS["radiology-report"]) * said, age[:, 1:].expand(-1, SLOTS["chest-imaging"])], 1)
    return tokens, torch.cat([known, said, seen], 1), ages


def keep_of(subset):
    return torch.cat([torch.full((SLOTS[name],), float(there)) for name, there in zip(MODALITIES, subset)])  # [38]


def slots_for(subset):
    return 38 if subset[2] else 22 if subset[1] else 6


def main():
    options = arguments()
    seed_everything(options.seed)
    rng, pick = torch.Generator().manual_seed(options.seed), np.random.default_rng(options.seed)
    data, image, parts, width = load(rng, options.smoke)
    x, labels, split = torch.from_numpy(data["vitals"]), data["labels"], data["split"]
    start = torch.load(OUT / "vitals.pt")
    vitals, fusion, report = VitalsEncoder(), Fusion(), ReportEncoder(width)
    vitals.load_state_dict(start["encoder"]), fusion.load_state_dict(start["fusion"])
    vitals.eval(), image.eval()
    train = np.flatnonzero(split == 0)
    positive = (labels[train] == 1).any(1)
    surplus = float(np.log(POSITIVE_SHARE / (1 - POSITIVE_SHARE)) - np.log(positive.mean() / (1 - positive.mean())))
    learned = [*fusion.parameters(), *report.parameters(), *image.adapter.parameters()]
    steps = 5 if options.smoke else STEPS
    optimiser = torch.optim.AdamW(learned, LEARNING_RATE, weight_decay=WEIGHT_DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, LEARNING_RATE, total_steps=steps, pct_start=0.1)
    began, total = time.time(), 0.0
    for step in range(steps):
        fusion.train(), report.train()
        many = int(BATCH * POSITIVE_SHARE)
        rows = np.concatenate([pick.choice(train[positive], many), pick.choice(train[~positive], BATCH - many)])
        drawn = parts[0].draw(labels[rows], pick)
        signs = augment_signs(x[rows], rng)
        tokens, mask, age = inputs_of((vitals, report, image), signs, drawn)
        leave = torch.full(mask.shape, DROP_TOKEN)
        leave[:, SLOTS["vitals"] : SLOTS["vitals"] + SLOTS["radiology-report"]] = DROP_SENTENCES * torch.rand(BATCH, 1, generator=rng)
        mask = mask * (torch.rand(mask.shape, generator=rng) >= leave).float()
        target = torch.from_numpy(labels[rows])
        turns = [IN_TURN[(2 * step + k) % len(IN_TURN)] for k in range(2)]
        loss = sum(loss_of(fusion(tokens, mask * keep_of(subset), age, slots_for(subset)) + surplus, target) for subset in [*ALWAYS, *turns]) / 4
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(learned, 1.0)
        optimiser.step()
        schedule.step()
        total += float(loss)
        if (step + 1) % 50 == 0 or step + 1 == steps:
            print(f"step {step + 1} loss {total / 50:.4f} {time.time() - began:.0f}s {figures(fusion, (vitals, report, image), x, labels, np.flatnonzero(split == 1), parts[1])}", flush=True)
            total = 0.0
            torch.save({"vitals": vitals.state_dict(), "report": report.state_dict(), "image": image.state_dict(), "fusion": fusion.state_dict(), "width": width}, OUT / "fusion.pt")


def figures(fusion, blocks, x, labels, held, parts, rows=3_000):
    """24 h AUROC on assembled calibration patients: a look at properties, never an accuracy."""
    pick = np.random.default_rng(7)
    asked = held[labels[held, 2] >= 0]
    chosen = pick.choice(asked, min(rows, len(asked)), replace=False)
    fusion.eval(), blocks[1].eval()
    seen = {subset: [] for subset in [(1, 0, 0), (1, 1, 0), (1, 0, 1), (1, 1, 1), (0, 1, 1)]}
    with torch.no_grad():
        for part in np.array_split(chosen, 10):
            tokens, mask, age = inputs_of(blocks, x[part], parts.draw(labels[part], pick))
            for subset in seen:
                seen[subset].append(fusion(tokens, mask * keep_of(subset), age, slots_for(subset))[:, 2].numpy())
    return " ".join(f"{''.join('vri'[k] for k in range(3) if subset[k])} {auroc(labels[chosen, 2], np.concatenate(logits)):.3f}" for subset, logits in seen.items())


if __name__ == "__main__":
    main()
