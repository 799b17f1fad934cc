"""The same pool with something changed, and whether its panels can be filled then."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from didimdol_decide.drawing.counting import Counting, TooLarge
from didimdol_decide.drawing.pool import Panel, Pool, Quota
from didimdol_decide.drawing.procedure import TOGETHER, simple_filling
from didimdol_decide.drawing.reach import Asked, Sums, asked_of, sums_of


@dataclass(frozen=True)
class Question:
    """Can these panels be filled, while these members stay and these pairs are barred?"""

    scope: tuple[str, ...]
    seated: Mapping[str, Collection[str]] = field(default_factory=dict)
    barred: Collection[tuple[str, str]] = ()
    used: Mapping[str, int] = field(default_factory=dict)
    _sums: dict[tuple[str, Asked], Sums | None] = field(default_factory=dict, repr=False, compare=False)

    def fillable(self, pool: Pool, scope: Sequence[str] | None = None) -> bool | None:
        """None where that is too large to tell."""
        panels = self.scope if scope is None else scope
        if len(panels) == 1 and (sums := self._sums_of(pool, pool.panel(panels[0]))) is not None:
            panel = pool.panel(panels[0])
            barred = {person for key, person in self.barred if key == panel.id}
            return sums.fillable(pool, panel, self.seated.get(panel.id, ()), barred, self.used)
        try:
            counting = Counting(
                pool,
                panels,
                seated=self.seated,
                barred=self.barred,
                used=self.used,
                thin=True,
                limit=TOGETHER if len(panels) > 1 else None,
            )
        except TooLarge:
            return True if simple_filling(pool, panels, self.used) else None
        return counting.total > 0

    def _sums_of(self, pool: Pool, panel: Panel) -> Sums | None:
        asked = asked_of(pool, panel)
        if (panel.id, asked) not in self._sums:
            self._sums[panel.id, asked] = sums_of(panel, asked)
        return self._sums[panel.id, asked]


def in_counts(pool: Pool) -> Pool:
    """Every quota at its panel, one bound each, as a count."""
    panels = []
    for panel in pool.panels:
        quotas = []
        for quota in pool.quotas_of(panel):
            low, high = quota.bounds(panel.seats)
            own = {"attribute": quota.attribute, "values": quota.values}
            if low > 0:
                quotas.append(Quota.model_validate({**own, "minimum": low}))
            if high < panel.seats:
                quotas.append(Quota.model_validate({**own, "maximum": high}))
        panels.append(panel.model_copy(update={"quotas": tuple(quotas)}))
    return pool.model_copy(update={"panels": tuple(panels), "quotas": ()})


def on_pool(pool: Pool, **update: object) -> Pool:
    return pool.model_copy(update=update)


def on_panel(pool: Pool, key: str, **update: object) -> Pool:
    panels = tuple(p.model_copy(update=update) if p.id == key else p for p in pool.panels)
    return pool.model_copy(update={"panels": panels})


def on_quota(pool: Pool, key: str, place: int, **update: object) -> Pool:
    quotas = list(pool.panel(key).quotas)
    quotas[place] = quotas[place].model_copy(update=update)
    return on_panel(pool, key, quotas=tuple(quotas))
