"""Signed evidence of a measurement: one file that anyone checks offline, from the raw samples up.

An in-toto statement in a DSSE envelope, signed with Ed25519, beside the measurement's raw samples, in an archive with one
spelling only: a changed byte anywhere is found. Source of the forms: in-toto attestation v1, DSSE v1 (public specifications).
"""

from .archive import MOST_BYTES, Broken
from .device import Attestation, attest, attested
from .keys import KeyFile, KnownKeys, Signer, key_id_of, own_key, read_known
from .making import QuickPlan, make
from .verifying import Check, Report, verify

__all__ = [
    "MOST_BYTES",
    "Attestation",
    "Broken",
    "Check",
    "KeyFile",
    "KnownKeys",
    "QuickPlan",
    "Report",
    "Signer",
    "attest",
    "attested",
    "key_id_of",
    "make",
    "own_key",
    "read_known",
    "verify",
]
