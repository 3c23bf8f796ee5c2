"""The page of the Jitsi Meet double: what it was told in the fragment, who is in, and whether the devices could be opened."""

from __future__ import annotations

HTML = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Conference</title>
<style>body{font-family:sans-serif;margin:1rem}video{max-width:8rem}</style>
<h1>Conference (a double of Jitsi Meet)</h1>
<p id="me" role="status">…</p>
<ul id="people" aria-label="In the conference"></ul>
<p id="devices"></p>
<video id="picture" autoplay playsinline muted hidden></video>
<script>
"use strict";
const told = {};
for (const part of location.hash.slice(1).split("&")) {
  const [key, value] = part.split("=");
  if (key) told[key] = JSON.parse(decodeURIComponent(value));
}
history.replaceState(null, "", location.pathname);
const token = told.jwt;
delete told.jwt;
const show = (id, text) => { document.getElementById(id).textContent = text; };
document.documentElement.dataset.told = JSON.stringify(told);

async function devices() {
  const wanted = { audio: told["config.startWithAudioMuted"] !== true, video: told["config.startWithVideoMuted"] !== true };
  if (!wanted.audio && !wanted.video) return show("devices", "microphone off, camera off");
  try {
    const stream = await navigator.mediaDevices.getUserMedia(wanted);
    const on = (tracks) => (tracks.length > 0 ? "on" : "off");
    show("devices", `microphone ${on(stream.getAudioTracks())}, camera ${on(stream.getVideoTracks())}`);
    if (stream.getVideoTracks().length > 0) {
      document.getElementById("picture").srcObject = stream;
      document.getElementById("picture").hidden = false;
    }
  } catch (error) {
    show("devices", `no device: ${error.name}`);
  }
}

async function enter() {
  const answer = await fetch(`${location.pathname}/enter`, { method: "POST", body: token ?? "" });
  const { stay, name, moderator, why } = await answer.json();
  if (!answer.ok) return show("me", `Not let in (${why}).`);
  show("me", moderator ? `You are ${name}, and moderate.` : `You are ${name}.`);
  new EventSource(`${location.pathname}/stay/${stay}`).onmessage = ({ data }) => {
    document.getElementById("people").replaceChildren(...JSON.parse(data).map((each) => {
      const line = document.createElement("li");
      line.textContent = each;
      return line;
    }));
  };
  await devices();
}
void enter();
</script>
</html>
"""
