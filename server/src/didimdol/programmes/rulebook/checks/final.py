"""The final evaluation: its sheets and grades."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from didimdol.programmes.rulebook.base import text
from didimdol.programmes.rulebook.checks.finding import Finding
from didimdol.programmes.rulebook.checks.scoring import points, trimming
from didimdol.programmes.rulebook.schema import Rulebook


def check_final(book: Rulebook) -> Iterator[Finding]:
    final, path = book.outcomes.final, ("outcomes", "final")
    for part, rule in (("rule", final.rule), ("best_rule", final.best_rule)):
        yield from points(rule, (*path, part))
        yield from trimming(rule, (*path, part))
        for body in rule.bodies:
            if body.key != "expert" and not body.key.startswith("demand"):
                yield Finding(
                    (*path, part, "bodies", body.key, "key"),
                    text(
                        f"평가 주체 '{body.key}'을(를) 누가 맡는지 알 수 없습니다.",
                        f"Nobody knows who sits in the body '{body.key}'.",
                    ),
                    text(
                        "외부 전문가는 expert, 수요기업은 demand로 시작하는 키를 쓰십시오.",
                        "Call it expert, or, for the demand company, by a key that begins with demand.",
                    ),
                )
        if rule.shortlist_factor is not None:
            yield Finding(
                (*path, part, "shortlist_factor"),
                text(
                    "다음 단계가 없으므로 선발 배수를 둘 수 없습니다.",
                    "No stage follows, so it has no shortlist factor.",
                ),
                text("shortlist_factor를 지우십시오.", "Leave shortlist_factor out."),
            )
    bands = [final.grades.outstanding, final.grades.good, final.grades.fair, final.grades.insufficient]
    if any(higher <= lower for higher, lower in pairwise(bands)):
        yield Finding(
            (*path, "grades"),
            text("등급의 기준 점수가 높은 등급부터 낮아지지 않습니다.", "The bands of the grades do not descend."),
            text(
                "outstanding > good > fair > insufficient 순으로 적으십시오.",
                "Write outstanding > good > fair > insufficient.",
            ),
        )
