from decimal import Decimal
from typing import Annotated

import pytest
from pydantic import Field, TypeAdapter, ValidationError

from didimdol_decide.drawing import Quota
from didimdol_decide.plain import ExactNumber, Number
from didimdol_decide.rules import SelectionRule, StageRule, TrimRule, check_selection
from samples import inputs, stage


def rules() -> tuple[list[StageRule], SelectionRule]:
    given = inputs()
    return (
        [StageRule.model_validate(entry) for entry in given["stages"]],
        SelectionRule.model_validate(given["selection"]),
    )


def test_a_good_rulebook_has_no_problems_and_survives_json() -> None:
    stages, selection = rules()
    assert check_selection(stages, selection) == []
    assert stages[1].panel_size == 7
    assert [StageRule.model_validate(entry.as_json()) for entry in stages] == stages
    assert SelectionRule.model_validate_json(selection.model_dump_json()) == selection


def test_numbers_have_one_spelling() -> None:
    assert stage(cutoff_percent="70.00").as_json() == stage(cutoff_percent=Decimal("7E1")).as_json()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"trim": {"drop_high": 2, "drop_low": 2, "min_ballots": 4}}, "no ballot would remain"),
        ({"cutoff_percent": 101}, "less than or equal to 100"),
        ({"cutoff_percent": "1E+999999999"}, "out of range"),
        ({"surprise": 1}, "Extra inputs"),
    ],
)
def test_bad_stages_are_refused(changes: dict[str, object], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        stage(**changes)


def test_weights_must_sum_to_one() -> None:
    given = inputs()["stages"][1]
    given["bodies"][0]["weight"] = "0.5"
    with pytest.raises(ValidationError, match=r"sum to 0\.9, not 1"):
        StageRule.model_validate(given)
    with pytest.raises(ValidationError, match="not 1"):
        SelectionRule(stage_weights={"a": Decimal("0.9")}, quota=1)


def test_frozen() -> None:
    with pytest.raises(ValidationError):
        TrimRule().drop_high = 3  # type: ignore[misc]


def test_references_are_checked_with_paths_in_both_languages() -> None:
    stages, selection = rules()
    bad = SelectionRule.model_validate(
        {
            **selection.as_json(),
            "stage_weights": {"interview": "1"},
            "tie_breaks": [
                {"by": "stage_total", "stage": "x"},
                {"by": "criterion", "stage": "pitch", "criterion": "fit", "body": "expert"},
                {"by": "body", "stage": "pitch", "body": "jury"},
            ],
        }
    )
    found = check_selection(stages, bad)
    assert [path for path, _ in found] == [
        "selection.stage_weights.interview",
        "selection.tie_breaks.0.stage",
        "selection.tie_breaks.1.criterion",
        "selection.tie_breaks.2.body",
    ]
    assert all(text.ko and text.en for _, text in found)


def test_the_lottery_can_only_be_last() -> None:
    with pytest.raises(ValidationError, match="only be the last"):
        SelectionRule.model_validate(
            {
                "stage_weights": {"a": 1},
                "quota": 3,
                "tie_breaks": [{"by": "lottery"}, {"by": "stage_total", "stage": "a"}],
            }
        )


def test_a_number_that_is_known_still_meets_every_limit() -> None:
    for text in ("5", "-1", "1.5"):
        assert TypeAdapter(Number).validate_python(text) == Decimal(text)
        with pytest.raises(ValidationError):
            TypeAdapter(Annotated[Number, Field(ge=0, le=1)]).validate_python(text)
    with pytest.raises(ValidationError):
        Quota(attribute="kind", values=("x",), minimum_share="5")
    # Known in one spelling, refused in another that asks for too much.
    assert TypeAdapter(Number).validate_python("0.5") == Decimal("0.5")
    with pytest.raises(ValidationError):
        TypeAdapter(Number).validate_python("0.5" + "0" * 70)
    with pytest.raises(ValidationError):
        TypeAdapter(ExactNumber).validate_python(0.5)


def test_numbers_may_be_read_from_strict_json() -> None:
    # As a rulebook is: a decimal is text or a number there, nothing else.
    found = TypeAdapter(dict[str, Number]).validate_json('{"a": "0.50", "b": 0.5, "c": 1}', strict=True)
    assert found == {"a": Decimal("0.5"), "b": Decimal("0.5"), "c": Decimal(1)}
    assert str(found["a"]) == "0.5"
    with pytest.raises(ValidationError):
        TypeAdapter(Number).validate_json("true", strict=True)
