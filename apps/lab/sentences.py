"""Sentence encoder: how a condition is meant (there, denied, uncertain, of the past, of a relative), read from the words around it.

Run: npm run lab -- sentences [--smoke] [--seed N]     needs work/sentences.npz (concord tensors report-sentences --count 60000)
Data: sentences of the project's own grammars alone, with typing errors. NegEx and OpenI judge it (`concord evaluate report-negation`,
`report-findings`); neither taught it anything, nor chose anything in it.

Each sentence is encoded alone and the condition itself is hidden, so leaving another sentence out changes no bit. Writes
infra/models/sentence-reader, a bundle of the lab's own: it is judged beside the rules and answers no patient (ADR 0061).

References: Kim 2014 (convolutions over words); Bojanowski et al. 2017 (parts of words); Harkema et al. 2009 (ConText).
"""
import json
import time

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from lab import MODELS, OUT, export_onnx, keep_block, parser, seed_everything

# Config
ID, CREATED = "sentence-reader", "2026-11-28"
PLACES, PARTS, BUCKETS, CLASSES = 29, 3, 2048, 5
MEANT = ["present", "absent", "possible", "historical", "family"]
WIDTH = 24
CHANNELS = 48
BATCH = 256
STEPS = 1500
LEARNING_RATE = 3e-3
WEIGHT_DECAY = 0.02
DROP_WORD = 0.12  # a word is lost: no single cue must be needed, and unknown words are nothing new
SWAP_WORD = 0.30  # share of words exchanged, at most: most words of a real note were never in the grammar
STRANGE = 0.10  # of a batch: nothing but unknown words around the condition, which deny nothing
SERVED_BATCH = 16
HELD = 0.1


class Reader(nn.Module):
    def __init__(self):
        super().__init__()
        self.word = nn.ModuleList([nn.Embedding(BUCKETS, WIDTH) for _ in range(PARTS)])
        self.place = nn.Parameter(torch.zeros(1, PLACES, WIDTH))
        self.near = nn.Conv1d(WIDTH, CHANNELS, 3, padding=1)
        self.wide = nn.Conv1d(CHANNELS, CHANNELS, 5, padding=2)
        self.drop, self.head = nn.Dropout(0.3), nn.Linear(3 * CHANNELS, CLASSES)

    def forward(self, window):  # [batch, places, parts], whole numbers as floats
        ids = window.long()
        there = (ids[..., 0] > 0).float().unsqueeze(-1)  # [batch, places, 1]
        x = (sum(table(ids[..., part]) for part, table in enumerate(self.word)) + self.place) * there
        x = F.relu(self.near(x.transpose(1, 2))) * there.transpose(1, 2)  # [batch, channels, places]
        x = (F.relu(self.wide(x)) + x) * there.transpose(1, 2)
        middle = PLACES // 2
        read = torch.cat([x[:, :, :middle].amax(2), x[:, :, middle], x[:, :, middle + 1 :].amax(2)], 1)
        return self.head(self.drop(read))  # [batch, classes]


def disturbed(window, rng):
    """Words lost or exchanged, each sentence as much as it is drawn; the condition's own place stays."""
    away = torch.rand(window.shape[:2], generator=rng)
    away[:, PLACES // 2] = 1
    other = torch.randint(2, BUCKETS, window.shape, generator=rng).float()
    there = window[..., :1] > 0
    swap = SWAP_WORD * torch.rand(len(window), 1, generator=rng)
    window = torch.where((away < swap).unsqueeze(-1) & there, other, window)
    lost = ((away >= swap) & (away < swap + DROP_WORD)).unsqueeze(-1) & there
    return torch.where(lost, torch.zeros_like(window), window)


def strange(count, rng):
    """Conditions among words that nobody taught: what is not denied is there."""
    window = torch.randint(2, BUCKETS, (count, PLACES, PARTS), generator=rng).float()
    reach = torch.randint(0, PLACES // 2 + 1, (count, 2), generator=rng)
    place = torch.arange(PLACES).view(1, PLACES)
    window = window * ((place >= PLACES // 2 - reach[:, :1]) & (place <= PLACES // 2 + reach[:, 1:])).unsqueeze(-1)
    window[:, PLACES // 2] = 1
    return window


def f1_by_class(meant, said):
    return {name: round(float(2 * ((said == k) & (meant == k)).sum() / max(1, (said == k).sum() + (meant == k).sum())), 4) for k, name in enumerate(MEANT)}


def main():
    options = parser().parse_args()
    seed_everything(options.seed)
    rng, pick = torch.Generator().manual_seed(options.seed), np.random.default_rng(options.seed)
    data, began = np.load(OUT / "sentences.npz"), time.time()
    window, meant = torch.from_numpy(data["window"]), torch.from_numpy(data["meant"].astype(np.int64))
    # By sentence: two conditions of one sentence never part.
    held = data["sentence"] % 10 == 0
    train, groups = np.flatnonzero(~held), [np.flatnonzero(~held & (data["meant"] == k)) for k in range(CLASSES)]
    reader = Reader()
    steps = 40 if options.smoke else STEPS
    optimiser = torch.optim.AdamW(reader.parameters(), LEARNING_RATE, weight_decay=WEIGHT_DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, LEARNING_RATE, total_steps=steps, pct_start=0.1)
    for step in range(steps):
        reader.train()
        # Half as they come, half with every meaning alike: relatives and the past are rare.
        rows = np.concatenate([pick.choice(train, BATCH // 2), *[pick.choice(group, BATCH // 10) for group in groups if len(group)]])
        alien = int(BATCH * STRANGE)
        seen = torch.cat([disturbed(window[rows], rng), strange(alien, rng)])
        loss = F.cross_entropy(reader(seen), torch.cat([meant[rows], torch.zeros(alien, dtype=torch.long)]), label_smoothing=0.05)
        optimiser.zero_grad(), loss.backward(), optimiser.step(), schedule.step()
        if (step + 1) % 500 == 0:
            print(f"step {step + 1} loss {float(loss):.3f} {time.time() - began:.0f} s", flush=True)
    reader.eval()
    with torch.no_grad():
        said = torch.cat([reader(part) for part in window[held].split(1024)]).argmax(1).numpy()
    own = f1_by_class(data["meant"][held], said)
    print("own grammar, sentences set aside:", own)
    content = export_onnx("sentences", reader, torch.zeros(SERVED_BATCH, PLACES, PARTS), names=["window"], outputs=["logits"], probe=window[:SERVED_BATCH])
    folder = MODELS / ID
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "benchmark.json").write_text(json.dumps({
        "id": ID, "created": CREATED, "served": False,
        "intendedUse": "A benchmark of the lab, judged beside the rules that read reports. It cannot be activated and reads no patient's report.",
        "block": keep_block(content, MODELS / "blocks"),
        "input": {"name": "window", "shape": [SERVED_BATCH, PLACES, PARTS]},
        "output": {"name": "logits", "shape": [SERVED_BATCH, CLASSES]},
        "training": [{"name": "Concord generator: sentences by grammar", "licence": "Apache-2.0", "use": "all weights"}],
        "metrics": {"ownGrammarF1": own},
    }, indent=2) + "\n")


if __name__ == "__main__":
    main()
