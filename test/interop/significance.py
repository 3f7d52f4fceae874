"""Tests between samples by scipy and statsmodels, bootstrap intervals over all resamples by numpy."""

from peer import serve
from significance_formulas import cliffs_delta, holm, mann_whitney, median_interval, wilcoxon


def answer(request, folder):
    return {
        "mannWhitney": [{**mann_whitney(a, b), "cliffsDelta": cliffs_delta(a, b)} for a, b in request["pairs"]],
        "wilcoxon": [wilcoxon(differences) for differences in request["differences"]],
        "holm": [holm(p) for p in request["families"]],
        "median": [median_interval(values, level) for values, level in request["samples"]],
    }


serve(answer)
