"""Speaks with the service through `qai_hub`. Runs as a package of its own, `worker`, in the environment that has it.

One JSON request on stdin, that of `aihub/requesting.py` with the limits of `aihub/talking.py`; JSON lines on stdout:
`progress`, `device`, `job`, `profile`, `outputs`, `done`, or at last `error`. The token stands in the file that
QAIHUB_CLIENT_INI names; it is taken out of every message. Nothing of didimdol_lab is imported here.
"""
