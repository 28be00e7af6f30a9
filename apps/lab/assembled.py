"""Assembled patients: real hours of vital signs beside a real or drawn film and a report of the project's own grammar.

No open set holds signs, film, report and outcome of the same patients (DESIGN 5). A hidden severity ties them together here: it is
drawn from the outcome of the real hours, and film and report are drawn from it. What a model learns from this about the weight of
a film or a report is our assumption, not a finding; the bundle says `assembled` wherever such a pattern answers.
"""
import numpy as np
import torch

# Share of patients with a sick chest, by what their signs did later; and how often film and report show it.
SICK_IF_DECLINE = 0.60
SICK_IF_NOT = 0.22
SHOWN = 0.90
DRAWN_FILM = 0.35  # share of films that are drawn, so that a demonstration patient is in domain
OLDEST_HOURS = 60.0


class Parts:
    """Films and reports of one split, ready to be handed to patients."""

    def __init__(self, films, drawn, reports, part: int):
        """`films`: dict with `tokens` [copies, n, 16, d], `sick`, `split`; `drawn` the same; `reports`: `features`, `mask`, `severity`."""
        self.films, self.drawn, self.reports = films, drawn, reports
        third = np.arange(len(drawn["sick"])) % 5
        own = third < 3 if part == 0 else third == 2 + part
        self.film_rows = [np.flatnonzero((films["split"] == part) & (films["sick"] == sick)) for sick in (0, 1)]
        self.drawn_rows = [np.flatnonzero(own & (drawn["sick"] == sick)) for sick in (0, 1)]
        spoken = reports["mask"].sum(1) > 0
        mine = np.arange(len(spoken)) % 5
        kept = spoken & (mine < 3 if part == 0 else mine == 2 + part)
        self.report_rows = [np.flatnonzero(kept & ((reports["severity"] > 0) == bool(sick))) for sick in (0, 1)]

    def draw(self, labels, pick):  # [batch, 3]
        """One film and one report for each row, with their ages in hours."""
        batch = len(labels)
        sick = pick.random(batch) < np.where((labels == 1).any(1), SICK_IF_DECLINE, SICK_IF_NOT)
        shows = lambda: np.where(pick.random(batch) < SHOWN, sick, ~sick).astype(int)
        on_film, in_report = shows(), shows()
        choose = lambda rows, which: np.array([pick.choice(rows[each]) for each in which])
        film, own, report = choose(self.film_rows, on_film), choose(self.drawn_rows, on_film), choose(self.report_rows, in_report)
        copies = len(self.films["tokens"])
        copy = pick.integers(copies, size=batch)
        use_drawn = torch.from_numpy(pick.random(batch) < DRAWN_FILM).view(-1, 1, 1)
        regions = torch.where(use_drawn, self.drawn["tokens"][copy % len(self.drawn["tokens"]), own], self.films["tokens"][copy, film])  # [batch, 16, d]
        age = torch.from_numpy(np.minimum(pick.exponential(14.0, (batch, 2)), OLDEST_HOURS)).float()
        return regions, torch.from_numpy(self.reports["features"][report]), torch.from_numpy(self.reports["mask"][report]).float(), age
