"""Benchmark of fusion: one adapter of the bundle is learned anew, wider and from other patients, and everything else stays as it is.

Run: npm run lab -- benchmark-adapter --from DIR [--into DIR] [--smoke] [--seed N]
DIR is a training of `benchmark-fusion --into DIR`. Writes the adapter's block and `adapters.json` beside the shipped bundle, or with --into a
whole bundle in which the adapter is exchanged, calibration and all, for `concord evaluate fusion` to judge.
"""
import json
import shutil
from importlib import import_module
from pathlib import Path

import torch

from benchmark_blocks import COLUMNS, SOURCES, TOKENS, Adapter
from benchmark_train import BATCH, Model, fit
from lab import MODELS, OUT, export_block, parser, seed_everything

# Config
fusion = import_module("benchmark-fusion")
EXCHANGED = "radiology-report"
VERSION, HIDDEN = 2, 64  # version 1 has 48: an adapter may be built otherwise, as long as it speaks into the same space
SHARDS = 3  # as large as those of the whole: what the adapter says to sources that it cannot help with must become nothing again
APART = 50  # shards of a training are numbered from its seed on; these patients are none of them


def learned(model, count: int, size: int, seed: int):
    """The new adapter: it learns outcomes through the frozen rest, and to lie where the frozen others lie."""
    for value in model.parameters():
        value.requires_grad_(False)
    torch.manual_seed(seed)
    adapter = Adapter(COLUMNS[EXCHANGED], HIDDEN)
    model.adapters[SOURCES.index(EXCHANGED)] = adapter
    drawn = fusion.Shards(fusion.shards(count, size, seed + APART), False)
    fit(model, list(adapter.parameters()), drawn, count * int(size * fusion.TRAINED / BATCH), seed, 0.0)
    return adapter


def main():
    options = parser()
    options.add_argument("--from", dest="source", type=Path, default=OUT / "report-1-joint")
    options.add_argument("--into", type=Path)
    options = options.parse_args()
    seed_everything(options.seed)
    model = Model()
    model.load_state_dict(torch.load(options.source / fusion.WEIGHTS))
    adapter = learned(model, *((1, fusion.SMOKE_SHARD) if options.smoke else (SHARDS, fusion.SHARD)), options.seed).eval()
    models = options.into or MODELS
    name = fusion.NAME[EXCHANGED]
    block = export_block(f"benchmark-{name}", adapter, torch.zeros(fusion.ROWS, TOKENS, COLUMNS[EXCHANGED]), ["tokens"], ["adapted", "latent"], models / "blocks")
    if options.into is None:
        (models / fusion.ID / "adapters.json").write_text(json.dumps([{"encoder": name, "version": VERSION, "block": block}], indent=2) + "\n")
        return
    shutil.copytree(options.source / "blocks", models / "blocks", dirs_exist_ok=True)
    manifest = json.loads((options.source / fusion.ID / "manifest.json").read_text())
    manifest["encoders"][name]["block"] = block
    (models / fusion.ID).mkdir(parents=True, exist_ok=True)
    (models / fusion.ID / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n")


if __name__ == "__main__":
    main()
