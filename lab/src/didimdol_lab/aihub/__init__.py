"""Measures a model on a device of Qualcomm AI Hub, through Qualcomm's own client in an environment of its own.

`worker/` runs in that environment and imports nothing of this package; everything else runs here and believes
nothing that the worker passes on. Untested adapter: it was tried against a local server, never with an account.
"""
