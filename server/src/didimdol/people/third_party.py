"""The personal data in tables that libraries bring: table → class and retention, as our own models say it."""

from __future__ import annotations

from didimdol.kernel.privacy import Kept, Privacy

THIRD_PARTY: dict[str, Privacy] = {
    # django.contrib.auth: groups and permissions are not used, roles are RoleAssignment
    "auth_permission": Privacy(kept=Kept.RECORD, none="id name content_type codename"),
    "auth_group": Privacy(kept=Kept.RECORD, none="id name permissions"),
    "django_content_type": Privacy(kept=Kept.RECORD, none="id app_label model"),
    # the session's content names the person and may hold an address that is being confirmed
    "django_session": Privacy(kept=Kept.SHORT, none="expire_date", personal="session_data", secret="session_key"),
    "account_emailaddress": Privacy(kept=Kept.ACCOUNT, none="id verified primary", pseudonym="user", personal="email"),
    "account_emailconfirmation": Privacy(
        kept=Kept.SHORT, none="id created sent", pseudonym="email_address", secret="key"
    ),
    "mfa_authenticator": Privacy(
        kept=Kept.ACCOUNT, none="id type created_at last_used_at", pseudonym="user", secret="data"
    ),
    # arguments of tasks are ids only
    "procrastinate_workers": Privacy(kept=Kept.SHORT, none="id last_heartbeat"),
    "procrastinate_jobs": Privacy(
        kept=Kept.SHORT,
        none="id queue_name task_name priority lock status scheduled_at attempts queueing_lock abort_requested worker",
        pseudonym="args",
    ),
    "procrastinate_events": Privacy(kept=Kept.SHORT, none="id job type at"),
    "procrastinate_periodic_defers": Privacy(kept=Kept.SHORT, none="id task_name defer_timestamp job periodic_id"),
}
