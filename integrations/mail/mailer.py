"""Which mailer an installation uses."""

from __future__ import annotations

from campaigns.foundation.settings import Settings
from campaigns.people.ports import Mailer
from integrations.mail.mailbox import MailboxMailer
from integrations.mail.smtp import SmtpMailer


def mailer(settings: Settings) -> Mailer:
    """The SMTP server that is set; without one, the mailbox in the installation's folder."""
    if settings.smtp_url.get_secret_value():
        return SmtpMailer(settings)
    return MailboxMailer(settings.home / "mailbox.db")
