"""What somebody reads who wants to try the running demo by hand."""

from __future__ import annotations

from .homeserver import Login
from .stack import Stack


def instructions(stack: Stack, staff: Login, mail_page: str, network: str | None, jitsi: str | None) -> str:
    """Addresses, the sign-in for Element, where mails are read, how to invite oneself. Holds the password of the demo's account.

    `network` is where a phone finds the guest page, `jitsi` where the double of Jitsi Meet answers, if they are there.
    """
    homeserver = stack.homeserver.address
    return f"""
Everything is running on this machine. Now you: be the nurse in Element, and the guest in a browser.

  1. Element Desktop (https://element.io/download) or https://app.element.io in Chrome or Firefox:
     Sign in · edit the homeserver · {homeserver} (allow access to this device if you are asked), then
         user      {staff.user}
         password  {staff.password}
  2. Start a direct chat with {stack.config.bot} and wait for its welcome.
  3. Write to it:   invite me@example.org name="Sam" lang=en
  4. Read the mail (or SMS) here:   {mail_page}
     and open its link in another browser or a private window: you are the guest now.
{_phone(network)}  5. Accept the room's invitation in Element: the session starts. `help` lists what else the bot understands.
{_conference(jitsi)}
  {"guest page":<14}{stack.public_url}/j
  {"homeserver":<14}{homeserver}
  {"bot":<14}{stack.address}/health/ready · log: {stack.bot.log_file}
  {"mails":<14}{mail_page}

Nothing leaves this machine: mails, SMS and WhatsApp messages are only caught, and data are deleted when the demo ends. Ctrl-C ends it.
"""


def _conference(jitsi: str | None) -> str:
    if jitsi is None:
        return ""
    return f"""  6. Write to the bot:   call   and open its link in a third browser. The conference is a double of Jitsi Meet ({jitsi}),
     which lets in by token alone and carries no sound.
"""


def _phone(network: str | None) -> str:
    if network is None:
        return ""
    return f"""     Or use your phone, in the same network ({network}): the mail's page shows the link as a picture for its camera.
     The phone warns once, because the certificate was made by this demo a moment ago: choose to go on.
"""
