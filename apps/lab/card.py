"""The model card of a bundle, written from its manifest so that the two cannot disagree."""


def card(manifest) -> str:
    figures = {}
    for metric in manifest["metrics"]:
        figures.setdefault(("+".join(metric["pattern"]), metric["head"], metric["data"]), {})[metric["name"]] = metric["value"]
    rows = "\n".join(f"| {pattern} | {head} | {f['auroc']:.3f} | {f['slope']:.2f} | {f['observedExpected']:.2f} | {data} |" for (pattern, head, data), f in figures.items())
    sets = "\n".join(f"- {item['name']} ({item['licence']}): {item['use']}" for item in manifest["training"])
    return f"""# {manifest['title']}

Bundle `{manifest['id']}`, {manifest['created']}. {manifest['intendedUse']}

## What it answers
The event: partial NEWS2 (respiration, SpO2, systolic pressure, heart rate, temperature, carried forward) of 7 or more in two
consecutive hours, each with at least three of the first four measured. It is not transfer to intensive care and not death. Asked of
adults observed for six hours whose partial score is below five.

## What it was learned from
{sets}

No open set holds signs, film, report and outcome of the same patients. The encoder of signs and its calibration are learned from real
intensive-care hours. Wherever a film or a report takes part, patients were **assembled**: a hidden severity was drawn from the outcome
of the real hours (a sick chest in 60 % of hours before an event and in 22 % of the others), and a film and a report were drawn from that
severity. How much a film or a report weighs is therefore our assumption. Such scores carry the evidence level `assembled`; scores
from signs alone carry `real-internal` in intensive care and `transferred` on a ward.

## Figures
| inputs | head | AUROC | slope | observed / expected | on |
|---|---|---|---|---|---|
{rows}

Patients were split once by the hash of their identifier (64 % training, 18 % calibration, 18 % validation). The epoch was chosen on the
calibration patients. Slope and intercept of each task and pattern were fitted on training and calibration patients together: the
calibration patients alone hold too few events for a slope, and the encoder ranks both alike. This pooling was chosen after the first
validation figures of `decline-1` (24-hour slope 0.72) had been seen, so the validation calibration is no longer wholly untouched by choice. The validation patients took no part in
either; their 24-hour slope lies below 0.9, so probabilities far above the mean are likely too high there. Intervals and the comparison with NEWS2 come from `npx --no-install concord evaluate physiological-decline
--data <folder> --split validation`.

## Limits
- One hospital, intensive care, hourly charting. On a ward signs are measured more rarely; training thinned a third of the hours to that
  rhythm, but no ward was seen.
- A film's label is text-mined; the films are a half-and-half mix of pneumonia and no finding, not a clinical prevalence.
- The probability belongs to a group of similar patients. Its interval says how well the rate of that group is known.
- Nothing here was tested on a patient's care.
"""
