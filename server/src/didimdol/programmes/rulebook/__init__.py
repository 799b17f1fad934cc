"""A challenge as code: a YAML 1.2 file becomes a checked, frozen, hashed rulebook. No Django, no clock."""

from .afterwards import ConfirmationRules, Consent, ObjectionRules, OutcomeRules, ReserveRules
from .base import Part, Text
from .business_days import (
    KST,
    OutsideHolidayTable,
    add_business_days,
    business_days_between,
    business_deadline,
    calendar_deadline,
    is_business_day,
)
from .calendar import Calendar, Window
from .checks import check
from .checks.finding import Finding
from .diff import Change, affects_submissions, diff
from .documents import DocumentRule, ModelRules
from .eligibility import EligibilityQuestion, EligibilityRules, Exclusion, UnmetQuestion, self_check
from .evaluation import EvaluationRules, PanelRules, PresentationRules, Stage
from .export import export
from .fields import ChallengeField, DemandRules, MatchingRules
from .final import FinalRules, GradeBands
from .form import AnswerProblem, Form, FormField, Option, Section, json_schema, validate_answers
from .how_sure import HowSureRules
from .load import Loaded, Problem, RulebookInvalid, parse, render_problems
from .loosening import beyond_loosening
from .matching import GroupReserve, MatchingBudget, StartupGroup
from .money import GrantRules, SupportItem
from .notice import NoticeRules, Urgent
from .parties import Party, Programme
from .schema import Assumption, Rulebook, Source, from_canonical
from .timetable import CalendarBroken, CalendarNote, notes, rebase, resolve_calendar
from .verification import VerificationRules

__all__ = [
    "KST",
    "AnswerProblem",
    "Assumption",
    "Calendar",
    "CalendarBroken",
    "CalendarNote",
    "ChallengeField",
    "Change",
    "ConfirmationRules",
    "Consent",
    "DemandRules",
    "DocumentRule",
    "EligibilityQuestion",
    "EligibilityRules",
    "EvaluationRules",
    "Exclusion",
    "FinalRules",
    "Finding",
    "Form",
    "FormField",
    "GradeBands",
    "GrantRules",
    "GroupReserve",
    "HowSureRules",
    "Loaded",
    "MatchingBudget",
    "MatchingRules",
    "ModelRules",
    "NoticeRules",
    "ObjectionRules",
    "Option",
    "OutcomeRules",
    "OutsideHolidayTable",
    "PanelRules",
    "Part",
    "Party",
    "PresentationRules",
    "Problem",
    "Programme",
    "ReserveRules",
    "Rulebook",
    "RulebookInvalid",
    "Section",
    "Source",
    "Stage",
    "StartupGroup",
    "SupportItem",
    "Text",
    "UnmetQuestion",
    "Urgent",
    "VerificationRules",
    "Window",
    "add_business_days",
    "affects_submissions",
    "beyond_loosening",
    "business_days_between",
    "business_deadline",
    "calendar_deadline",
    "check",
    "diff",
    "export",
    "from_canonical",
    "is_business_day",
    "json_schema",
    "notes",
    "parse",
    "rebase",
    "render_problems",
    "resolve_calendar",
    "self_check",
    "validate_answers",
]
