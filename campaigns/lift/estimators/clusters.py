"""The groups of an experiment as arrays: what every estimator reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]

# With 3 groups against 3 the smallest two-sided p is 0.10: no interval at 95 % exists.
FEWEST_GROUPS = 4


class NotEnough(Exception):
    """There is no estimate: too few groups in an arm, or an arm without any outcome. The text says which."""


@dataclass(frozen=True, eq=False)
class Clusters:
    """G groups in the order of their names, so that the order they were read in changes nothing.

    Arrays of length G: `treated` (bool), `n` (eligible people, fixed before the first exposure, > 0), `y`
    (outcome inside its window: orders, or minor units), `x` (the same before assignment; zeros where not
    kept) and `stratum` (whole numbers; labels are exchanged inside a stratum only).
    """

    names: tuple[str, ...]
    treated: Bools
    n: Floats
    y: Floats
    x: Floats
    stratum: Ints

    @classmethod
    def of(
        cls,
        names: Sequence[str],
        treated: npt.ArrayLike,
        n: npt.ArrayLike,
        y: npt.ArrayLike,
        *,
        x: npt.ArrayLike | None = None,
        stratum: npt.ArrayLike | None = None,
    ) -> Clusters:
        """Sort and check. Raises ValueError for arrays of different length, a repeated name, a group of nobody."""
        size = len(names)
        found = cls(
            tuple(names),
            np.asarray(treated, dtype=np.bool_),
            np.asarray(n, dtype=np.float64),
            np.asarray(y, dtype=np.float64),
            np.zeros(size) if x is None else np.asarray(x, dtype=np.float64),
            np.zeros(size, dtype=np.int64) if stratum is None else np.asarray(stratum, dtype=np.int64),
        )
        if any(column.shape != (size,) for column in found._columns()):
            raise ValueError("every column has one value per group")
        if len(set(names)) != size:
            raise ValueError("a group appears twice")
        if size and found.n.min() <= 0:
            raise ValueError("a group has nobody in it")
        return found.only(sorted(range(size), key=names.__getitem__))

    def only(self, places: Sequence[int]) -> Clusters:
        """The groups at these places, in that order."""
        index = np.asarray(places, dtype=np.intp)
        names = tuple(self.names[place] for place in places)
        one, n, y, x, stratum = self.treated, self.n, self.y, self.x, self.stratum
        return Clusters(names, one[index], n[index], y[index], x[index], stratum[index])

    def _columns(self) -> tuple[npt.NDArray[np.generic], ...]:
        return self.treated, self.n, self.y, self.x, self.stratum

    @property
    def groups(self) -> tuple[int, int]:
        """How many are treated, and how many held out."""
        treated = int(self.treated.sum())
        return treated, len(self.names) - treated

    def as_before(self) -> Clusters:
        """The same groups with the earlier period as the outcome: for the check that the arms began alike."""
        return replace(self, y=self.x, x=np.zeros_like(self.x))

    def require_both_arms(self) -> None:
        """Raises NotEnough below four groups in an arm, or where an arm has no outcome at all."""
        if min(self.groups) < FEWEST_GROUPS:
            raise NotEnough(f"fewer than {FEWEST_GROUPS} groups in an arm")
        if self.y[self.treated].sum() <= 0 or self.y[~self.treated].sum() <= 0:
            raise NotEnough("an arm without any outcome")
