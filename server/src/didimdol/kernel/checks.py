from __future__ import annotations

from typing import Any

from django.core.checks import CheckMessage, Error, register

from didimdol.kernel.ports import Port


@register()
def every_port_is_filled(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    return [
        Error(
            f"nobody answers the port {name!r}",
            hint="fill it in the ready() of the room that knows",
            id="didimdol.E001",
        )
        for name in Port.unfilled()
    ]
