"""The public tier of a draw's record: what everybody may check without the pool.

The full record holds the groups of every person in the pool: with few women or few market experts, somebody who knows
the field would find names. The public tier has the same signature, and no person in it.
"""

from __future__ import annotations

from typing import Any

from didimdol.evaluation.models import Draw
from didimdol_decide.drawing.record import public_view


def public_record(draw: Draw) -> dict[str, Any]:
    """The public record of a draw that was run, as ``didimdol-decide recompute`` reads it. Raises ValueError for a record
    of the first format, which has the full tier alone."""
    assert draw.record is not None
    return public_view(draw.record.document)
