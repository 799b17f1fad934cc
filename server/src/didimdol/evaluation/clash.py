"""Why no assignment exists, as plain data with names: what pages show, a refusal says and a rehearsal lists."""

from __future__ import annotations

from dataclasses import dataclass

from didimdol.applications.models import Application
from didimdol.evaluation.clash_words import few
from didimdol.kernel.problems import BadInput
from didimdol.kernel.words import Text, text
from didimdol_decide.assignment import AssignmentProblem

#: a body, and the fields served (none: all)
Group = tuple[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class LostSeat:
    """An evaluator of a body that is short, and why they cannot help there: with whom they are in conflict (number, ground),
    on how many applications they lack the field, and the limit that is used up."""

    name: str
    conflicts: list[tuple[str, Text]]
    other_field: int
    limit: int | None


@dataclass(frozen=True, slots=True)
class Measure:
    """What would be done, and where."""

    what: Text
    url: str = ""


@dataclass(frozen=True, slots=True)
class Remedy:
    """The least of one kind that is enough on its own; ``steps`` empty: this kind cannot be enough. ``note``: what comes
    of it."""

    kind: Text
    steps: list[Measure]
    note: Text | None = None

    def as_text(self) -> Text:
        note = self.note or text("", "")
        ko, en = (few([step.what[lang] for step in self.steps], lang, 10) for lang in ("ko", "en"))
        return text(f"{self.kind['ko']}: {ko}. {note['ko']}".strip(), f"{self.kind['en']}: {en}. {note['en']}".strip())


@dataclass(frozen=True, slots=True)
class Clash:
    """``sentence``: the smallest set of seats that cannot be filled, in words; ``told``: more about the cause.
    ``newcomers``: how many more people would do (none: no number would). ``certificate``: the proof, of ``problem``: the problem with names that
    sort alike in every run in the place of ids."""

    sentence: Text
    told: list[Text]
    applications: list[Application]
    lost: list[LostSeat]
    remedies: list[Remedy]
    newcomers: dict[Group, int]
    certificate: dict[str, object]
    problem: AssignmentProblem

    @property
    def message(self) -> Text:
        """The whole cause."""
        said = [self.sentence, *self.told]
        return text(" ".join(part["ko"] for part in said), " ".join(part["en"] for part in said))

    @property
    def ways(self) -> list[Text]:
        """Each is enough alone."""
        return [remedy.as_text() for remedy in self.remedies if remedy.steps]

    @property
    def no_use(self) -> list[Text]:
        """The kinds that are not."""
        return [remedy.kind for remedy in self.remedies if not remedy.steps]


class NoAssignment(BadInput):
    """No assignment obeys the rules. The certificate is ``detail["certificate"]``."""

    def __init__(self, clash: Clash) -> None:
        self.clash = clash
        ko, en = (
            " ".join(f"({number}) {way[lang]}" for number, way in enumerate(clash.ways, start=1))
            for lang in ("ko", "en")
        )
        super().__init__(
            "no_assignment",
            clash.message,
            text(f"다음 가운데 하나면 됩니다: {ko}", f"One of these is enough: {en}"),
            certificate=clash.certificate,
        )
