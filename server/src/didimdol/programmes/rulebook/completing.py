"""What a file may leave out because another part of it says so already. Works on plain data of any shape."""

from __future__ import annotations

from typing import Any

from .final import BEST_SHEET, FINAL_SHEET


def completed(data: Any) -> Any:
    """The same data with the names of score sheets and the selection's quota filled in where left out.

    A stage's `rule` takes `key` and `name` from its stage; `evaluation.selection.quota` is the fields'
    quotas, or `demands.places` where places are pooled. `outcomes.final` takes the names of its score sheets
    from the sheets of the house. What is malformed is left for the schema to name.
    """
    data = _with_final(data)
    if not isinstance(data, dict) or not isinstance(data.get("evaluation"), dict):
        return data
    evaluation = dict(data["evaluation"])
    if isinstance(evaluation.get("stages"), list):
        evaluation["stages"] = [_named(stage) for stage in evaluation["stages"]]
    selection = evaluation.get("selection")
    if isinstance(selection, dict) and "quota" not in selection:
        quota = _quota(data.get("demands"), data.get("fields"))
        evaluation["selection"] = {**selection, "quota": quota}
    return {**data, "evaluation": evaluation}


def _with_final(data: Any) -> Any:
    outcomes = data.get("outcomes") if isinstance(data, dict) else None
    final = outcomes.get("final") if isinstance(outcomes, dict) else None
    if not isinstance(outcomes, dict) or not isinstance(final, dict):
        return data
    named = dict(final)
    for part, sheet in (("rule", FINAL_SHEET), ("best_rule", BEST_SHEET)):
        if isinstance(final.get(part), dict):
            named[part] = {"key": sheet.key, "name": sheet.name.as_json(), **final[part]}
    return {**data, "outcomes": {**outcomes, "final": named}}


def _named(stage: Any) -> Any:
    if isinstance(stage, dict) and isinstance(stage.get("rule"), dict):
        named = {name: stage[name] for name in ("key", "name") if name in stage}
        return {**stage, "rule": {**named, **stage["rule"]}}
    return stage


def _quota(demands: Any, fields: Any) -> Any:
    places = demands.get("places") if isinstance(demands, dict) else None
    places = places if isinstance(places, int) and not isinstance(places, bool) and places > 0 else 1
    if isinstance(demands, dict) and demands.get("pooled") is True:
        return places
    by_field = {
        entry["key"]: entry["quota"]
        for entry in (fields if isinstance(fields, list) else [])
        if isinstance(entry, dict) and isinstance(entry.get("key"), str)
        if isinstance(entry.get("quota"), int) and not isinstance(entry["quota"], bool) and entry["quota"] >= 0
    }
    return {"by_field": by_field} if by_field else places
