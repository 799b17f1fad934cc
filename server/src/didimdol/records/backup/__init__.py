"""The whole installation in one encrypted file, and back: rows, bytes, and the secret that opens the signing keys.

``didimdol backup FILE`` and ``didimdol restore FILE``; why it is made this way: docs/decisions/0005.
"""
