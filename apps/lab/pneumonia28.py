"""PneumoniaMNIST at 28 pixels: a benchmark of the lab with a bundle of its own, never served (children of one hospital).

Run: npm run lab -- pneumonia28 [--smoke] [--seed N] [--data DIR]     --smoke makes its own pictures and needs no data
Data: PneumoniaMNIST of MedMNIST v2 (CC BY 4.0; Yang et al. 2023, Kermany et al. 2018), official train and validation parts.

A few small networks, averaged on the picture and its mirror image. The official test part comes from other patients and is harder than
validation (published models lose 6 to 8 points of accuracy there), so classes are balanced, contrast and place are drawn anew in every
picture, and the last epochs are averaged, not chosen. The threshold is that of the best balanced accuracy on the validation part.

References: Yang et al. 2023 (ResNet-50 at 224 pixels: AUC .962, accuracy .884); He et al. 2016; Zhang et al. 2018 (mixup).
"""
import json
import time
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from lab import MODELS, auroc, export_onnx, keep_block, parser, seed_everything

# Config
NETWORKS = 3
EPOCHS = 16
DRAWN_PER_EPOCH = 3000  # half of them normal
BATCH = 64
CHANNELS = (16, 32, 64)
LEARNING_RATE = 3e-3
WEIGHT_DECAY = 0.05
MIXUP = 0.2
SMOOTH = 0.05
SERVED_BATCH = 32
ID = "pneumonia-28"
CREATED = "2026-11-27"


class Residual(nn.Module):
    def __init__(self, channels: int, out: int):
        super().__init__()
        self.first, self.norm1 = nn.Conv2d(channels, out, 3, 2, 1, bias=False), nn.BatchNorm2d(out)
        self.second, self.norm2 = nn.Conv2d(out, out, 3, 1, 1, bias=False), nn.BatchNorm2d(out)
        self.skip = nn.Sequential(nn.AvgPool2d(2, ceil_mode=True, count_include_pad=False), nn.Conv2d(channels, out, 1, bias=False), nn.BatchNorm2d(out))

    def forward(self, x):
        return F.relu(self.norm2(self.second(F.relu(self.norm1(self.first(x))))) + self.skip(x))


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        a, b, c = CHANNELS
        self.stem = nn.Sequential(nn.Conv2d(2, a, 3, 1, 1, bias=False), nn.BatchNorm2d(a), nn.ReLU())  # 28 x 28
        self.body = nn.Sequential(Residual(a, b), Residual(b, c))  # 14 x 14, 7 x 7
        self.drop, self.head = nn.Dropout(0.4), nn.Linear(2 * c, 1)

    def forward(self, image):  # [batch, 1, 28, 28] grey
        mean, spread = image.mean((2, 3), keepdim=True), image.std((2, 3), keepdim=True) + 4
        near = F.avg_pool2d(image, 7, 1, 3, count_include_pad=False)
        local = F.avg_pool2d((image - near) ** 2, 7, 1, 3, count_include_pad=False).sqrt()
        x = torch.cat([((image - mean) / spread).clamp(-3, 3), ((image - near) / (local + 6)).clamp(-3, 3)], 1)
        x = self.body(self.stem(x))
        return self.head(self.drop(torch.cat([x.mean((2, 3)), x.amax((2, 3))], 1)))[:, 0]  # [batch]


class Served(nn.Module):
    """Mean of the networks on the picture and its mirror image."""

    def __init__(self, networks):
        super().__init__()
        self.networks = nn.ModuleList(networks)

    def forward(self, image):  # [batch, 1, 28, 28]
        both = [network(each) for network in self.networks for each in (image, image.flip(3))]
        return (sum(both) / len(both)).unsqueeze(1)  # [batch, 1]


def moved(x, rng):  # [batch, 1, 28, 28]
    batch = x.shape[0]
    draw = lambda low, high: low + (high - low) * torch.rand(batch, generator=rng)
    turn, wide, high = draw(-0.17, 0.17), draw(0.82, 1.12), draw(0.82, 1.12)
    mirror = torch.where(torch.rand(batch, generator=rng) < 0.5, -1.0, 1.0)
    theta = torch.stack([torch.stack([wide * turn.cos() * mirror, -high * turn.sin(), draw(-0.12, 0.12)], -1), torch.stack([wide * turn.sin() * mirror, high * turn.cos(), draw(-0.12, 0.12)], -1)], 1)
    x = F.grid_sample(x, F.affine_grid(theta, x.shape, align_corners=False), padding_mode="border", align_corners=False)
    each = lambda values: values.view(-1, 1, 1, 1)
    x = 255 * (x.clamp(0, 255) / 255) ** each(draw(0.7, 1.45))
    x = (x - 128) * each(draw(0.7, 1.3)) + 128 + each(draw(-25, 25))
    return (x + torch.randn(x.shape, generator=rng) * each(draw(0, 6))).clamp(0, 255)


def fit(x, labels, seed, smoke):
    torch.manual_seed(seed)
    rng, pick = torch.Generator().manual_seed(seed), np.random.default_rng(seed)
    groups = [np.flatnonzero(labels == label) for label in (0, 1)]
    network, target = Network(), torch.from_numpy(labels).float()
    epochs, steps = (1, 12) if smoke else (EPOCHS, DRAWN_PER_EPOCH // BATCH)
    optimiser = torch.optim.AdamW(network.parameters(), LEARNING_RATE, weight_decay=WEIGHT_DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, LEARNING_RATE, total_steps=epochs * steps, pct_start=0.25)
    smooth = {name: value.clone() for name, value in network.state_dict().items()}
    for _ in range(epochs * steps):
        network.train()
        rows = np.concatenate([pick.choice(group, BATCH // 2) for group in groups])
        share, other = float(pick.beta(MIXUP, MIXUP)), torch.randperm(len(rows), generator=rng)
        seen, goal = moved(x[rows], rng), target[rows] * (1 - 2 * SMOOTH) + SMOOTH
        logits = network(share * seen + (1 - share) * seen[other])
        loss = F.binary_cross_entropy_with_logits(logits, share * goal + (1 - share) * goal[other])
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
        for name, value in network.state_dict().items():
            smooth[name] = smooth[name] * 0.99 + value * 0.01 if value.dtype.is_floating_point else value.clone()
    network.load_state_dict(smooth)
    return network.eval()


def logits_of(served, x):
    with torch.no_grad():
        return torch.cat([served(part)[:, 0] for part in x.split(256)]).numpy().astype(float)


def best_threshold(labels, logits):
    """Of the best balanced accuracy; the middle between the two neighbours that it parts."""
    order = np.argsort(logits)
    ranked, sick = logits[order], labels[order]
    below = np.cumsum(sick == 0) / (sick == 0).sum()
    missed = np.cumsum(sick == 1) / (sick == 1).sum()
    best = int(np.argmax(below + 1 - missed))
    return float((ranked[best] + ranked[min(best + 1, len(ranked) - 1)]) / 2)


def figures(labels, logits, threshold):
    called = logits >= threshold
    balanced = (called[labels == 1].mean() + (~called[labels == 0]).mean()) / 2
    return {"auroc": auroc(labels, logits), "accuracy": float((called == (labels == 1)).mean()), "balancedAccuracy": float(balanced)}


def read(folder, smoke):
    """Pictures and labels by part; a smoke run draws discs of two sizes in noise."""
    if not smoke:
        parts = np.load(next(Path(folder).glob("*.npz")))
        return {name: (torch.from_numpy(parts[f"{name}_images"]).float().unsqueeze(1), parts[f"{name}_labels"].astype(int).ravel()) for name in ("train", "val")}
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 2, 400)
    yy, xx = np.mgrid[:28, :28]
    disc = ((yy - 14) ** 2 + (xx - 14) ** 2)[None] < (6 + 4 * labels)[:, None, None] ** 2
    pictures = torch.from_numpy(np.clip(60 + 120 * disc + rng.normal(0, 10, disc.shape), 0, 255)).float().unsqueeze(1)
    return {"train": (pictures[:300], labels[:300]), "val": (pictures[300:], labels[300:])}


def main():
    options = parser()
    options.add_argument("--data", default=str(Path(__file__).parents[3] / "shared" / "data" / "pneumoniamnist_28"))
    options = options.parse_args()
    seed_everything(options.seed)
    began, parts = time.time(), read(options.data, options.smoke)
    (x, labels), (held, own) = parts["train"], parts["val"]
    networks = []
    for each in range(1 if options.smoke else NETWORKS):
        networks.append(fit(x, labels, 100 * options.seed + each, options.smoke))
        logits = logits_of(Served(networks), held)
        print(f"{each + 1} networks: validation AUC {auroc(own, logits):.4f} {time.time() - began:.0f} s", flush=True)
    served = Served(networks).eval()
    threshold = best_threshold(own, logits_of(served, held))
    said = figures(own, logits_of(served, held), threshold)
    print(said)
    content = export_onnx("pneumonia28", served, torch.zeros(SERVED_BATCH, 1, 28, 28), names=["image"], outputs=["logit"], probe=held[:SERVED_BATCH])
    if options.smoke:
        return
    sha256 = keep_block(content, MODELS / "blocks")
    (MODELS / ID).mkdir(exist_ok=True)
    (MODELS / ID / "benchmark.json").write_text(json.dumps({
        "id": ID, "created": CREATED, "served": False,
        "intendedUse": "A benchmark of the lab on pictures of children aged one to five from one hospital. It cannot be activated and scores no patient.",
        "block": sha256,
        "input": {"name": "image", "shape": [SERVED_BATCH, 1, 28, 28], "units": "grey values 0 to 255"},
        "output": {"name": "logit", "shape": [SERVED_BATCH, 1]},
        "threshold": threshold,
        "training": [{"name": "PneumoniaMNIST (MedMNIST v2), official train part", "licence": "CC BY 4.0", "use": "all weights"}, {"name": "PneumoniaMNIST (MedMNIST v2), official validation part", "licence": "CC BY 4.0", "use": "the threshold"}],
        "metrics": {"validation": {name: round(value, 4) for name, value in said.items()}},
    }, indent=2) + "\n")


if __name__ == "__main__":
    main()
