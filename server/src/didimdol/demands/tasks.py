"""What a data set asks of a model, in words: the tasks, what the .npz holds, what the model must answer."""

from __future__ import annotations

from dataclasses import dataclass

from didimdol.kernel.words import Text, pick, text
from didimdol_lab.contract import TASKS, Metric, Task, datasets

NAMES: dict[Task, Text] = {
    Task.classification: text("분류", "Classification"),
    Task.binary: text("해당 여부 판정", "Yes or no"),
    Task.detection: text("물체 검출", "Object detection"),
    Task.transcription: text("받아쓰기", "Transcription"),
    Task.regression: text("수치 예측", "Regression"),
    Task.similarity: text("기준 모델과의 비교", "Likeness to a reference model"),
}
#: what the model must put out
OUTPUTS: dict[Task, Text] = {
    Task.classification: text(
        "첫 출력: 분류마다 점수 하나. 가장 큰 것을 답으로 봅니다.",
        "First output: one score a class; the largest is the answer.",
    ),
    Task.binary: text(
        "첫 출력: 해당할 점수 하나, 또는 둘(뒤의 것이 해당).",
        "First output: the score of yes, or two scores, the second being yes.",
    ),
    Task.detection: text(
        "출력 셋: boxes [n, k, 4] (x1, y1, x2, y2), scores [n, k], labels [n, k]. 점수가 0이거나 labels가 음수면 빈자리로 봅니다. "
        "예제마다 점수가 높은 100개까지 셉니다.",
        "Three outputs: boxes [n, k, 4] (x1, y1, x2, y2), scores [n, k], labels [n, k]. A score of 0 or a negative label is "
        "filling. The 100 with the highest scores count in each example.",
    ),
    Task.transcription: text(
        "첫 출력: 토큰 번호(정수) [n, 길이], 또는 CTC 점수(실수) [n, 시간, 어휘].",
        "First output: token numbers (integers) [n, length], or CTC scores (floats) [n, time, vocabulary].",
    ),
    Task.regression: text("첫 출력: targets와 같은 개수의 수.", "First output: as many numbers as in targets."),
    Task.similarity: text("첫 출력: reference와 같은 개수의 수.", "First output: as many numbers as in reference."),
}
_SPOKEN = """lines = lambda texts: np.frombuffer("\\n".join(texts).encode(), np.uint8)
np.savez_compressed(path, input=images, texts=lines([{texts}]),
                    vocabulary=lines([{tokens}]), blank=0)"""


def _same(code: str) -> Text:
    return text(code, code)


#: how the file is made; `input` stands for the model's own input name
EXAMPLES: dict[Task, Text] = {
    Task.classification: _same("np.savez_compressed(path, input=images, labels=np.array([2, 0, 1]))"),
    Task.binary: _same("np.savez_compressed(path, input=images, labels=np.array([1, 0, 1]), threshold=0.5)"),
    Task.detection: _same(
        "np.savez_compressed(path, input=images, boxes=np.array([[10, 10, 50, 40], [5, 8, 20, 30]]),\n"
        "                    labels=np.array([1, 3]), image=np.array([0, 2]))"
    ),
    Task.transcription: text(
        _SPOKEN.format(texts='"불 켜 줘", "문 열어", "그만"', tokens='"", "불", "켜", "▁줘"'),
        _SPOKEN.format(texts='"light on", "open", "stop"', tokens='"", "light", "▁on", "stop"'),
    ),
    Task.regression: _same("np.savez_compressed(path, input=images, targets=np.array([21.5, 19.0, 23.2]))"),
    Task.similarity: _same("np.savez_compressed(path, input=images, reference=reference_model(images))"),
}


@dataclass(frozen=True, slots=True)
class PartLine:
    """One array of the .npz, in the reader's language."""

    form: str
    says: str
    optional: bool


@dataclass(frozen=True, slots=True)
class TaskLine:
    """A task as pages show it."""

    name: str
    parts: list[PartLine]
    outputs: str
    example: str


def task_line(task: Task | str, lang: str | None = None) -> TaskLine:
    task = Task(task)
    parts = [PartLine(part.form, pick(text(*part.says), lang), part.optional) for part in datasets.PARTS[task]]
    return TaskLine(pick(NAMES[task], lang), parts, pick(OUTPUTS[task], lang), pick(EXAMPLES[task], lang))


def fits(metric: Metric, task: Task | str) -> bool:
    """Can a data set of this task give the metric? Metrics that need no data set fit every one."""
    return TASKS.get(metric, task) == task


def wrong_task(metric: Metric) -> Text:
    """Why a criterion does not go with the demand's data set, and the way out."""
    name = NAMES[TASKS[metric]]
    return text(
        f"‘{name['ko']}’ 데이터 세트로만 잴 수 있습니다. 데이터 세트의 과제를 바꾸거나 다른 기준을 고르십시오.",
        f"It needs a data set of the task “{name['en']}”. Change the data set's task, or choose another criterion.",
    )
