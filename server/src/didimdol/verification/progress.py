"""The live progress of a job: one answer for every page that shows it."""

from __future__ import annotations

import hashlib
import json

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from didimdol.kernel.words import Text, language, text
from didimdol.verification.models import DeviceJob
from didimdol.verification.standing import standing
from didimdol.verification.states import FINISHED

PHASES: dict[str, Text] = {
    "fetching": text("모델 받는 중", "Fetching the model"),
    "checking": text("파일 검사 중", "Checking the file"),
    "loading": text("모델 올리는 중", "Loading the model"),
    "warming": text("예열 중", "Warming up"),
    "measuring": text("되풀이 실행하며 재는 중", "Running it again and again"),
    "sustaining": text("쉬지 않고 실행하는 중", "Running on without a pause"),
    "comparing": text("기준 출력과 비교하는 중", "Comparing outputs with the reference"),
    "accuracy": text("정확도 확인 중", "Checking accuracy"),
    "done": text("마무리 중", "Finishing"),
}


def respond(request: HttpRequest, job: DeviceJob, url: str) -> HttpResponse:
    """The answer to a poll: the progress, or 304 while nothing moved. The caller has checked the access.

    When the job has finished the page is loaded anew, so that the evidence stands where the progress was.
    """
    stands = standing(job) if job.state == "queued" else None
    queue = [stands.ahead, stands.waits] if stands else None
    mark = json.dumps([str(job.id), job.state, job.attempts, job.progress, queue, language(), url], sort_keys=True)
    etag = f'"{hashlib.sha256(mark.encode()).hexdigest()[:32]}"'
    headers = {"ETag": etag, "Cache-Control": "private, no-cache"}
    if etag in request.headers.get("If-None-Match", ""):
        return HttpResponse(status=304, headers=headers)
    response = render(request, "verification/_progress.html", {"job": job, "url": url, "standing": stands})
    for name, value in headers.items():
        response[name] = value
    if job.state in FINISHED and request.headers.get("HX-Request"):
        response["HX-Refresh"] = "true"
    return response
