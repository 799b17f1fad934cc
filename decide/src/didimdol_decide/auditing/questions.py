"""What the rule does not say and the sheet needs: asked for, never guessed."""

from __future__ import annotations

from didimdol_decide.plain import Text


class RuleIncomplete(ValueError):
    """The audit stops; each question ends with a line that answers it."""

    def __init__(self, questions: list[Text]) -> None:
        super().__init__("; ".join(question.in_language("en") for question in questions))
        self.questions = tuple(questions)


class Questions:
    """Collects questions, so that all are asked at once."""

    def __init__(self) -> None:
        self.asked: list[Text] = []

    def ask(self, ko: str, en: str, line: str) -> None:
        question = Text(ko=f"{ko} 예: `{line}`", en=f"{en} Example: `{line}`")
        if question not in self.asked:
            self.asked.append(question)

    def stop(self) -> None:
        """Raises RuleIncomplete where something was asked."""
        if self.asked:
            raise RuleIncomplete(self.asked)
