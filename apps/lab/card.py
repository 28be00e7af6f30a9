"""The model card of a bundle, written from its manifest so that the two cannot disagree."""
import json

from lab import MODELS, PREDICTIONS


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


def shown(metric, digits: int) -> str:
    """A figure with its 95 % interval by patient, where there is one."""
    value = f"{metric['value']:.{digits}f}"
    return value if metric["interval"] is None else f"{value} [{', '.join(f'{end:.{digits}f}' for end in metric['interval'])}]"


ASIDE = ", patients set aside"
QUIET = "-quiet"


def variant_of(manifest) -> str:
    name = manifest["id"]
    if name.endswith(QUIET):
        return f"""
This is the variant of `{name.removesuffix(QUIET)}` whose tables do not say how often and how long ago somebody measured. A house that fears that its habits of
measuring differ from where this was learned can activate it; what it costs stands in ADR 0069. Where a film or a report takes part, the
encoder of signs still reads hours since each sample.
"""
    if not (MODELS / f"{name}{QUIET}").exists():
        return ""
    return f"""
`{name}{QUIET}` beside it is the same without how often and how long ago somebody measured; figures of both stand in ADR 0069.
"""


def sampling_of(manifest) -> str:
    if manifest["id"].endswith(QUIET):
        return "That a value is there at all still tells that somebody asked for it."
    return "How often somebody measures is an input, and tells of worry; another house measures otherwise."


def off(manifest) -> str:
    """Where observed over expected of patients set aside lies beyond 0.9 to 1.1 with its whole interval."""
    rows = [metric for metric in manifest["metrics"] if metric["name"] == "observedExpected" and metric["data"].endswith(ASIDE) and metric["interval"] is not None]
    wrong = [metric for metric in rows if metric["interval"][1] < 0.9 or metric["interval"][0] > 1.1]
    if not wrong:
        return ""
    said = "; ".join(metric["head"] + " from " + " and ".join(metric["pattern"]) + " " + shown(metric, 2) for metric in wrong)
    return f"- Too much or too little is foretold, on patients set aside (observed over expected): {said}. Below 1 the chance that is shown is too high.\n"


def learned(folder) -> str:
    """How each question grew with the patients that taught it, and what another doubling would bring: the learning curves of the lab."""
    curves = []
    for file, key in (("icu-report.json", "learningCurves"), ("findings-curve.json", "curves")):
        if (folder / file).exists():
            curves += json.loads((folder / file).read_text())[key]
    if not curves:
        return ""
    course = lambda curve: ", ".join(f"{point['patients']:,}: {point['auroc']:.3f}" for point in curve["points"])
    brought = lambda curve: f"{curve['perDoubling']:+.3f}" + (f" [{', '.join(f'{end:+.3f}' for end in curve['perDoublingInterval'])}]" if "perDoublingInterval" in curve else "")
    reached = lambda curve: f"{curve['reached']:.3f}" if "reached" in curve else ""
    rows = "\n".join(f"| {curve['head']} | {curve['goal']:.3f} | {reached(curve)} | {course(curve)} | {brought(curve)} | {far(curve)} |" for curve in curves)
    return f"""
## What more patients would bring
AUROC out of fold by the number of patients that teach, one booster (films: the linear head), what the last doubling brought with its 95 %
interval by patient, what the whole ensemble reaches on the same rows, and how often the patients would have to double for it to reach the
goal if every doubling brought as much as the last. Each brings less than the one before, so that is the least.
`npm run lab -- icu_report` and `findings_curve` make the table from stored predictions and draw it (`docs/figures`).

| question | goal | ensemble | patients: AUROC | last doubling | doublings, at least |
|---|---|---|---|---|---|
{rows}
"""


def far(curve) -> str:
    if "doublings" not in curve:
        return ""
    return "none: reached out of fold" if curve["doublings"] == 0 else "no number of them" if curve["doublings"] is None else f"{curve['doublings']:.1f}"


def card_of_tables(manifest) -> str:
    """The card of a bundle with table scorers: three questions, what each was learned from, and what nobody tested."""
    figures = {}
    for metric in manifest["metrics"]:
        figures.setdefault(("+".join(metric["pattern"]), metric["head"], metric["data"]), {})[metric["name"]] = metric
    rows = "\n".join(f"| {pattern} | {head} | {shown(f['auroc'], 3)} | {shown(f['slope'], 2)} | {shown(f['observedExpected'], 2)} | {data} |" for (pattern, head, data), f in figures.items() if {'auroc', 'slope', 'observedExpected'} <= set(f))
    sets = "\n".join(f"- {item['name']} ({item['licence']}): {item['use']}" for item in manifest["training"])
    return f"""# {manifest['title']}

Bundle `{manifest['id']}`, {manifest['created']}. {manifest['intendedUse']}

## What it answers
- Decline within 6, 12 and 24 h: partial NEWS2 of 7 or more in two consecutive hours. Not transfer to intensive care, not death.
- Sepsis within 6 h, asked before onset and in the first 48 hours of intensive care.
- Death in hospital, asked once at hour 48 of intensive care.

## What it was learned from
{sets}

Signs and labs are read as one table by boosted trees and a small network; for death in hospital the networks read the course of every signal
instead, hour by hour over two days. Folds and splits are by patient. The figures below from signs and
labs are out of fold: every patient was scored by models that never saw the patient. Slope and intercept were fitted on the same out-of-fold
logits, so observed/expected and slope of these rows are near one by construction; `npx --no-install concord evaluate ... --split validation`
judges the patients that no fit saw. The blend of trees and network and the lists of columns were chosen on out-of-fold figures.
Some members are taught a wider outcome that tells of the same illness and is less rare: partial NEWS2 of 5 or 6 in two consecutive hours beside
the event of decline, death within 60 days beside death in hospital. What they say is only ever calibrated to the question itself. Half of the
sepsis score comes from members that never saw hidden labs.
{variant_of(manifest)}
Uncertainty told by members that were taught apart, discordance and mix-up as features of the score, and one space for report and film belong
to the benchmark alone: they need report, film, signs and outcome of the same patients, and no open set has them (docs/fusion.md).

Validated on real patients: patterns of signs, and of signs and labs, inside one hospital per question. Not validated on real patients: every
pattern with a film or a report (assembled patients), every ward (`transferred`), every other hospital.

## Figures
| inputs | head | AUROC | slope | observed / expected | on |
|---|---|---|---|---|---|
{rows}
{learned(PREDICTIONS)}
## What the image arm refuses
`npx --no-install concord bench film-fitness --data ../shared/data/nih_cxr_subset`, 133 films of 89 validation patients and 40 drawings of each kind; refused,
with the 95 % interval:

| picture | refused |
|---|---|
| a film as it is (false refusals) | 1.5 % [0.4, 5.3] |
| inverted; turned by a quarter, a half, three quarters; upside down | 99 to 100 % [96, 100] |
| a half or the middle of a film | 88 to 98 % [81, 99] |
| mirrored left to right | 2.3 %; 84 % more are read with a caution and name no side (1 of 133 films that hang as usual has it too) |
| without contrast; named lateral or another part; stored turned; burned-in text; a capture without its marks | 100 % [97, 100] |
| noise, step wedge, line pairs, water phantoms, a drawn hand (nobody taught it any of them) | 100 % [91, 100] |
| a soft glow in noise | 90 % [77, 96] |

The limits of likeness and of one grey were set on films of training and calibration patients and on drawn chests; the one of one grey was raised
after two of the drawings (disc, hand) had passed. A lateral film that calls itself frontal was not measured: no open set here holds one.

## Limits
{off(manifest)}- One hospital per question, intensive care. {sampling_of(manifest)}
- Sepsis: onset is uncertain by one to two hours, and hours of records that were cut count as free of sepsis.
- Sepsis reads how long the patient lay in hospital before the unit, from earlier stays of the same admission; where a site sends none of
  them, everybody looks admitted straight to the unit.
- Death in hospital: every stay in the set lasts 48 hours; earlier landmarks are reported, never served.
- The probability belongs to a group of similar patients. Nothing here was tested on a patient's care.
"""
