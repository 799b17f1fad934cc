"""Mails of this room: subject and body in the reader's language, plain text."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.mail import EmailMessage
from django.utils import translation

from didimdol.design.texts import when_text
from didimdol.kernel.words import Text, pick, text
from didimdol.people.enums import ROLE_LABELS, Role
from didimdol.people.links import absolute, invitation_link
from didimdol.people.models import Invitation


@dataclass(frozen=True, slots=True)
class Letter:
    subject: str
    body: str


SIGNATURE = text("디딤돌", "Didimdol")
NOT_YOU = text(
    "요청하신 적이 없다면 이 메일을 무시하셔도 됩니다.", "If you did not ask for this, you may ignore this mail."
)


def letter(subject: Text, body: Text, lang: str, *, link: str = "", not_you: bool = True) -> Letter:
    parts = [
        pick(body, lang),
        link,
        pick(NOT_YOU, lang) if not_you else "",
        f"– {pick(SIGNATURE, lang)}\n  {absolute('/')}",
    ]
    return Letter(f"[{pick(SIGNATURE, lang)}] {pick(subject, lang)}", "\n\n".join(p for p in parts if p) + "\n")


def send(sent: Letter, to: str) -> None:
    EmailMessage(sent.subject, sent.body, to=[to]).send()


def invitation_letter(invitation: Invitation, lang: str) -> Letter:
    organisation, role = pick(invitation.organisation.name, lang), pick(ROLE_LABELS[Role(invitation.role)], lang)
    with translation.override(lang):
        until = when_text(invitation.expires_at)
    inviter = invitation.invited_by.name if invitation.invited_by else pick(SIGNATURE, lang)
    return letter(
        text(f"{organisation} ‘{role}’ 역할 초대", f"Invitation: {role} at {organisation}"),
        text(
            f"{inviter} 님이 귀하를 {organisation}의 ‘{role}’(으)로 초대했습니다.\n"
            f"아래 주소에서 {until}까지 수락하실 수 있습니다. 주소는 한 번만 쓸 수 있습니다.",
            f"{inviter} invites you to act as {role} for {organisation}.\n"
            f"You may accept at the address below until {until}. The address works once.",
        ),
        lang,
        link=invitation_link(invitation.id),
        not_you=False,
    )


#: mails of allauth by template prefix: subject, body and the context's key of the link
ALLAUTH: dict[str, tuple[Text, Text, str]] = {
    "account/email/email_confirmation_signup": (
        text("전자우편 주소를 확인해 주십시오", "Please confirm your e-mail address"),
        text(
            "가입해 주셔서 감사합니다. 아래 주소를 열어 전자우편 주소를 확인하시면 가입이 끝납니다.",
            "Thank you for signing up. Open the address below to confirm your e-mail address.",
        ),
        "activate_url",
    ),
    "account/email/email_confirmation": (
        text("전자우편 주소를 확인해 주십시오", "Please confirm your e-mail address"),
        text(
            "아래 주소를 열어 이 전자우편 주소가 본인의 것임을 확인해 주십시오.",
            "Open the address below to confirm that this e-mail address is yours.",
        ),
        "activate_url",
    ),
    "account/email/account_already_exists": (
        text("이미 가입된 주소입니다", "You have an account already"),
        text(
            "이 주소로 가입하려는 요청을 받았습니다. 이 주소의 계정은 이미 있습니다. "
            "비밀번호를 잊으셨다면 아래 주소에서 다시 정하실 수 있습니다.",
            "Somebody asked to sign up with this address, which has an account already. "
            "If you forgot the password, set a new one at the address below.",
        ),
        "password_reset_url",
    ),
    "account/email/password_reset_key": (
        text("비밀번호 다시 정하기", "Set a new password"),
        text("아래 주소에서 비밀번호를 다시 정하실 수 있습니다.", "Set a new password at the address below."),
        "password_reset_url",
    ),
    "account/email/unknown_account": (
        text("이 주소의 계정이 없습니다", "There is no account with this address"),
        text(
            "이 주소의 비밀번호를 다시 정하려는 요청을 받았지만, 이 주소로 가입한 계정이 없습니다. "
            "다른 주소로 가입하셨는지 확인해 주십시오.",
            "Somebody asked for a new password, but no account has this address. "
            "Perhaps you signed up with another one.",
        ),
        "signup_url",
    ),
    "account/email/email_changed": (
        text("전자우편 주소가 바뀌었습니다", "Your e-mail address was changed"),
        text("계정의 전자우편 주소가 바뀌었습니다.", "The e-mail address of your account was changed."),
        "",
    ),
    "account/email/email_confirm": (
        text("전자우편 주소가 확인되었습니다", "Your e-mail address was confirmed"),
        text("계정의 전자우편 주소가 확인되었습니다.", "The e-mail address of your account was confirmed."),
        "",
    ),
    "account/email/email_deleted": (
        text("전자우편 주소가 지워졌습니다", "An e-mail address was removed"),
        text("계정에서 전자우편 주소가 지워졌습니다.", "An e-mail address was removed from your account."),
        "",
    ),
    "account/email/password_changed": (
        text("비밀번호가 바뀌었습니다", "Your password was changed"),
        text("계정의 비밀번호가 바뀌었습니다.", "The password of your account was changed."),
        "",
    ),
    "account/email/password_reset": (
        text("비밀번호가 바뀌었습니다", "Your password was changed"),
        text("계정의 비밀번호를 다시 정했습니다.", "A new password was set for your account."),
        "",
    ),
    "account/email/password_set": (
        text("비밀번호를 정했습니다", "A password was set"),
        text("계정에 비밀번호를 정했습니다.", "A password was set for your account."),
        "",
    ),
    "mfa/email/totp_activated": (
        text("2단계 인증을 켰습니다", "Two-factor sign-in was turned on"),
        text("계정에 인증 앱을 등록했습니다.", "An authenticator app was added to your account."),
        "",
    ),
    "mfa/email/totp_deactivated": (
        text("2단계 인증을 껐습니다", "Two-factor sign-in was turned off"),
        text("계정에서 인증 앱을 지웠습니다.", "The authenticator app was removed from your account."),
        "",
    ),
    "mfa/email/recovery_codes_generated": (
        text("복구 코드를 새로 만들었습니다", "New recovery codes were made"),
        text(
            "계정의 복구 코드를 새로 만들었습니다. 앞의 코드는 쓸 수 없습니다.",
            "New recovery codes were made; the old ones stopped working.",
        ),
        "",
    ),
}


def allauth_letter(template_prefix: str, context: dict[str, object], lang: str) -> Letter:
    """Raises KeyError for a mail that has no text here."""
    subject, body, key = ALLAUTH[template_prefix]
    return letter(subject, body, lang, link=str(context.get(key, "")) if key else "")
