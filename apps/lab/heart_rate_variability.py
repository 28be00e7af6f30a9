"""Heart rate variability: an encoder of wearable days that learns from the days themselves; there is no outcome in the set.

Run: npm run lab -- heart_rate_variability [--smoke] [--seed N] [--ship BUNDLE]
     needs work/wearables.npz (npx --no-install concord tensors heart-rate-variability --data ../shared/data/welltory_wearables ...)
Data: Welltory COVID-19 and wearables open data research, 2020 (CC0). Splits come with the tensors, by person.
--ship puts the encoder into the manifest of BUNDLE as one entry of `encoders`, and names the set under `training`; no score changes.

References: Che et al. 2018 (value, mask, age); Shaffer & Ginsberg 2017 (SDNN is close to log-normal).
"""
import json

import numpy as np
import torch
from torch import nn

from lab import MODELS, OUT, export_onnx, keep_block, parser, seed_everything

# Config
MEASURES, DAYS, FEATURES, WIDTH, BATCH = 3, 14, 3, 64, 16
HIDDEN = 32  # under 3,000 training days: more would learn them by heart
EPOCHS = 60
LEARNING_RATE = 3e-3
WEIGHT_DECAY = 0.05
DROP_DAY = 0.3  # a day that was measured is hidden, so that gaps are nothing new
# SDNN (log ms), resting pulse (/min), steps (square root): centre and spread of adults with a watch.
CENTRE, SPREAD = [3.85, 60.0, 68.0], [0.55, 9.0, 35.0]
NAME = "heart-rate-variability"
TRAINING = {"name": "Welltory COVID-19 and wearables (part)", "licence": "CC0 1.0", "use": "encoder of wearable days; no score reads it yet"}


def scaled(value):  # [..., 3 measures] in canonical units
    parts = torch.log(value[..., 0].clamp(min=1.0)), value[..., 1], torch.sqrt(value[..., 2].clamp(min=0.0))
    return torch.stack([(part - c) / s for part, c, s in zip(parts, CENTRE, SPREAD)], -1)


class WearableEncoder(nn.Module):
    """One token per measure; each is encoded alone, so leaving its token out is exactly leaving the measure out."""

    def __init__(self):
        super().__init__()
        wide = DAYS * FEATURES
        self.inner = nn.Parameter(torch.randn(MEASURES, wide, HIDDEN) * wide**-0.5)
        self.inner_bias = nn.Parameter(torch.zeros(MEASURES, 1, HIDDEN))
        self.outer = nn.Parameter(torch.randn(MEASURES, HIDDEN, WIDTH) * HIDDEN**-0.5)
        self.outer_bias = nn.Parameter(torch.zeros(MEASURES, 1, WIDTH))

    def forward(self, x):  # [batch, 3, 14, 3]
        known = x[..., 1] > 0.5  # [batch, 3, 14]
        nothing = torch.zeros_like(x[..., 0])
        value = scaled(torch.where(known, x[..., 0], nothing).transpose(1, 2)).transpose(1, 2)
        value = torch.where(known, value, nothing)
        age = torch.where(known, x[..., 2], nothing).clamp(max=24.0 * DAYS) / 24.0 / DAYS
        flat = torch.cat([value, known.float(), age], -1).transpose(0, 1)  # [3, batch, 42]
        hidden = torch.tanh(torch.matmul(flat, self.inner) + self.inner_bias)
        return (torch.matmul(hidden, self.outer) + self.outer_bias).transpose(0, 1)  # [batch, 3, 64]


class NextDay(nn.Module):
    """Foretells the next day's measures from the tokens that speak; exists for training alone."""

    def __init__(self):
        super().__init__()
        self.read = nn.Linear(MEASURES * WIDTH, MEASURES)

    def forward(self, tokens, mask):  # [batch, 3, 64], [batch, 3]
        return self.read(torch.where(mask.unsqueeze(-1), tokens, torch.zeros_like(tokens)).flatten(1))


def error(foretold, wanted):
    """Mean squared error over what was measured on the next day, in spreads."""
    counted = ~torch.isnan(wanted)
    return (((foretold - torch.where(counted, wanted, torch.zeros_like(wanted))) ** 2) * counted).sum() / counted.sum()


def hide(x, rng):
    keep = torch.rand(x.shape[:3], generator=rng) >= DROP_DAY
    keep[..., -1] = True
    return x * keep.unsqueeze(-1)


def last_value(x):
    """What a person without a model would say: tomorrow is as the last known day; the centre where nothing is known."""
    known = x[:, :, -1, 1] > 0.5
    return torch.where(known, scaled(x[:, :, -1, 0]), torch.zeros(1))


def example(count):
    """Days of nobody for --smoke: a walk around the centre."""
    rng = np.random.default_rng(0)
    level = rng.normal(size=(count, MEASURES, 1)) + 0.3 * rng.normal(size=(count, MEASURES, DAYS + 1))
    raw = np.stack([np.exp(level[:, 0] * SPREAD[0] + CENTRE[0]), level[:, 1] * SPREAD[1] + CENTRE[1], np.maximum(0, level[:, 2] * SPREAD[2] + CENTRE[2]) ** 2], 1)
    days = np.stack([raw[..., :DAYS], np.ones((count, MEASURES, DAYS)), np.full((count, MEASURES, DAYS), 3.0)], -1)
    return {"days": days.astype(np.float32), "next": raw[..., DAYS].astype(np.float32), "split": np.arange(count) % 3}


def train(data, options):
    rng = torch.Generator().manual_seed(options.seed)
    x, wanted, split = torch.from_numpy(data["days"]), scaled(torch.from_numpy(data["next"])), data["split"]
    encoder, reader = WearableEncoder(), NextDay()
    optimiser = torch.optim.AdamW([*encoder.parameters(), *reader.parameters()], LEARNING_RATE, weight_decay=WEIGHT_DECAY)
    rows, best, kept = np.flatnonzero(split == 0), np.inf, None
    for epoch in range(2 if options.smoke else EPOCHS):
        for part in torch.from_numpy(rows)[torch.randperm(len(rows), generator=rng)].split(64):
            seen = hide(x[part], rng)
            loss = error(reader(encoder(seen), seen[:, :, -1, 1] > 0.5), wanted[part])
            optimiser.zero_grad(), loss.backward(), optimiser.step()
        with torch.no_grad():
            held = split == 1
            figure = float(error(reader(encoder(x[held]), x[held][:, :, -1, 1] > 0.5), wanted[held]))
        if figure < best:
            best, kept = figure, ({k: v.clone() for k, v in encoder.state_dict().items()}, {k: v.clone() for k, v in reader.state_dict().items()})
    encoder.load_state_dict(kept[0]), reader.load_state_dict(kept[1])
    with torch.no_grad():
        for name, part in (("calibration", 1), ("validation", 2)):
            own = x[split == part]
            print(f"{name}: {len(own)} days, error {float(error(reader(encoder(own), own[:, :, -1, 1] > 0.5), wanted[split == part])):.3f}, of the last value {float(error(last_value(own), wanted[split == part])):.3f}", flush=True)
    return encoder.eval()


def ship(content, bundle):
    sha256 = keep_block(content, MODELS / "blocks")
    path = MODELS / bundle / "manifest.json"
    manifest = json.loads(path.read_text())
    manifest["encoders"][NAME] = {
        "block": sha256,
        "input": {"name": "days", "shape": [BATCH, MEASURES, DAYS, FEATURES], "units": "per measure and day: value in ms, /min, {steps}; known 0 or 1; hours since the sample"},
        "output": {"name": "tokens", "shape": [BATCH, MEASURES, WIDTH]},
    }
    manifest["training"] = [item for item in manifest["training"] if item["name"] != TRAINING["name"]] + [TRAINING]
    path.write_text(json.dumps(manifest, indent=1) + "\n")


def main():
    options = parser()
    options.add_argument("--ship", metavar="BUNDLE")
    options = options.parse_args()
    seed_everything(options.seed)
    drawn = options.smoke and not (OUT / "wearables.npz").exists()
    data = example(300) if drawn else np.load(OUT / "wearables.npz")
    encoder = train(data, options)
    content = export_onnx(NAME, encoder, torch.zeros(BATCH, MEASURES, DAYS, FEATURES), names=["days"], outputs=["tokens"], probe=torch.from_numpy(data["days"][:BATCH]))
    if options.ship:
        ship(content, options.ship)


if __name__ == "__main__":
    main()
