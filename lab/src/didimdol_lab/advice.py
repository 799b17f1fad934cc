"""What a model's card and a measurement tell about how it runs: each with its reason. Advice, never a verdict."""

from __future__ import annotations

from dataclasses import dataclass

from .contract import Bilingual, Measurement, ModelCard, bilingual


@dataclass(frozen=True, slots=True)
class Advice:
    code: str
    message: Bilingual


_DYNAMIC_INT8 = bilingual(
    "동적 INT8 양자화가 합성곱에 쓰였습니다. 입력을 볼 때마다 다시 양자화하므로 ONNX Runtime CPU에서 오히려 느려집니다"
    "(잰 모델에서 3.2~4.0배). didimdol-lab quantize로 보정 데이터를 써서 정적 양자화(QDQ)한 모델과 비교해 보십시오.",
    "Dynamic INT8 quantisation of convolutions: inputs are quantised anew at every inference, which is slower on ONNX "
    "Runtime's CPU (3.2 to 4.0 times on the models measured). Compare with a static QDQ model made with calibration data "
    "(didimdol-lab quantize).",
)
_DYNAMIC_SHAPES = bilingual(
    "입력의 크기가 정해져 있지 않습니다. NPU와 그 컴파일러는 대개 고정된 크기만 받습니다. 쓸 크기로 고정해 내보내십시오.",
    "Inputs of open shape: NPUs and their compilers mostly take fixed shapes only. Export the model with the shapes you use.",
)
_CONTROL_FLOW = bilingual(
    "Loop나 If가 들어 있습니다. NPU는 이런 부분을 CPU로 돌려보내므로, 장비에서 어디에 배치되는지 확인하십시오.",
    "It holds Loop or If: NPUs hand such parts back to the CPU. Look at the placement on the device.",
)
_UNCHECKED_INT8 = bilingual(
    "양자화된 모델인데 정확도를 재지 않았습니다. 정수로 바꾸면 답이 달라질 수 있으므로 --dataset으로 함께 재십시오.",
    "A quantised model whose accuracy was not measured: integers may change its answers. Measure them too, with --dataset.",
)
_QUANTISED = (
    "QuantizeLinear",
    "DequantizeLinear",
    "ConvInteger",
    "MatMulInteger",
    "QLinearConv",
    "QLinearMatMul",
)
_MOST_NAMED = 5


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


def advice_on(measurement: Measurement, card: ModelCard) -> list[Advice]:
    """The same, and what the run has shown: parts left to the CPU, another precision than the file's, unchecked answers.

    Source: measurements of lab.md 2.3 and 4.5.
    """
    found = advice(card)
    placed = measurement.placement
    if placed is not None and placed.fallbacks:
        found.append(Advice("npu_fallback", _fallback(placed.fallbacks, placed.units)))
    if measurement.executed_precision in ("bf16", "f16") and card.precision in ("f32", "f64"):
        found.append(Advice("reduced_precision", _reduced(card.precision, measurement.executed_precision)))
    if any(card.operators.get(name, 0) for name in _QUANTISED) and measurement.accuracy is None:
        found.append(Advice("unchecked_int8", _UNCHECKED_INT8))
    return found


def _fallback(fallbacks: dict[str, int], units: dict[str, int]) -> Bilingual:
    left, total = sum(fallbacks.values()), sum(units.values())
    most = sorted(fallbacks.items(), key=lambda each: (-each[1], each[0]))[:_MOST_NAMED]
    names = ", ".join(f"{name} × {count}" for name, count in most)
    return bilingual(
        f"노드 {total}개 가운데 {left}개를 가속기가 맡지 못해 CPU가 실행합니다({names}). 장치 사이를 오갈 때마다 데이터를 "
        "옮기므로, 이 연산자를 가속기가 아는 것으로 바꾸어 보십시오.",
        f"Of {total} nodes the accelerator left {left} to the CPU ({names}). Data moves at every crossing: try to express these "
        "operators in ones that the accelerator knows.",
    )


def _reduced(stored: str, executed: str) -> Bilingual:
    return bilingual(
        f"파일은 {stored}인데 {executed}로 계산했습니다. 어떤 CPU에서는 런타임의 기본값이 그렇습니다. 빨라진 만큼 출력이 달라질 수 "
        f"있으므로 compare_outputs로 확인하고, {stored}와 빠르기를 견줄 때는 precision을 같게 하십시오.",
        f"The file is {stored}, but it was computed in {executed}, as some runtimes do by default on some CPUs. Outputs may differ "
        f"for the speed gained: look at them with compare_outputs, and compare speeds at the same precision only.",
    )
