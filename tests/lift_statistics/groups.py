"""People in groups who infect one another: the generator whose true lift is planted.

Group sizes are negative binomial (shape 2, mean 20, at least 5). A group's own rate is Beta with mean 0.05 and
intra-class correlation 0.10. Treated rates are raised by a factor, then each new buyer recruits each remaining
member of the group with probability k/n until nobody new buys.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from campaigns.lift.estimators.clusters import Clusters, Floats, Ints

MEAN_SIZE, SHAPE, FEWEST = 20, 2, 5
RATE, ICC = 0.05, 0.10


@dataclass(frozen=True)
class World:
    """`added` raises the rate of 0.05; `contagion` is k; `covariate` keeps an earlier period of the same groups;
    `leak` is the chance that a treated buyer gives somebody held out a chance to buy.
    """

    arms: tuple[int, int]
    added: float = 0.0
    contagion: float = 0.0
    covariate: bool = False
    leak: float = 0.0


@dataclass(frozen=True)
class Drawn:
    clusters: Clusters
    contaminated: int


def draw(world: World, seed: int) -> Drawn:
    """One experiment; the first `arms[0]` groups are treated. Groups are alike, so this is a random labeling."""
    rng = np.random.default_rng(seed)
    size = sum(world.arms)
    n, rate = _groups(rng, size)
    treated = np.arange(size) < world.arms[0]
    raised = np.where(treated, np.minimum(rate * (1 + world.added / RATE), 1.0), rate)
    y = _buy(rng, n, raised, np.where(treated, world.contagion, 0.0))
    x = _buy(rng, n, rate, np.zeros(size)) if world.covariate else None
    y, contaminated = _leak(rng, world, n, rate, y)
    names = [f"group-{place:05}" for place in range(size)]
    return Drawn(Clusters.of(names, treated, n, y, x=x), contaminated)


def planted(world: World, *, groups: int, seed: int = 1) -> float:
    """The true relative lift, by brute force: no leak, very many groups per arm."""
    rates = []
    for arm in (replace(world, arms=(groups, 1), leak=0.0), World((1, groups))):
        drawn = draw(arm, seed).clusters
        kept = drawn.treated if arm.arms[0] > 1 else ~drawn.treated
        rates.append(drawn.y[kept].sum() / drawn.n[kept].sum())
    return float(rates[0] / rates[1] - 1)


def person_level(clusters: Clusters) -> tuple[float, float]:
    """The 95 % interval of ln(R₁/R₀) by whoever forgets the groups: every person for themselves."""
    logs, variance = [], 0.0
    for arm in (clusters.treated, ~clusters.treated):
        people, rate = clusters.n[arm].sum(), clusters.y[arm].sum() / clusters.n[arm].sum()
        logs.append(np.log(rate))
        variance += (1 - rate) / (rate * people)
    middle, spread = logs[0] - logs[1], 1.959964 * np.sqrt(variance)
    return float(middle - spread), float(middle + spread)


def _groups(rng: np.random.Generator, size: int) -> tuple[Ints, Floats]:
    n = np.maximum(FEWEST, rng.negative_binomial(SHAPE, SHAPE / (SHAPE + MEAN_SIZE), size))
    strength = 1 / ICC - 1
    return n, rng.beta(RATE * strength, (1 - RATE) * strength, size)


def _buy(rng: np.random.Generator, n: Ints, rate: Floats, contagion: Floats) -> Ints:
    bought = rng.binomial(n, rate)
    new = bought.copy()
    while new.any():
        chance = 1 - (1 - np.minimum(contagion / n, 1.0)) ** new
        new = rng.binomial(n - bought, chance)
        bought = bought + new
    return bought


def _leak(rng: np.random.Generator, world: World, n: Ints, rate: Floats, y: Ints) -> tuple[Ints, int]:
    """Whom it reaches is held out, and buys with the group's own rate if they had not bought."""
    if world.leak == 0:
        return y, 0
    first, size = world.arms[0], sum(world.arms)
    reached = rng.integers(first, size, rng.binomial(int(y[:first].sum()), world.leak))
    chances = np.bincount(reached, minlength=size)
    more = rng.binomial(np.minimum(chances, n - y), 0.5)
    return y + more, int(np.minimum(chances, n).sum())
