"""Calibration of the findings of a film, and from where one is said to be there. Reference: Platt 1999."""
import numpy as np

from film_blocks import FINDINGS

FEWEST = 20  # films with a finding, in the calibration part, from which its presence is said
DRAWN = {"Abnormal": None, "Pneumonia": 0, "Effusion": 1, "Cardiomegaly": 2}  # column of the drawn film's own labels
# What is said of a drawn film: nothing. `concord bench agreement` found a contradiction in 12 to 18 % of consistent pairs and in 19 to 24 %
# of contrary ones, so a word on a drawn film is worth no second look.
FIT_FOR_DRAWN = ()


def platt(labels, logit):
    """Slope and intercept on the logit as it is, fitted on the standardised one: a rare finding's raw logit lies far from zero."""
    centre, spread = logit.mean(), logit.std() + 1e-9
    y, design = labels.astype(float), np.stack([(logit - centre) / spread, np.ones(len(logit))], 1)
    share = (y.sum() + 0.5) / (len(y) + 1)
    beta = np.array([0.5, np.log(share / (1 - share))])
    for _ in range(50):
        p = 1 / (1 + np.exp(-design @ beta))
        beta = beta + np.linalg.solve((design * (p * (1 - p))[:, None]).T @ design + 0.05 * np.eye(2), design.T @ (y - p) - 0.05 * np.array([beta[0], 0]))
    slope = max(beta[0] / spread, 1e-3)
    return float(slope), float(beta[1] - slope * centre)


def thresholds(labels, p):
    """Said to be there where nine of ten films without it score lower, said not to be where nine of ten with it score higher; where too few
    films show it to know, neither is ever said."""
    if min(labels.sum(), (labels == 0).sum()) < FEWEST:
        return 1.0, 0.0
    present, absent = float(np.quantile(p[labels == 0], 0.9)), float(np.quantile(p[labels == 1], 0.1))
    return (present, absent) if absent < present else ((present + absent) / 2 + 0.01, (present + absent) / 2 - 0.01)


def calibrated(films, rows, logits):
    """Platt by finding on films that took no part in the fit: real ones, or drawn ones where there is no real one."""
    entries = []
    for column, name in enumerate(FINDINGS):
        own = (films.labels[rows, column] >= 0) & (films.real[rows] | (not films.real[rows].any()))
        labels, logit = films.labels[rows[own], column], logits[own, column]
        if len(labels) == 0:  # only in a smoke run: drawn films know four findings
            entries.append({"name": name, "slope": 1.0, "intercept": 0.0, "present": 1.0, "absent": 0.0, "onDrawnFilms": False})
            continue
        slope, intercept = platt(labels, logit)
        present, absent = thresholds(labels, 1 / (1 + np.exp(-(slope * logit + intercept))))
        entries.append({"name": name, "slope": slope, "intercept": intercept, "present": round(present, 4), "absent": round(absent, 4), "onDrawnFilms": name in FIT_FOR_DRAWN})
    return entries
