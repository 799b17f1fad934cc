"""Didimdol's decisions as pure functions over plain data: scores, ranks, assignments, sealed records.

Nothing here knows a database or a web server. Import the subject you need (`didimdol_decide.scoring`, ...);
this file stays empty so that checking a record loads no solver.
"""

__version__ = "0.1.0"
