"""What a model's card alone tells about how it will run: each with its reason. Advice, never a verdict."""

from __future__ import annotations

from dataclasses import dataclass

from .contract import Bilingual, ModelCard, bilingual


@dataclass(frozen=True, slots=True)
class Advice:
    code: str
    message: Bilingual


_DYNAMIC_INT8 = bilingual(
    "동적 INT8 양자화가 합성곱에 쓰였습니다. 입력을 볼 때마다 다시 양자화하므로 ONNX Runtime CPU에서 오히려 느려집니다"
    "(잰 모델에서 3.2~4.0배). 보정 데이터로 정적 양자화(QDQ)한 모델과 비교해 보십시오.",
    "Dynamic INT8 quantisation of convolutions: inputs are quantised anew at every inference, which is slower on ONNX "
    "Runtime's CPU (3.2 to 4.0 times on the models measured). Compare with a static QDQ model made with calibration data.",
)
_DYNAMIC_SHAPES = bilingual(
    "입력의 크기가 정해져 있지 않습니다. NPU와 그 컴파일러는 대개 고정된 크기만 받습니다. 쓸 크기로 고정해 내보내십시오.",
    "Inputs of open shape: NPUs and their compilers mostly take fixed shapes only. Export the model with the shapes you use.",
)
_CONTROL_FLOW = bilingual(
    "Loop나 If가 들어 있습니다. NPU는 이런 부분을 CPU로 돌려보내므로, 장비에서 어디에 배치되는지 확인하십시오.",
    "It holds Loop or If: NPUs hand such parts back to the CPU. Look at the placement on the device.",
)


def advice(card: ModelCard) -> list[Advice]:
    """What to think about before measuring this model, gravest first. Source: measurements of lab.md 4.4, 1.3."""
    found = []
    operators = card.operators
    dynamic = operators.get("DynamicQuantizeLinear", 0) and operators.get("ConvInteger", 0)
    if dynamic:
        found.append(Advice("dynamic_int8_convolution", _DYNAMIC_INT8))
    # A batch dimension alone is left open by most exporters, and fixed by every compiler.
    if any(not isinstance(size, int) for tensor in card.inputs for size in tensor.shape[1:]):
        found.append(Advice("dynamic_shapes", _DYNAMIC_SHAPES))
    if operators.get("Loop", 0) or operators.get("If", 0) or operators.get("Scan", 0):
        found.append(Advice("control_flow", _CONTROL_FLOW))
    return found
