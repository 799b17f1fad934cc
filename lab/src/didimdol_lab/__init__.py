"""Didimdol lab: checks, measures and judges an AI model on this machine.

`didimdol_lab.contract` holds the plain types and pure functions the platform shares with its devices.
Everything else runs on the device. Importing this package pulls in nothing heavy.
"""

__version__ = "0.1.0"
