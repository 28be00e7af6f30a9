"""How the members of intensive care become one logit per question. Every weight was chosen out of fold by patient (ADR 0046, 0059, 0068)."""
import numpy as np

HEADS = {"decline": ["decline-6h", "decline-12h", "decline-24h"], "sepsis": ["sepsis-6h"], "mortality": ["hospital-mortality"]}
NETWORK_WEIGHT = {"decline": 0.4, "sepsis": 0.1, "mortality": 0.5}  # decline and sepsis: a network over the table; death in hospital: networks over the course of every signal
WHOLE_WEIGHT = {"sepsis": 0.5}  # of the members that never saw hidden labs; the rest is trees and network as above
# Logit of each question (column) from the blends of all (rows): 24 hours hold few events, the shorter horizons tell of the same patients.
MIX = {"decline": [[1, 0, 0.3], [0, 1, 0.2], [0, 0, 0.5]]}


def blended(parts, task, end=""):
    """parts: name -> [n, heads]; end: "Vitals" for rows whose labs are hidden. -> [n, heads], a longer horizon never below a shorter one."""
    share, whole = NETWORK_WEIGHT[task], WHOLE_WEIGHT.get(task, 0)
    logits = (1 - share) * parts[f"trees{end}"] + share * parts[f"network{end}"]
    if whole:
        logits = (1 - whole) * logits + whole * parts[f"whole{end}"]
    if task in MIX:
        logits = logits @ np.array(MIX[task], logits.dtype)
    return np.maximum.accumulate(logits, 1) if task == "decline" else logits


def over_aims(logits, heads):
    """[n, heads x aims], aim by aim -> [n, heads]: a network answers every target, and each question hears the mean of its own."""
    return logits.reshape(len(logits), -1, heads).mean(1)
