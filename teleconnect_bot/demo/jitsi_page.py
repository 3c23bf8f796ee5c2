"""The page of the Jitsi Meet double: what it was told in the fragment, who is in, and whether the devices could be opened.

Cut off, it asks once to be taken in again by the token that it had, as Jitsi Meet does; and it tells the page around it what becomes of
the conference as Jitsi Meet does by `external_api.js`, once that has answered.
"""

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
const scope = `jitsi_meet_external_api_${told.jitsi_meet_external_api_id}`;
delete told.jwt;
const show = (id, text) => { document.getElementById(id).textContent = text; };
document.documentElement.dataset.told = JSON.stringify(told);

const unsaid = [];
let answered = false;
const greeting = Math.random().toString();
const post = (method, params) => parent.postMessage(JSON.stringify({ postis: true, scope, method, params }), "*");
const tell = (name, said = {}) => {
  const params = { type: "event", data: { name, ...said } };
  if (answered) post("message", params);
  else unsaid.push(params);
};
const greets = setInterval(() => post("__ready__", greeting), 50);
addEventListener("message", ({ data }) => {
  const { method, params } = JSON.parse(data);
  if (method !== "__ready__" || params !== greeting || answered) return;
  answered = true;
  clearInterval(greets);
  for (const each of unsaid) post("message", each);
});

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
  if (!answer.ok) {
    tell("error-occurred", { error: { name: "connection.passwordRequired", type: "CONNECTION", isFatal: false } });
    return show("me", `Not let in (${why}).`);
  }
  show("me", moderator ? `You are ${name}, and moderate.` : `You are ${name}.`);
  tell("video-conference-joined", { id: stay });
  const staying = new EventSource(`${location.pathname}/stay/${stay}`);
  staying.onerror = () => {
    staying.close();
    show("me", "Cut off.");
    // A page that goes is cut off too, and must not come in once more while it does.
    setTimeout(enter, 500);
  };
  staying.onmessage = ({ data }) => {
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
