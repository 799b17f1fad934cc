"""What evaluation tells the rooms above it."""

from django.dispatch import Signal

#: ``round``: a stage's evaluation has been opened, in this transaction
round_opened = Signal()
