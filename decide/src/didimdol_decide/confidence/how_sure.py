"""How sure is a ranking: P(selected), rank intervals, severity of evaluators, agreement."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from didimdol_decide.confidence import rounded
from didimdol_decide.confidence.agreement import Figure, agreement
from didimdol_decide.confidence.decision import Decision, decision_at_hand, selected_in_draws
from didimdol_decide.confidence.inputs import ConfidenceInputs
from didimdol_decide.confidence.judges import Sheet, judge_lines
from didimdol_decide.confidence.offsets import can_fit, fit
from didimdol_decide.confidence.resampling import resample, trimmed_base
from didimdol_decide.confidence.result import ApplicationLine, BodySummary, Confidence, FigureLine, JudgeLine
from didimdol_decide.plain import Text
from didimdol_decide.rules import StageRule

if TYPE_CHECKING:
    import numpy as np


def _line(figure: Figure) -> FigureLine:
    return FigureLine(
        value=rounded.points(figure.value), low=rounded.points(figure.low), high=rounded.points(figure.high)
    )


class _Estimates:
    """Walks the stages once, in the order of the rule, with one generator: the order of the input is gone."""

    def __init__(self, inputs: ConfidenceInputs, decision: Decision) -> None:
        import numpy as np

        self.inputs, self.decision = inputs, decision
        self.draws = inputs.settings.draws
        self.share = float(inputs.settings.interval)
        self.generator = np.random.Generator(np.random.PCG64(inputs.settings.seed))
        self.resampled: dict[str, np.ndarray[Any, Any]] = {}
        self.modelled: dict[str, np.ndarray[Any, Any]] = {}
        self.judges: list[JudgeLine] = []
        self.bodies: list[BodySummary] = []
        self.notes: list[Text] = []
        self.has_model = True
        for stage in decision.stages:
            self._stage(stage)

    def _stage(self, stage: StageRule) -> None:
        import numpy as np

        rows: dict[str, list[tuple[str, str, float]]] = {key: [] for key in self.decision.scores[stage.key]}
        order = {body.key: place for place, body in enumerate(stage.bodies)}
        for ballot in sorted(
            self.inputs.ballots.get(stage.key, ()),
            key=lambda ballot: (ballot.application, order[ballot.body], ballot.evaluator),
        ):
            most = stage.body(ballot.body).maximum
            total = float(sum(ballot.points.values()) * 100 / most)
            rows[ballot.application].append((ballot.body, ballot.evaluator, total))
        standing = self.decision.standing
        resampled = np.empty((self.draws, len(standing)))
        for column, key in enumerate(standing):
            bodies = [body for body, _, _ in rows[key]]
            points = np.array([total for _, _, total in rows[key]])
            drawn = resample(bodies, points, self.generator, self.draws)
            resampled[:, column] = trimmed_base(stage, bodies, drawn)
        self.resampled[stage.key] = resampled
        self.modelled[stage.key] = np.zeros((self.draws, len(standing)))
        for body in stage.bodies:
            self._body(stage, body.key, float(body.weight), rows)

    def _body(
        self, stage: StageRule, body: str, weight: float, rows: dict[str, list[tuple[str, str, float]]]
    ) -> None:
        import numpy as np

        cast = [(key, who, total) for key in sorted(rows) for kind, who, total in rows[key] if kind == body]
        if not cast:
            return
        applications = tuple(sorted({key for key, _, _ in cast}))
        evaluators = tuple(sorted({who for _, who, _ in cast}))
        place_of = {key: place for place, key in enumerate(applications)}
        seat_of = {who: place for place, who in enumerate(evaluators)}
        sheet = Sheet(
            stage=stage.key,
            body=body,
            applications=applications,
            evaluators=evaluators,
            application=np.array([place_of[key] for key, _, _ in cast]),
            evaluator=np.array([seat_of[who] for _, who, _ in cast]),
            points=np.array([total for _, _, total in cast]),
        )
        fitted = severity = None
        if can_fit(sheet.application):
            fitted = fit(sheet.application, sheet.evaluator, sheet.points)
            quality, severity = fitted.draws(self.generator, self.draws)
            columns = [place_of[key] for key in self.decision.standing if key in place_of]
            at = [column for column, key in enumerate(self.decision.standing) if key in place_of]
            self.modelled[stage.key][:, at] += weight * quality[:, columns]
        elif weight > 0:
            self.has_model = False
            self.notes.append(_no_model(stage.key, body))
        self.judges += judge_lines(sheet, fitted, severity, self.share)
        panels = len(set(sheet.parts()))
        if panels > 1 and fitted is not None:
            self.notes.append(_not_linked(stage.key, body, panels))
        figures = agreement(sheet.application, sheet.points, self.generator, self.share)
        self.bodies.append(
            BodySummary(
                stage=stage.key,
                body=body,
                ballots=len(cast),
                panels=panels,
                quality_sd=None if fitted is None else rounded.points(fitted.quality_sd),
                judge_sd=None if fitted is None else rounded.points(fitted.severity_sd),
                noise_sd=None if fitted is None else rounded.points(fitted.noise_sd),
                **{name: _line(figure) for name, figure in figures.items()},
            )
        )

    def quality(self) -> np.ndarray[Any, Any]:
        """Final scores by the model, bonus included: draws x standing."""
        import numpy as np

        weights = self.decision.rule.stage_weights
        parts = np.array(
            [
                float(weights[stage.key])
                * (
                    self.modelled[stage.key]
                    + [float(self.decision.scores[stage.key][key].bonus) for key in self.decision.standing]
                )
                for stage in self.decision.stages
                if stage.key in weights
            ]
        )
        total: np.ndarray[Any, Any] = parts.sum(axis=0)
        return total


def _no_model(stage: str, body: str) -> Text:
    return Text(
        ko=f"단계 '{stage}'의 평가 주체 '{body}'은(는) 두 장 이상의 평가표를 받은 신청이 3건 미만이라"
        " 위원의 성향과 신청의 수준을 가를 수 없습니다. 모형 확률을 내지 않습니다.",
        en=f"In stage '{stage}', fewer than 3 applications have two ballots of body '{body}', so severity"
        " cannot be told from quality: no probability by the model.",
    )


def _not_linked(stage: str, body: str, panels: int) -> Text:
    return Text(
        ko=f"단계 '{stage}'의 평가 주체 '{body}': 위원을 공유하지 않는 심사조가 {panels}개입니다. 다른 조의"
        " 위원과는 비교할 수 없고, 조 사이의 모형 확률은 조마다 비슷한 신청이 배정되었다는 가정에 기댑니다."
        " 위원의 15~20%를 조 사이에서 바꾸면 풀립니다.",
        en=f"Stage '{stage}', body '{body}': {panels} panels share no evaluator. Evaluators of different"
        " panels cannot be compared, and probabilities across panels rest on the assumption that panels got"
        " applications of like quality. Rotating 15-20% of the seats between panels mends this.",
    )


def how_sure(inputs: ConfidenceInputs) -> Confidence:
    """How sure the decision at hand is (`decision.decision_at_hand`). Needs numpy.

    The same result for any order of the input. Changes nothing of the official result.
    Raises NothingToSay (a ValueError); BallotInvalid and ValueError as `scoring` and `ranking`.
    """
    import numpy as np

    decision = decision_at_hand(inputs)
    estimates = _Estimates(inputs, decision)
    settings = inputs.settings
    selected, ranks = selected_in_draws(decision, estimates.resampled, estimates.generator, True)
    probability = {"resampled": selected.mean(axis=0)}
    tails = ((1 - estimates.share) / 2, (1 + estimates.share) / 2)
    quality = None
    if estimates.has_model:
        selected, ranks = selected_in_draws(decision, estimates.modelled, estimates.generator, False)
        probability["model"] = selected.mean(axis=0)
        drawn = estimates.quality()
        quality = np.stack((drawn.mean(axis=0), *np.quantile(drawn, tails, axis=0)))
    low, high = np.quantile(ranks, tails, axis=0, method="inverted_cdf")
    column = {key: place for place, key in enumerate(decision.standing)}
    open_lot = inputs.lottery_seed is None
    lines = []
    for entry in decision.ranking.applications:
        place = column.get(entry.id)
        given = {
            name: None if place is None else rounded.share(float(values[place]))
            for name, values in probability.items()
        }
        deciding = given.get("model", given["resampled"])
        three = [None] * 3 if quality is None or place is None else [float(q) for q in quality[:, place]]
        lines.append(
            ApplicationLine(
                id=entry.id,
                group=entry.group,
                outcome=entry.outcome,
                rank=entry.rank,
                final=entry.final,
                stands=place is not None,
                resampled=given["resampled"],
                model=given.get("model"),
                quality=rounded.points(three[0]),
                quality_low=rounded.points(three[1]),
                quality_high=rounded.points(three[2]),
                rank_low=None if place is None else int(low[place]),
                rank_high=None if place is None else int(high[place]),
                borderline=deciding is not None
                and settings.borderline_low <= deciding <= settings.borderline_high,
                lot=open_lot and any(step.by == "lottery" for step in entry.tie_trail),
            )
        )
    expected = {
        name: {
            group: rounded.points(
                float(sum(values[column[key]] for key in decision.standing if decision.group[key] == group))
            )
            for group in sorted(decision.places)
        }
        for name, values in probability.items()
    }
    return Confidence(
        stage=decision.stages[-1].key,
        final=decision.final,
        draws=settings.draws,
        seed=settings.seed,
        places=dict(sorted(decision.places.items())),
        expected_resampled=expected["resampled"],
        expected_model=expected.get("model"),
        applications=tuple(lines),
        judges=tuple(estimates.judges),
        bodies=tuple(estimates.bodies),
        notes=tuple(estimates.notes),
    )
