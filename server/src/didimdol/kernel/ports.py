"""A port: a question that a lower room asks and an upper room answers.

    # evaluation/ports.py
    passed_to_stage: Port[Callable[[UUID, str], list[UUID]]] = Port("evaluation.passed_to_stage")
    # selection/apps.py, ready()
    passed_to_stage.fill(queries.passed_to_stage)

An unfilled port stops the server at start-up (system check didimdol.E001); it never opens a door.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

F = TypeVar("F", bound=Callable[..., Any])


class PortNotFilled(RuntimeError):
    """A question was asked that no room answers."""


class Port(Generic[F]):
    declared: dict[str, Port[Any]] = {}

    def __init__(self, name: str, *, optional: bool = False) -> None:
        if name in Port.declared:
            raise ValueError(f"port {name!r} is declared twice")
        self.name = name
        self.optional = optional
        self._answer: F | None = None
        Port.declared[name] = self

    def fill(self, answer: F) -> None:
        if self._answer is not None and self._answer is not answer:
            raise ValueError(f"port {self.name!r} is filled twice")
        self._answer = answer

    @property
    def filled(self) -> bool:
        return self._answer is not None

    @property
    def ask(self) -> F:
        if self._answer is None:
            raise PortNotFilled(self.name)
        return self._answer

    @classmethod
    def unfilled(cls) -> list[str]:
        return sorted(name for name, port in cls.declared.items() if not port.filled and not port.optional)
