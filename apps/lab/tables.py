"""Tables of the two intensive-care sets as the product makes them, ready for training: columns, owners, folds, rows."""
import hashlib
import json

import numpy as np

from lab import OUT
from trees import derive

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


def fold_of(patients, folds):  # [n] integers
    """Fold of each patient, fixed by a hash of the number, whatever the order of the file."""
    unique, place = np.unique(patients, return_inverse=True)
    return np.array([int(hashlib.sha256(f"{int(p)}concord-fold".encode()).hexdigest()[:8], 16) % folds for p in unique])[place]


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
        keep = [place for place, name in enumerate(names) if wanted(name)]
        kept = [names[place] for place in keep]
        needed = {name for name in kept}
        for column in reversed(made):
            if column["name"] in needed:
                needed |= set(column["of"])
        used = [column for column in made if column["name"] in needed]
        return np.ascontiguousarray(values[:, keep]), kept, np.array([owner_of(name, made) for name in kept]), used


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


def wanted_2012(name, sampling=True):
    if name == BEFORE:
        return False
    if name.startswith(("context/", "derived/")):
        return not name.startswith(tuple(f"derived/points-{hour}" for hour in range(1, 6)))
    code, feature = name.rsplit("/", 1)
    if feature in SAMPLING:
        return sampling
    return feature in ("last", "mean24", "min24", "max24", "spread24", "change24", "mean48", "min48", "max48", "first48") or (feature == "mean6" and code in VITALS) or name == "9187-6/sum24"
