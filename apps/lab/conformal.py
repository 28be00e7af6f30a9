"""Split-conformal quantiles by patient: who stays long has no more voices than others.

References: Vovk et al. 2005 (split conformal).
"""
import numpy as np

# Config
MISS = 0.10  # of patients are left out of a set


def upper_quantile(values, weight, share):
    order = np.argsort(values)
    total = np.cumsum(weight[order])
    return float(values[order][np.searchsorted(total, share * total[-1])])


def conformal_of(strange, weight, patient, rows):
    """
    Split-conformal quantile of one class: 90 % of patients, each with the mean over own hours, with the step for a finite sample.
    `rows`: hours of the class of every patient. The out-of-fold set holds a draw of the hours without an event; a weight over all
    of a patient's hours keeps those in it whose few hours were mostly not drawn.
    """
    patients = len(np.unique(patient))
    level = (1 - MISS) * (patients + 1) / max(1, patients)
    if len(strange) == 0 or level >= 1:
        return 1.0
    return upper_quantile(strange, weight / rows[patient], level)
