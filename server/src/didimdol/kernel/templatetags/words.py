"""``{% t "한국어" "English" %}``: the reader's language. With placeholders: ``{% t "{n}개" "{n} items" n=count %}``."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.html import conditional_escape, format_html

from didimdol.kernel import words

register = template.Library()


@register.simple_tag
def t(ko: str, en: str, **values: Any) -> str:
    chosen = en if words.language() == "en" else ko
    return format_html(chosen, **values) if values else conditional_escape(chosen)


@register.simple_tag
def both(ko: str, en: str, plain: bool = False) -> str:
    """Both languages at once, for a page that cannot know its reader's. ``plain``: for places that hold no markup."""
    return format_html("{} · {}" if plain else '<span lang="ko">{}</span> <span lang="en">{}</span>', ko, en)


@register.filter
def pick(value: Any) -> str:
    """A ``{ko, en}`` value in the reader's language."""
    return words.pick(value)


@register.filter
def at(mapping: Any, key: Any) -> Any:
    """``mapping|at:key``: an entry whose key is only known in the template."""
    return mapping.get(key) if hasattr(mapping, "get") else None
