from __future__ import annotations

import uuid
from typing import Any

from django.contrib.auth.base_user import BaseUserManager


class PersonManager(BaseUserManager[Any]):
    """Makes persons for allauth and for the room's own actions."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> Any:
        person = self.model(id=uuid.uuid4(), email=self.normalize_email(email).lower(), **fields)
        person.set_password(password)
        person.save(using=self._db)
        return person

    def get_by_natural_key(self, username: str | None) -> Any:
        return self.get(email=(username or "").lower())
