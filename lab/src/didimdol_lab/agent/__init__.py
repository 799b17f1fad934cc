"""The device agent: pulls jobs from the platform over HTTPS, checks, measures, reports."""

from .client import Client
from .loop import Agent

__all__ = ["Agent", "Client"]
