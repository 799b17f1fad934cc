"""What evaluation tells the rooms above it."""

from django.dispatch import Signal

#: ``round``: a stage's evaluation has been opened, in this transaction
round_opened = Signal()
#: ``round``, ``applications`` (ids; None: all of the round): ballots were locked, recused, given to others or closed, in
#: this transaction
ballots_settled = Signal()
