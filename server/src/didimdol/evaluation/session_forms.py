"""What comes in on the pages of presentations. Moments are read and shown in Seoul's time."""

from __future__ import annotations

from django import forms

from didimdol.evaluation.forms import moment
from didimdol.evaluation.session_hours import SessionHours
from didimdol.kernel.words import say
from didimdol.programmes.timetables.forms import HoursForm


class SessionHoursForm(HoursForm):
    made = SessionHours

    answers_until = moment(
        say("답변 마감", "Answers are taken until"),
        say(
            "이때까지 평가위원과 신청 기업이 참석할 수 없는 시간을 알립니다(한국 시각). 묻지 않고 시간표를 공개할 수도 있습니다.",
            "Until then evaluators and applicants say when they cannot (Korean time). A timetable may also be published without asking.",
        ),
    )
    minutes = forms.IntegerField(
        label=say("발표 한 건의 길이(분)", "Minutes of a session"),
        help_text=say(
            "발표, 질의응답, 자리 정리까지의 시간입니다. 처음 값은 규칙집의 발표와 질의응답 시간이고 그보다 짧을 수 없습니다.",
            "Presentation, questions and the change of seats. First: the rulebook's presentation and questions; never less than that.",
        ),
    )
    longest = forms.IntegerField(
        label=say("위원이 쉬지 않고 심사하는 발표 수", "Sessions of an evaluator without a break"),
        required=False,
        min_value=1,
        max_value=1000,
        help_text=say(
            "이만큼 이어지면 그 위원의 한 시간을 비웁니다. 비워 두면 제한이 없습니다.",
            "After so many a slot of theirs is left free. Empty: no limit.",
        ),
    )
    venue = forms.CharField(
        label=say("장소", "Venue"),
        required=False,
        max_length=300,
        help_text=say(
            "온라인이면 비우고 발표장마다 링크를 적습니다.", "Online: leave it empty and give each room a link."
        ),
    )


class SessionRoomForm(forms.Form):
    name = forms.CharField(label=say("이름", "Name"), max_length=60)
    link = forms.CharField(
        label=say("온라인 링크", "Link to meet online"),
        required=False,
        max_length=500,
        help_text=say("이 발표장에 오는 사람에게만 보입니다.", "Seen by those who come to this room only."),
    )
