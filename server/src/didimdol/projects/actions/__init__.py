"""Writes of projects, one file a subject."""
