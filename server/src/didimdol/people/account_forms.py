"""allauth's forms in this house's words: labels and help in Korean and English, no placeholders in place of labels."""

from __future__ import annotations

from typing import Any, ClassVar

from allauth.account import forms as account
from allauth.mfa.base import forms as mfa
from allauth.mfa.totp import forms as totp
from django import forms

from didimdol.kernel.words import say

Words = dict[str, tuple[Any, Any]]  # texts, most of them lazy

PASSWORD_HELP = say(
    "10자 이상으로 정해 주십시오. 숫자만으로 된 것과 흔히 쓰는 것은 안 됩니다.",
    "At least 10 characters; not only digits, and not a common one.",
)
EMAIL = say("전자우편 주소", "E-mail address")
PASSWORD = say("비밀번호", "Password")
NEW_PASSWORD = say("새 비밀번호", "New password")
AGAIN = say("비밀번호 확인", "Password again")
CODE = say("인증 코드", "Code")
CODE_HELP = say(
    "인증 앱에 보이는 숫자 6자리, 또는 복구 코드입니다.", "Six digits from your authenticator app, or a recovery code."
)


class Worded(forms.Form):
    """``words``: field → (label, help)."""

    words: ClassVar[Words] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, (label, help_text) in self.words.items():
            if name in self.fields:
                self.fields[name].label = label
                self.fields[name].help_text = help_text
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)


class SignIn(Worded, account.LoginForm):
    words: ClassVar[Words] = {"login": (EMAIL, ""), "password": (PASSWORD, "")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.request is not None:  # a link may fill the address in
            self.fields["login"].initial = self.request.GET.get("login", "")


class SignUp(Worded, account.SignupForm):
    name = forms.CharField(max_length=80, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    field_order = ["name", "email", "password1", "password2"]
    words: ClassVar[Words] = {
        "name": (
            say("이름", "Name"),
            say("신청과 평가에 쓰는 실명입니다.", "Your real name, as used in applications and reviews."),
        ),
        "email": (EMAIL, say("이 주소로 확인 메일을 보냅니다.", "We send a mail to confirm it.")),
        "password1": (PASSWORD, PASSWORD_HELP),
        "password2": (AGAIN, ""),
    }


class AddEmail(Worded, account.AddEmailForm):
    words: ClassVar[Words] = {"email": (say("새 전자우편 주소", "New e-mail address"), "")}


class ChangePassword(Worded, account.ChangePasswordForm):
    words: ClassVar[Words] = {
        "oldpassword": (say("지금 비밀번호", "Current password"), ""),
        "password1": (NEW_PASSWORD, PASSWORD_HELP),
        "password2": (AGAIN, ""),
    }


class SetPassword(Worded, account.SetPasswordForm):
    words: ClassVar[Words] = {"password1": (NEW_PASSWORD, PASSWORD_HELP), "password2": (AGAIN, "")}


class ResetPassword(Worded, account.ResetPasswordForm):
    words: ClassVar[Words] = {"email": (EMAIL, "")}


class ResetPasswordKey(Worded, account.ResetPasswordKeyForm):
    words: ClassVar[Words] = {"password1": (NEW_PASSWORD, PASSWORD_HELP), "password2": (AGAIN, "")}


class Reauthenticate(Worded, account.ReauthenticateForm):
    words: ClassVar[Words] = {"password": (PASSWORD, "")}


class _Code(Worded):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].widget.attrs.update({"inputmode": "numeric", "autocomplete": "one-time-code"})


class SecondFactor(_Code, mfa.AuthenticateForm):
    words: ClassVar[Words] = {"code": (CODE, CODE_HELP)}


class ReauthenticateByCode(_Code, mfa.ReauthenticateForm):
    words: ClassVar[Words] = {"code": (CODE, CODE_HELP)}


class ActivateTotp(_Code, totp.ActivateTOTPForm):
    words: ClassVar[Words] = {
        "code": (CODE, say("인증 앱에 보이는 숫자 6자리입니다.", "The six digits that your authenticator app shows."))
    }
