from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def front(request: HttpRequest) -> HttpResponse:
    return render(request, "site/front.html")


def home(request: HttpRequest) -> HttpResponse:
    return render(request, "site/home.html")
