"""The statistics of test/interop/significance.py and test/fixtures/statistics, by scipy, statsmodels and numpy's public calls."""

import itertools

import numpy as np
from scipy import stats
from statsmodels.stats.multitest import multipletests


def mann_whitney(a, b):
    """Exact by scipy's own distribution without ties, by all permutations with them; asymptotic beyond 100 values."""
    if len(a) + len(b) > 100:
        result, method = stats.mannwhitneyu(a, b, method="asymptotic"), "normal approximation"
    elif len({*a, *b}) == len(a) + len(b):
        result, method = stats.mannwhitneyu(a, b, method="exact"), "exact"
    else:
        every = stats.PermutationMethod(n_resamples=np.inf)
        result, method = stats.mannwhitneyu(a, b, method=every), "exact"
    return {"u": float(result.statistic), "p": float(result.pvalue), "method": method}


def wilcoxon(differences):
    """Likewise: exact, all signs where there are ties or zeros, asymptotic beyond 100 that are not zero."""
    d = np.array(differences, dtype=float)
    sizes = np.abs(d[d != 0])
    if len(sizes) > 100:
        p, method = stats.wilcoxon(d, method="asymptotic", correction=True).pvalue, "normal approximation"
    elif len(set(sizes)) == len(d):
        p, method = stats.wilcoxon(d, method="exact").pvalue, "exact"
    else:
        p, method = stats.wilcoxon(d, method=stats.PermutationMethod(n_resamples=np.inf)).pvalue, "exact"
    ranks = stats.rankdata(sizes)
    signs = np.sign(d[d != 0])
    positive, negative = float(ranks[signs > 0].sum()), float(ranks[signs < 0].sum())
    return {"positive": positive, "negative": negative, "n": len(sizes), "p": float(p), "method": method}


def cliffs_delta(a, b):
    return float(np.mean(np.sign(np.subtract.outer(np.array(a), np.array(b)))))


def holm(p):
    return [float(value) for value in multipletests(p, method="holm")[1]]


def median_interval(values, level):
    """Over all n^n resamples."""
    resamples = np.array(list(itertools.product(values, repeat=len(values))))
    medians = np.median(resamples, axis=1)
    bounds = np.quantile(medians, [(1 - level) / 2, (1 + level) / 2], method="inverted_cdf")
    return {"level": level, "low": float(bounds[0]), "high": float(bounds[1])}
