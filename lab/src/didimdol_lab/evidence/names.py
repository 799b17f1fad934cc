"""Names of what is measured and of its circumstances, in both languages."""

from __future__ import annotations

from ..contract import UNTRIED, Bilingual, Boundary, Metric, Runtime, bilingual

UNTESTED = bilingual("실물 장비로 확인하지 못한 어댑터", "untested adapter")
METRICS: dict[Metric, Bilingual] = {
    Metric.latency: bilingual("추론 지연 시간", "Inference latency"),
    Metric.throughput: bilingual("처리량", "Throughput"),
    Metric.peak_memory: bilingual("최대 메모리", "Peak memory"),
    Metric.load_time: bilingual("모델 적재 시간", "Model load time"),
    Metric.model_size: bilingual("모델 크기", "Model size"),
    Metric.accuracy: bilingual("정확도", "Accuracy"),
    Metric.warm_load_time: bilingual("다시 적재하는 시간", "Warm load time"),
    Metric.first_inference: bilingual("첫 추론 시간", "First inference"),
    Metric.sustained_latency: bilingual(
        "지속 실행 지연 시간(가장 느린 1분)", "Sustained latency (worst minute)"
    ),
    Metric.accelerator_share: bilingual("가속기 배치 비율", "Share placed on the accelerator"),
    Metric.output_difference: bilingual("기준 출력과의 최대 차이", "Largest difference to the reference"),
    Metric.output_cosine: bilingual("기준 출력과의 코사인 유사도", "Cosine similarity to the reference"),
    Metric.f1_macro: bilingual("분류별 F1의 평균(macro F1)", "Mean F1 of the classes (macro F1)"),
    Metric.f1_micro: bilingual("전체 F1(micro F1)", "F1 over all answers (micro F1)"),
    Metric.f1: bilingual("F1", "F1"),
    Metric.precision: bilingual("정밀도", "Precision"),
    Metric.recall: bilingual("재현율", "Recall"),
    Metric.map_50: bilingual("검출 정밀도 mAP@0.5", "Detection precision, mAP@0.5"),
    Metric.map_50_95: bilingual("검출 정밀도 mAP@0.5:0.95", "Detection precision, mAP@0.5:0.95"),
    Metric.word_error_rate: bilingual("단어 오류율(WER)", "Word error rate (WER)"),
    Metric.character_error_rate: bilingual("글자 오류율(CER)", "Character error rate (CER)"),
    Metric.mean_absolute_error: bilingual("평균 절대 오차(MAE)", "Mean absolute error (MAE)"),
    Metric.root_mean_square_error: bilingual("제곱평균제곱근 오차(RMSE)", "Root mean square error (RMSE)"),
    Metric.reference_similarity: bilingual(
        "기준 모델 출력과의 평균 코사인 유사도", "Mean cosine similarity to a reference model's outputs"
    ),
    Metric.time_to_first_token: bilingual("첫 토큰까지의 시간", "Time to first token"),
    Metric.tokens_per_second: bilingual("초당 토큰 수", "Tokens a second"),
}
_RUNTIMES: dict[Runtime, Bilingual] = {
    Runtime.onnxruntime_cpu: bilingual("ONNX Runtime, CPU", "ONNX Runtime, CPU"),
    Runtime.openvino_cpu: bilingual("OpenVINO, CPU", "OpenVINO, CPU"),
    Runtime.openvino_gpu: bilingual("OpenVINO, GPU", "OpenVINO, GPU"),
    Runtime.openvino_npu: bilingual("OpenVINO, NPU", "OpenVINO, NPU"),
    Runtime.litert_cpu: bilingual("LiteRT, CPU", "LiteRT, CPU"),
    Runtime.qnn: bilingual("ONNX Runtime QNN, Hexagon NPU", "ONNX Runtime QNN, Hexagon NPU"),
    Runtime.qnn_simulator: bilingual("Hexagon NPU 모의 실행기(QNN)", "Hexagon NPU simulator (QNN)"),
    Runtime.ai_hub: bilingual("Qualcomm AI Hub", "Qualcomm AI Hub"),
}
BOUNDARIES: dict[Boundary, Bilingual] = {
    Boundary.model_only: bilingual("모델 실행만", "the model's run only"),
    Boundary.with_input_copy: bilingual("입력 복사까지", "with the copying of inputs"),
}
PHASES: dict[str, Bilingual] = {
    "start": bilingual("모델을 읽기 전", "Before the model"),
    "loaded": bilingual("불러온 뒤", "Loaded"),
    "first": bilingual("첫 추론 뒤", "First inference"),
    "measured": bilingual("측정이 끝났을 때", "End of measuring"),
}
LAYERS: dict[str, Bilingual] = {
    "bubblewrap": bilingual("bubblewrap", "bubblewrap"),
    "namespaces": bilingual("이름공간 분리", "namespaces"),
    "rlimits": bilingual("자원 한도", "resource limits"),
    "seccomp": bilingual("seccomp", "seccomp"),
    "writable:/dev/null": bilingual("/dev/null에만 쓸 수 있음", "writes to /dev/null only"),
    "denied:file": bilingual("파일 접근 막힘", "files denied"),
    "denied:network": bilingual("네트워크 막힘", "network denied"),
    "denied:fork": bilingual("새 프로세스 막힘", "new processes denied"),
    "denied:memory": bilingual("메모리 한도 지킴", "memory limit kept"),
    "denied:environment": bilingual("환경변수 비움", "environment cleared"),
}
ENVIRONMENT: dict[str, Bilingual] = {
    "cpu": bilingual("중앙처리장치", "Processor"),
    "cpu_count": bilingual("코어 수", "Cores"),
    "machine": bilingual("아키텍처", "Architecture"),
    "memory_mb": bilingual("메모리(MB)", "Memory (MB)"),
    "os": bilingual("운영체제", "System"),
    "kernel": bilingual("커널", "Kernel"),
    "governor": bilingual("클록 정책", "Clock policy"),
    "load_average_1min": bilingual("1분 평균 부하", "Load average, 1 min"),
}


def runtime_name(runtime: Runtime, *, marked: bool = True) -> Bilingual:
    """The runtime for people; `marked`: with the mark of an adapter that no hardware was at hand for."""
    name = _RUNTIMES.get(runtime) or bilingual(runtime.value, runtime.value)
    if not marked or runtime not in UNTRIED:
        return name
    return bilingual(f"{name['ko']} ({UNTESTED['ko']})", f"{name['en']} ({UNTESTED['en']})")
