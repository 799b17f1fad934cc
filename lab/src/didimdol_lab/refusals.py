"""Every reason the lab refuses something: a code, a plain sentence and a remedy in Korean and English."""

from __future__ import annotations

import unicodedata

from .aihub.words import REFUSALS as _AI_HUB
from .contract.refusal import Refusal, bilingual

# code: (message ko, message en, remedy ko, remedy en). `{name}` is filled from the refusal's detail.
CATALOGUE: dict[str, tuple[str, str, str, str]] = {
    "not_found": (
        "파일을 열 수 없습니다: {file}",
        "The file cannot be opened: {file}",
        "경로와 읽기 권한을 확인하십시오.",
        "Check the path and the permission to read it.",
    ),
    "not_regular_file": (
        "일반 파일이 아니거나 다른 이름과 연결된 파일입니다({kind}).",
        "This is not a plain file of its own ({kind}).",
        "파일을 새 이름으로 복사(cp)해서 그 복사본을 제출하십시오.",
        "Copy the file (cp) to a new name and hand in the copy.",
    ),
    "empty": (
        "파일이 비어 있습니다.",
        "The file is empty.",
        "내보내기가 끝난 모델 파일을 제출하십시오.",
        "Hand in the model file after its export has finished.",
    ),
    "too_large": (
        "파일이 너무 큽니다: 한도 {limit}바이트.",
        "The file is too large: the limit is {limit} bytes.",
        "모델을 줄이거나 운영자에게 한도를 문의하십시오.",
        "Make the model smaller, or ask the operator about the limit.",
    ),
    "unsupported_format": (
        "지원하지 않는 형식입니다({found}). ONNX, TFLite, OpenVINO IR을 검사합니다.",
        "Unsupported format ({found}). ONNX, TFLite and OpenVINO IR are checked.",
        "모델을 .onnx나 .tflite로, 또는 OpenVINO IR(.xml과 .bin)을 zip이나 tar로 묶어 제출하십시오.",
        "Hand in the model as .onnx or .tflite, or an OpenVINO IR (.xml and .bin) in a zip or tar.",
    ),
    "hash_mismatch": (
        "파일의 SHA-256이 신고한 값과 다릅니다.",
        "The file's SHA-256 is not the declared one.",
        "파일을 다시 올리거나 올바른 해시를 신고하십시오.",
        "Upload the file again, or declare the right hash.",
    ),
    "archive_invalid": (
        "압축 파일을 읽을 수 없습니다.",
        "The archive cannot be read.",
        "zip 또는 tar로 다시 묶거나 .onnx나 .tflite 파일을 그대로 제출하십시오.",
        "Pack it again as zip or tar, or hand in the bare .onnx or .tflite file.",
    ),
    "archive_unsafe_path": (
        "압축 파일 안에 바깥을 가리키는 경로가 있습니다: {name}",
        "The archive has an entry that points outside of it: {name}",
        "절대 경로나 '..' 없이 다시 묶으십시오.",
        "Pack it again without absolute paths or '..'.",
    ),
    "archive_link": (
        "압축 파일 안에 링크나 특수 파일이 있습니다: {name}",
        "The archive has a link or special file: {name}",
        "일반 파일만 넣어 다시 묶으십시오.",
        "Pack it again with plain files only.",
    ),
    "archive_bomb": (
        "압축을 풀면 한도를 넘습니다.",
        "Unpacked, the archive exceeds the limit.",
        "모델 파일을 압축하지 말고 그대로, 파일이 여럿이면 압축 없는 tar로 제출하십시오.",
        "Hand in the model file as it is; several files in a tar without compression.",
    ),
    "archive_model_count": (
        "압축 파일에는 모델 파일이 정확히 하나 있어야 합니다(현재 {count}개).",
        "The archive must hold exactly one model file (it has {count}).",
        ".onnx 하나, .tflite 하나, 또는 이름이 같은 .xml과 .bin 한 쌍만 남기고 다시 묶으십시오.",
        "Pack it again with one .onnx, one .tflite, or one .xml with the .bin of the same name.",
    ),
    "ir_incomplete": (
        "OpenVINO IR의 .xml은 같은 이름의 .bin과 함께 있어야 합니다({file}).",
        "An OpenVINO IR's .xml needs the .bin of the same name ({file}).",
        ".xml과 .bin을 한 zip이나 tar로 묶어 제출하십시오.",
        "Pack the .xml and the .bin together in one zip or tar.",
    ),
    "package_files": (
        "생성 모델 하나의 파일이 아닙니다. 찾은 것: {found}",
        "These are not the files of one generative model. Found: {found}",
        "genai_config.json과 그 .onnx(와 그 데이터 파일), 또는 openvino_model.xml과 openvino_model.bin을 한 폴더에 두고 그 폴더나 zip·tar를 주십시오.",
        "Put genai_config.json with its .onnx (and the data files of that), or openvino_model.xml and openvino_model.bin, "
        "in one folder, and give that folder or a zip or tar of it.",
    ),
    "gguf": (
        "GGUF 파일은 바로 재지 않습니다.",
        "A GGUF file is not measured as it is.",
        "OpenVINO GenAI로 바꾸십시오: LLMPipeline('model.gguf', 'CPU', enable_save_ov_model=True). "
        "그 파일 곁에 생기는 openvino_model.xml과 openvino_model.bin을 한 폴더에 두고 그 폴더를 주십시오.",
        "Convert it with OpenVINO GenAI: LLMPipeline('model.gguf', 'CPU', enable_save_ov_model=True), and give a folder "
        "with the openvino_model.xml and openvino_model.bin that it writes beside the file.",
    ),
    "package_name": (
        "모델 파일 이름에 쓸 수 없는 문자가 있거나 너무 깁니다: {name}",
        "A model file's name is too long or has other characters than allowed: {name}",
        "영문자, 숫자, 점, 밑줄, 빼기, 더하기만 써서 120자 안으로 바꾸십시오.",
        "Rename it with letters, digits, '.', '_', '-' and '+' only, at most 120 characters.",
    ),
    "outside_package": (
        "{file}이(가) 꾸러미에 없는 파일이나 파일 밖의 자리를 가리킵니다: {name} ({where})",
        "{file} points to a file that is not in the package, or beyond the end of one: {name} ({where})",
        "그 파일을 꾸러미에 넣고 폴더 없이 파일 이름만 적거나, 모델을 다시 내보내십시오.",
        "Put that file into the package and name it without a folder, or export the model again.",
    ),
    "genai_config": (
        "genai_config.json의 '{key}'이(가) 규칙에 맞지 않습니다: {problem}",
        "'{key}' in genai_config.json is against the rules: {problem}",
        "글을 생성하는 CPU용 decoder 하나로 내보내십시오. 실행 설정은 계획이 정하므로 다른 실행 장치, 사용자 정의 연산자, 프로파일 항목은 지우십시오.",
        "Export one text decoder for the CPU. How it runs is the plan's: remove other providers, custom operator "
        "libraries and profiling.",
    ),
    "context_too_long": (
        "문맥 {context}토큰과 새 토큰 {new_tokens}개는 이 모델의 한도({limit}토큰)를 넘습니다.",
        "{context} tokens of context and {new_tokens} new ones exceed what this model takes ({limit} tokens).",
        "계획의 contexts나 new_tokens를 줄이십시오.",
        "Ask for shorter contexts or fewer new_tokens in the plan.",
    ),
    "not_generative": (
        "다음 토큰을 하나씩 생성하는 모델이 아닙니다: {problem}",
        "This model does not generate token after token: {problem}",
        "input_ids를 받고 logits를 내며 캐시를 상태(state)로 두는 OpenVINO 모델로 내보내십시오.",
        "Export an OpenVINO model that takes input_ids, gives logits and keeps its cache as state.",
    ),
    "not_onnx": (
        "ONNX 모델로 읽을 수 없습니다.",
        "This cannot be read as an ONNX model.",
        "파일이 잘리지 않았는지 확인하고 다시 내보내십시오.",
        "Check that the file is whole and export it again.",
    ),
    "not_tflite": (
        "TFLite 모델로 읽을 수 없습니다.",
        "This cannot be read as a TFLite model.",
        "파일이 잘리지 않았는지 확인하고 다시 변환하십시오.",
        "Check that the file is whole and convert it again.",
    ),
    "not_openvino": (
        "OpenVINO IR로 읽을 수 없습니다.",
        "This cannot be read as an OpenVINO IR.",
        "openvino.save_model로 IR 버전 11로 다시 저장하십시오.",
        "Save it again with openvino.save_model, as IR version 11.",
    ),
    "xml_doctype": (
        "XML에 문서 형식 선언(DOCTYPE)이 있습니다.",
        "The XML has a document type declaration (DOCTYPE).",
        "openvino.save_model이 쓴 .xml을 고치지 말고 제출하십시오.",
        "Hand in the .xml as openvino.save_model wrote it.",
    ),
    "external_data": (
        "모델이 데이터를 다른 파일에 두고 있습니다: {where}",
        "The model keeps its data in another file: {where}",
        "한 파일로 저장하거나(onnx.save의 save_as_external_data=False), .onnx와 그 데이터 파일을 한 폴더에 나란히 두고 zip이나 tar로 묶으십시오.",
        "Save it as one file (onnx.save, save_as_external_data=False), or pack the .onnx and its data files, side by side in one folder, in a zip or tar.",
    ),
    "external_missing": (
        "모델이 가리키는 데이터 파일이 압축 파일 안에 없습니다: {file} ({where})",
        "The archive lacks a data file that the model names: {file} ({where})",
        "데이터 파일을 .onnx와 같은 폴더에 넣어 다시 묶으십시오.",
        "Pack it again with the data file in the folder of the .onnx.",
    ),
    "custom_operator": (
        "사용자 정의 연산자는 실행하지 않습니다: {name}",
        "Custom operators are not run: {name}",
        "기본 연산자만 쓰도록 변환하십시오(select TF ops와 custom ops 없이).",
        "Convert with built-in operators only (no select TF ops, no custom ops).",
    ),
    "ep_context": (
        "미리 컴파일된 실행 블록이 있습니다: {where}",
        "The model has a precompiled block: {where}",
        "컴파일하기 전의 원본 모델을 제출하십시오.",
        "Hand in the model from before that compilation.",
    ),
    "unknown_domain": (
        "알 수 없는 연산자 도메인입니다: {domain} ({where})",
        "Unknown operator domain: {domain} ({where})",
        "표준 연산자(ONNX, OpenVINO opset)로 내보내십시오. 사용자 정의 연산자는 실행하지 않습니다.",
        "Export with standard operators (ONNX, OpenVINO opsets); custom operators are not run.",
    ),
    "too_many_nodes": (
        "연산 노드가 너무 많습니다: {count}개(한도 {limit}개).",
        "Too many nodes: {count} (limit {limit}).",
        "그래프를 단순화(onnxsim 등)하거나 모델을 나누십시오.",
        "Simplify the graph or split the model.",
    ),
    "too_many": (
        "모델에 너무 많습니다: {ko} {count}(한도 {limit}).",
        "The model has too many {en}: {count} (limit {limit}).",
        "모델을 단순하게 하거나 나누어 다시 내보내십시오.",
        "Simplify or split the model and export it again.",
    ),
    "too_deep": (
        "하위 그래프가 너무 깊습니다: {depth}단계(한도 {limit}단계).",
        "Subgraphs are nested too deep: {depth} levels (limit {limit}).",
        "조건문과 반복문의 중첩을 줄여 다시 내보내십시오.",
        "Export again with fewer nested conditions and loops.",
    ),
    "recursive_function": (
        "모델 안의 함수가 자기 자신을 부릅니다: {where}",
        "A function in the model calls itself: {where}",
        "함수를 펼쳐서 다시 내보내십시오.",
        "Export again with functions inlined.",
    ),
    "tensor_too_large": (
        "텐서 크기가 올바르지 않거나 너무 큽니다: {where} {dims}",
        "A tensor's size is wrong or too large: {where} {dims}",
        "텐서 모양을 바로잡거나 줄이십시오.",
        "Correct or reduce the shape of that tensor.",
    ),
    "bad_name": (
        "이름이 너무 길거나 쓸 수 없는 문자가 있습니다: {name}",
        "A name is too long or has forbidden characters: {name}",
        "이름을 200자 이내로, 제어 문자와 < > 없이 바꾸십시오.",
        "Rename it: at most 200 characters, no control characters, no < or >.",
    ),
    "checker": (
        "ONNX 검사기(onnx.checker)를 통과하지 못했습니다.",
        "onnx.checker rejects the model.",
        "자세한 내용을 보고 모델을 고친 뒤 다시 내보내십시오.",
        "See the detail, correct the model and export it again.",
    ),
    "compile_failed": (
        "런타임이 모델을 불러오지 못했습니다. 걸린 연산자: {operator}",
        "The runtime cannot load the model. Stopped by operator: {operator}",
        "이 런타임이 지원하는 opset과 연산자로 다시 내보내거나, 다른 런타임으로 측정하십시오.",
        "Export it again with an opset and operators that this runtime supports, or measure with another runtime.",
    ),
    "precision_unavailable": (
        "이 런타임({runtime})은 {wanted}로 계산하지 않습니다(실제: {found}).",
        "This runtime ({runtime}) does not compute in {wanted} (it does in {found}).",
        "계획의 precision을 {found}(으)로 적거나 다른 런타임을 고르십시오.",
        "Write precision: {found} in the plan, or choose another runtime.",
    ),
    "device_missing": (
        "이 컴퓨터에는 {device}이(가) 없거나 드라이버가 없습니다. 있는 것: {found}",
        "This machine has no {device}, or no driver for it. It has: {found}",
        "그 장치가 있는 장비에서 측정하거나 다른 런타임을 고르십시오.",
        "Measure on a device that has it, or choose another runtime.",
    ),
    "runtime_format": (
        "{runtime}은(는) {format} 모델을 읽지 못합니다.",
        "{runtime} does not read {format} models.",
        "다음 가운데 하나로 측정하십시오: {fitting}",
        "Measure with one of these: {fitting}",
    ),
    "inference_failed": (
        "모델을 실행하지 못했습니다.",
        "The model fails when run.",
        "입력의 이름, 모양, 자료형을 확인하십시오.",
        "Check the names, shapes and types of the inputs.",
    ),
    "inputs_needed": (
        "입력 '{input}'의 모양이 정해져 있지 않습니다.",
        "Input '{input}' has an open shape.",
        "계획에 모양을 적으십시오. 예: --input {input}={example}",
        "Give the shape in the plan, e.g. --input {input}={example}",
    ),
    "unknown_input": (
        "모델에 없는 입력입니다: {input}",
        "The model has no input of this name: {input}",
        "모델의 입력 이름을 쓰십시오: {known}",
        "Use the model's input names: {known}",
    ),
    "input_type_unsupported": (
        "입력 '{input}'의 자료형 {dtype}은(는) 채울 수 없습니다.",
        "Input '{input}' has type {dtype}, which cannot be filled.",
        "숫자 또는 참거짓 입력을 쓰는 모델로 내보내십시오.",
        "Export the model with numeric or boolean inputs.",
    ),
    "time_limit": (
        "제한 시간({seconds}초) 안에 끝나지 않아 중단했습니다.",
        "Stopped: not finished within the time limit ({seconds} s).",
        "무한 반복이 없는지 확인하거나 모델을 가볍게 하십시오.",
        "Check for an endless loop, or make the model lighter.",
    ),
    "memory_limit": (
        "메모리 한도({memory_mb} MB)를 넘었습니다.",
        "The memory limit was exceeded ({memory_mb} MB).",
        "중간 텐서와 모델의 크기를 줄이십시오.",
        "Reduce the model and its intermediate tensors.",
    ),
    "crashed": (
        "모델을 다루던 격리 프로세스가 비정상 종료되었습니다({signal}).",
        "The sandboxed process died while handling the model ({signal}).",
        "모델을 다시 내보내고, 되풀이되면 운영자에게 알리십시오.",
        "Export the model again; if it happens again, tell the operator.",
    ),
    "sandbox_output": (
        "격리 프로세스의 출력이 규칙에 맞지 않습니다.",
        "The sandboxed process answered against the rules.",
        "되풀이되면 운영자에게 알리십시오.",
        "If it happens again, tell the operator.",
    ),
    "sandbox_incomplete": (
        "이 장비에서는 격리가 완전하지 않아 모델을 실행하지 않습니다. 빠진 것: {missing}",
        "The sandbox is incomplete on this machine, so no model is run. Missing: {missing}",
        "bubblewrap과 pyseccomp를 설치하거나 Landlock을 지원하는 커널을 쓰십시오.",
        "Install bubblewrap and pyseccomp, or use a kernel with Landlock.",
    ),
    "runtime_missing": (
        "필요한 패키지가 없습니다: {package}",
        "A needed package is missing: {package}",
        "pip install 'didimdol-lab[{extra}]'로 설치하십시오.",
        "Install it with: pip install 'didimdol-lab[{extra}]'",
    ),
    "calibration_invalid": (
        "보정 데이터를 쓸 수 없습니다: {problem}",
        "The calibration data cannot be used: {problem}",
        "모델 입력 이름의 배열이 든 .npz를 주십시오. 첫 차원이 예시의 수입니다.",
        "Give an .npz with arrays named as the model's inputs; the first dimension counts the examples.",
    ),
    "quantize_format": (
        "{format} 모델은 여기서 양자화하지 않습니다.",
        "{format} models are not quantised here.",
        "ONNX로 내보낸 모델을 양자화하십시오.",
        "Quantise the model exported to ONNX.",
    ),
    "quantize_opset": (
        "opset {opset} 모델은 채널별로 양자화할 수 없습니다.",
        "A model of opset {opset} cannot be quantised channel by channel.",
        "opset 13 이상으로 다시 내보내십시오.",
        "Export it again with opset 13 or newer.",
    ),
    "quantize_again": (
        "이미 양자화된 모델입니다({operator}).",
        "The model is quantised already ({operator}).",
        "양자화하기 전의 모델을 주십시오.",
        "Give the model as it was before quantisation.",
    ),
    "quantize_nothing": (
        "이 모델에는 정수로 바꿀 연산자가 없습니다.",
        "The model has no operator that can be made integer.",
        "합성곱이나 행렬곱이 있는 모델에만 도움이 됩니다. 이 모델은 그대로 쓰십시오.",
        "It helps models with convolutions or matrix products. Use this one as it is.",
    ),
    "quantize_failed": (
        "양자화하지 못했습니다.",
        "The model could not be quantised.",
        "모양을 고정하고 단순하게 내보낸 모델로 다시 해 보십시오.",
        "Try again with a model exported with fixed shapes, as plain as may be.",
    ),
    "pdf_missing": (
        "PDF를 만드는 패키지(typst)가 없습니다.",
        "The package that makes PDFs (typst) is missing.",
        "pip install 'didimdol-lab[pdf]'로 설치하거나 --html로 만드십시오.",
        "Install it with: pip install 'didimdol-lab[pdf]', or ask for --html.",
    ),
    "dataset_invalid": (
        "데이터 세트를 쓸 수 없습니다: {problem_ko}.",
        "The data set cannot be used: {problem_en}.",
        "모델 입력 이름의 배열과 {expected} 배열이 든 .npz를 만드십시오({task}).",
        "Make an .npz with arrays named as the model's inputs and {expected} ({task}).",
    ),
    "dataset_too_large": (
        "데이터 세트가 너무 큽니다: {what_ko} {count}개(한도 {limit}개).",
        "The data set is too large: {count} {what_en} (limit {limit}).",
        "예제를 무작위로 골라 한도 안으로 줄이십시오. 모델이 찾은 물체라면 점수가 낮은 것을 모델이 버리게 하십시오.",
        "Take a random part of the examples. If it is detections, have the model drop those with low scores.",
    ),
    "output_unfit": (
        "모델의 출력이 데이터 세트의 과제({task})에 맞지 않습니다: {problem_ko}.",
        "The model's output does not answer the data set's task ({task}): {problem_en}.",
        "과제별 출력 형식(docs/measuring.md)에 맞추어 모델을 다시 내보내십시오.",
        "Export the model again with the outputs of that task (docs/measuring.md).",
    ),
    "dataset_missing": (
        "계획에는 데이터 세트가 있지만 받지 못했습니다.",
        "The plan names a data set, but none was given.",
        "데이터 세트를 함께 제출하십시오.",
        "Hand in the data set too.",
    ),
    "download_failed": (
        "파일을 온전히 내려받지 못했습니다: {what}",
        "A file could not be fetched whole: {what}",
        "작업을 다시 요청하십시오.",
        "Request the job again.",
    ),
    "cancelled": (
        "요청에 따라 중단했습니다.",
        "Stopped on request.",
        "필요하면 다시 요청하십시오.",
        "Request it again if needed.",
    ),
    "internal": (
        "측정 도구에 오류가 있습니다.",
        "The measuring tool has a fault.",
        "운영자에게 알리십시오.",
        "Tell the operator.",
    ),
    **_AI_HUB,
}


class Refused(Exception):
    """Something was refused; `refusal` says what, why and what to change."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.message["en"])
        self.refusal = refusal


def shown(text: str, longest: int = 200) -> str:
    """Untrusted text made safe to print in a terminal, log or page: control characters and < > escaped."""
    parts: list[str] = []
    for character in text[: longest + 1]:
        if character in "<>\\" or not character.isprintable() or unicodedata.category(character) == "Cf":
            parts.append(f"\\u{ord(character):04x}")
        else:
            parts.append(character)
    safe = "".join(parts)
    return safe if len(text) <= longest else safe[:longest] + "…"


def refuse(code: str, **detail: object) -> Refused:
    """Build a refusal from the catalogue; every detail is escaped. Raise what it returns."""
    known = code if code in CATALOGUE else "internal"
    safe = {key: shown(str(value), 500) for key, value in detail.items()}
    texts = [_filled(text, safe) for text in CATALOGUE[known]]
    return Refused(
        Refusal(
            code=known,
            message=bilingual(texts[0], texts[1]),
            remedy=bilingual(texts[2], texts[3]),
            detail=safe,
        )
    )


_EXTRAS = {
    "ai_edge_litert": "litert",
    "mlperf_loadgen": "loadgen",
    "onnxruntime_genai": "genai",
    "onnxruntime_qnn": "qnn",
    "openvino": "openvino",
}
"""Which extra of this distribution brings a package; every other belongs to the usual ones."""


class _Gaps(dict[str, str]):
    def __missing__(self, key: str) -> str:
        if key != "extra":
            return "?"
        return _EXTRAS.get(self.get("package", "").replace("-", "_"), "cpu,sandbox")


def _filled(text: str, detail: dict[str, str]) -> str:
    return text.format_map(_Gaps(detail))
