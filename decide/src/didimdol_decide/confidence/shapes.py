"""What `score` and `how-sure` read and write, for the JSON Schemas (`didimdol_decide.schema`)."""

from __future__ import annotations

from didimdol_decide.confidence.inputs import ConfidenceInputs, PanelDesign
from didimdol_decide.confidence.result import Confidence, Plan

SHAPES: dict[str, object] = {"score-input": ConfidenceInputs, "panel-design": PanelDesign}
RESULTS: dict[str, object] = {"how-sure": Confidence, "panel-plan": Plan}
