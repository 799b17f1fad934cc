"""What money is made of: a budget, an account it goes to, what was promised, and each payment."""

from didimdol.funding.models.account import AccountCheck, BankAccount
from didimdol.funding.models.budget import Budget, BudgetLine
from didimdol.funding.models.payment import Commitment, Disbursement

__all__ = ["AccountCheck", "BankAccount", "Budget", "BudgetLine", "Commitment", "Disbursement"]
