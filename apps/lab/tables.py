"""Tables of the two intensive-care sets as the product makes them, ready for training: columns, owners, folds, rows."""
import hashlib
import json

import numpy as np

from lab import OUT
from trees import SIGNS, derive

VITALS = {"8867-4", "9279-1", "2708-6", "8480-6", "8462-4", "8310-5", "8478-0", "9269-2", "3150-0", "9187-6", "29463-7", "https://concord.example/fhir/CodeSystem/icu#mechanical-ventilation"}
SAMPLING = ("age", "count24")


def owner_of(name, made):
    """Modality of a column; a derived one belongs to labs when any of its parts does, so that hiding labs hides it."""
    if name.startswith("context/"):
        return "context"
    parts = {column["name"]: column["of"] for column in made}
    if name in parts:
        owners = {owner_of(part, made) for part in parts[name]}
        return "labs" if "labs" in owners else "vitals"
    return "vitals" if name.rsplit("/", 1)[0] in VITALS else "labs"


HORIZONS = (6, 12, 24)  # hours of decline


def held_ahead(tables, patient, horizons):  # rows of a stay stand together, one an hour -> [n, horizons]
    """
    Highest partial NEWS2 of two consecutive hours within the next hours of the same stay, by the points in the tables. A target of teaching:
    the label of decline comes from the task's own code, which also asks what was measured (they agree in more than 99 % of hours).
    """
    points = [tables.columns.index(f"{sign}/points-0") for sign in SIGNS]
    score = np.concatenate([np.nansum(np.array(tables.values[at : at + 20_000][:, points]), 1) for at in range(0, len(patient), 20_000)])
    held = np.where(np.r_[False, patient[1:] == patient[:-1]], np.minimum(score, np.r_[0, score[:-1]]), 0)
    ahead, columns = np.full(len(patient), -1.0, np.float32), []
    for step in range(1, max(horizons) + 1):
        same = np.r_[patient[step:] == patient[:-step], np.zeros(min(step, len(patient)), bool)][: len(patient)]
        ahead = np.where(same, np.maximum(ahead, np.r_[held[step:], np.zeros(step)][: len(patient)]), ahead)
        if step in horizons:
            columns.append(ahead)
    return np.stack(columns, 1)


def fold_of(patients, folds):  # [n] integers
    """Fold of each patient, fixed by a hash of the number, whatever the order of the file."""
    unique, place = np.unique(patients, return_inverse=True)
    return np.array([int(hashlib.sha256(f"{int(p)}concord-fold".encode()).hexdigest()[:8], 16) % folds for p in unique])[place]


def set_aside(task, extra):
    """Rows of patients who never teach: the validation part; of 2012 one patient in ten, for the demonstration."""
    return (extra["split"] == 2) & (extra["record"] % 2 == 0) if task == "mortality" else extra["split"] == 2


def table_of(task):
    return Tables("mortality" if task == "mortality" else "sepsis")


class Tables:
    """`values` are read row by row from the file: the whole 2019 table is 0.8 GB."""

    def __init__(self, name: str):
        self.file = OUT / f"{name}.npz"
        with np.load(self.file) as data:
            self.columns = json.loads(data["columns"].tobytes())
            self.extra = {key: data[key] for key in data.files if key not in ("values", "columns")}
            cache = OUT / f"{name}.values.npy"
            if not cache.exists() or cache.stat().st_mtime < self.file.stat().st_mtime:
                np.save(cache, data["values"])
        self.values = np.load(cache, mmap_mode="r")

    def rows(self, at, wanted):
        """The chosen columns of the chosen rows with the derived ones: values [n, c], names, owners, derived columns used."""
        values, names, made = derive(np.array(self.values[at]), self.columns)
        # Hours of the signals stand last: trees read what is before them.
        keep = sorted((place for place, name in enumerate(names) if wanted(name)), key=lambda place: is_hour(names[place]))
        kept = [names[place] for place in keep]
        needed = {name for name in kept}
        for column in reversed(made):
            if column["name"] in needed:
                needed |= set(column["of"])
        used = [column for column in made if column["name"] in needed]
        return np.ascontiguousarray(values[:, keep]), kept, np.array([owner_of(name, made) for name in kept]), used


def is_hour(name):
    return "/hour-" in name


def table_width(names):
    """Columns before the first hour: what trees read."""
    return sum(not is_hour(name) for name in names)


USUAL_ROWS = 20_000  # enough for a middle


def usual_of(tables, rows, columns, made):
    """
    The middle of what each column of `columns`, or of a derived one's parts, says in `rows`, to four digits. How often and how long ago somebody
    measured has no usual: where a signal is left out of a reason, that it was measured stays.
    """
    parts = {column["name"]: column["of"] for column in made}
    needed, open_ = set(), list(columns)
    while open_:
        name = open_.pop()
        open_ += parts.get(name, [])
        if name not in parts and not name.startswith("context/") and name.rsplit("/", 1)[1] not in SAMPLING:
            needed.add(name)
    drawn = np.sort(np.random.default_rng(1).choice(rows, min(len(rows), USUAL_ROWS), replace=False))
    values = np.array(tables.values[drawn])
    places = [place for place, name in enumerate(tables.columns) if name in needed and not np.isnan(values[:, place]).all()]
    return {tables.columns[place]: float(f"{np.nanmedian(values[:, place]):.4g}") for place in places}


BEFORE = "context/hours-before"  # a ward of the 2012 set says nothing of it; for decline it taught nothing out of fold


def is_sign(name):
    """Everything of the signs but what repeats itself: points by sign stand in their sums."""
    return name != BEFORE and name.startswith(("context/", "derived/")) or (name.rsplit("/", 1)[0] in VITALS and "/points-" not in name)


def wanted_decline(name, sampling=True):
    """Labs beyond their newest value taught nothing out of fold here."""
    feature = name.rsplit("/", 1)[1]
    return (sampling or feature not in SAMPLING) and (is_sign(name) or feature == "last" and name.rsplit("/", 1)[0] not in VITALS)


def wanted_sepsis(name, sampling=True):
    """No oldest, least and greatest lab of two days: they name the patient, and the trees learn the patient."""
    feature = name.rsplit("/", 1)[1]
    return (sampling or feature not in SAMPLING) and (name == BEFORE or is_sign(name) or name.rsplit("/", 1)[0] not in VITALS and feature in ("last", "age", "count24", "change24", "mean48"))


# Signals that no stay of the 2012 set has: their hours would teach nothing.
ABSENT_2012 = {"11555-0", "20564-1", "17861-6", "2075-0", "1968-7", "2777-1", "718-7", "14979-9", "3255-7"}


def wanted_2012(name, sampling=True):
    if name == BEFORE:
        return False
    if name.startswith(("context/", "derived/")):
        return not name.startswith(tuple(f"derived/points-{hour}" for hour in range(1, 6)))
    code, feature = name.rsplit("/", 1)
    if feature in SAMPLING:
        return sampling
    if is_hour(name):
        return code not in ABSENT_2012
    return feature in ("last", "mean24", "min24", "max24", "spread24", "change24", "mean48", "min48", "max48", "first48") or (feature == "mean6" and code in VITALS) or name == "9187-6/sum24"
