"""A draw on its way: pool sealed, then all bodies committed, then all revealed."""

from __future__ import annotations

import secrets
from typing import Annotated, Literal

from pydantic import Field, model_validator

from didimdol_decide.drawing.commitment import Commitment, Reveal
from didimdol_decide.drawing.outcome import DrawInputs
from didimdol_decide.drawing.pool import Pool
from didimdol_decide.plain import Id, Plain
from didimdol_decide.record.inputs import Sha256


class OpenDraw(Plain):
    """bodies: who commits and reveals, two or more. pool_digest: of the pool; each commitment holds it."""

    format: Literal["didimdol.draw.open/1"] = "didimdol.draw.open/1"
    pool: Pool
    pool_digest: Sha256
    bodies: Annotated[tuple[Id, ...], Field(min_length=2, max_length=20)]
    commitments: tuple[Commitment, ...] = ()
    reveals: tuple[Reveal, ...] = ()

    @model_validator(mode="after")
    def _in_its_order(self) -> OpenDraw:
        if self.pool_digest != self.pool.digest():
            raise ValueError(
                "명부가 봉인 뒤에 바뀌었습니다; 봉인된 파일로 되돌리거나 처음부터 다시 하십시오 / "
                "the pool was changed after it was sealed; go back to the sealed file or start anew"
            )
        if len(set(self.bodies)) != len(self.bodies):
            raise ValueError(
                "서로 다른 두 기관이 필요합니다; --body를 다르게 주십시오 / "
                "two different bodies are needed; give another --body"
            )
        if self.reveals and {entry.body for entry in self.commitments} != set(self.bodies):
            raise ValueError(
                "모든 기관이 약속하기 전에는 아무도 공개하지 못합니다; 먼저 모두 약속(commit)하십시오 / "
                "nobody may reveal before every body has committed; let all commit first"
            )
        for body in (*(c.body for c in self.commitments), *(r.body for r in self.reveals)):
            if body not in self.bodies:
                raise ValueError(
                    f"'{body}'은(는) 이 추첨의 기관이 아닙니다; 봉인할 때 정한 기관만 참여합니다 / "
                    f"{body!r} is no body of this draw; only those named at the seal take part"
                )
        return self

    @classmethod
    def of(cls, pool: Pool, bodies: tuple[str, ...]) -> OpenDraw:
        """The pool sealed, with a fresh salt if it has none."""
        if pool.salt is None:
            pool = pool.model_copy(update={"salt": secrets.token_hex(32)})
        return cls(pool=pool.in_order(), pool_digest=pool.digest(), bodies=tuple(sorted(bodies)))

    def with_commitment(self, commitment: Commitment) -> OpenDraw:
        """Raises ValueError for a body that committed already or does not take part."""
        if any(entry.body == commitment.body for entry in self.commitments):
            raise ValueError(
                f"'{commitment.body}'은(는) 이미 약속했습니다; 약속은 바꿀 수 없습니다 / "
                f"{commitment.body!r} has committed already; a commitment cannot be changed"
            )
        return self._next(commitments=(*self.commitments, commitment))

    def with_reveal(self, reveal: Reveal) -> OpenDraw:
        """Raises ValueError before all have committed, for a secret that does not open the commitment, or
        twice."""
        promised = {entry.body: entry for entry in self.commitments}
        after = self._next(reveals=(*self.reveals, reveal))
        if any(entry.body == reveal.body for entry in self.reveals):
            raise ValueError(
                f"'{reveal.body}'은(는) 이미 공개했습니다; 할 일이 없습니다 / "
                f"{reveal.body!r} has revealed already; nothing is left to do"
            )
        if reveal.commitment(self.pool_digest) != promised[reveal.body]:
            raise ValueError(
                f"'{reveal.body}'의 비밀이 약속과 다릅니다; 약속할 때 만든 비밀 파일을 주십시오 / "
                f"{reveal.body!r}: the secret does not open the commitment; give the secret file made then"
            )
        return after

    def inputs(self) -> DrawInputs:
        """What the draw is made of. Raises ValueError while a body has not revealed."""
        return DrawInputs(pool=self.pool, commitments=self.commitments, reveals=self.reveals)

    def _next(self, **update: object) -> OpenDraw:
        return OpenDraw.model_validate({**dict(self), **update})
