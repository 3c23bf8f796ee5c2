"""What the page's policy keeps out of it, in a real browser: should words ever be taken for markup or code, nothing comes of it."""

from __future__ import annotations

from tests.acceptance.page.person import Person
from tests.fakes_web import recording_homeserver

FROM_STRINGS = {
    "markup": ("() => { document.body.innerHTML = '<p>Words</p>'; }", "TypeError"),
    "markup of a frame": ("() => { document.createElement('iframe').srcdoc = '<p>Words</p>'; }", "TypeError"),
    "the address of a script": ("() => { document.createElement('script').src = '/assets/x.js'; }", "TypeError"),
    "a policy of one's own": ("() => { trustedTypes.createPolicy('own', { createHTML: (words) => words }); }", "TypeError"),
    "code": ("() => { (0, eval)('1'); }", "EvalError"),
    "a function": ("() => { new Function('return 1'); }", "EvalError"),
}
AS_THE_PAGE = """() => new Promise((resolve) => setTimeout(() => {
  try { (%s)(); resolve('done'); } catch (error) { resolve(error.name); }
}))"""
"""In a turn of its own: what a debugger calls is free of the policy."""
ELSEWHERE = {
    "connect-src": "fetch(address).catch(() => undefined)",
    "img-src": "Object.assign(new Image(), { src: address })",
    "media-src": "new Audio(address).load()",
    "style-src-elem": "document.head.append(made('link', { rel: 'stylesheet', href: address }))",
    "frame-src": "document.body.append(made('iframe', { src: address }))",
    "base-uri": "document.head.append(made('base', { href: address }))",
    "form-action": "document.body.appendChild(made('form', { action: address })).submit()",
}
WHAT_BARS = """(address) => new Promise((resolve) => {
  const made = (name, given) => Object.assign(document.createElement(name), given);
  document.addEventListener('securitypolicyviolation', (event) => resolve(event.effectiveDirective), { once: true });
  %s;
})"""


async def test_nothing_is_made_of_a_string_and_no_other_server_is_asked(person: Person) -> None:
    await person.come_in()
    for what, (made, refused) in FROM_STRINGS.items():
        assert await person.page.evaluate(AS_THE_PAGE % made) == refused, what
    async with recording_homeserver() as elsewhere:
        for directive, asked in ELSEWHERE.items():
            assert await person.page.evaluate(WHAT_BARS % asked, f"{elsewhere.address}/x") == directive
        assert elsewhere.requests == []
    assert person.visitor.errors == []
