"""What a PoC is made of, from the match to its grade."""

from didimdol.projects.models.agreement import Agreement, Plan, Signature, SigningLink
from didimdol.projects.models.milestone import Check, Deliverable, Milestone, ModelVersion, WitnessedTest
from didimdol.projects.models.project import OwnContribution, Project, SupportHours, SupportItem
from didimdol.projects.models.review import Final, Review

__all__ = [
    "Agreement",
    "Check",
    "Deliverable",
    "Final",
    "Milestone",
    "ModelVersion",
    "OwnContribution",
    "Plan",
    "Project",
    "Review",
    "Signature",
    "SigningLink",
    "SupportHours",
    "SupportItem",
    "WitnessedTest",
]
