// Others in a video room who are no Parlor: they speak the document's frames and no more, and send a
// drawn picture.

import type { Browser, Page } from "@playwright/test";
import type { Agent } from "./parlor.ts";
import type { Place } from "./meet.ts";

/** What they are called, in the order in which they come. */
const NAMES = [
  "Bob Okafor", "Chen Wei", "Dolores Haze", "Émile Durand", "Fatima al-Fihri", "Grace Hopper",
  "Hedy Lamarr", "Ines Maria de Sousa e Albuquerque",
];

/** Lets so many join; the page that they live in keeps them there. */
export async function robots(
  browser: Browser,
  agent: Agent,
  at: Place,
  count: number,
  dark: number[] = [],
): Promise<Page> {
  const page = await browser.newPage();
  await page.goto(`${agent.origin}/config.json`);
  const socket = agent.ws(`/general-bots/${at.run}/${at.kind}/ws/meet`);
  for (const [number, name] of NAMES.slice(0, count).entries()) {
    await page.evaluate(live, { socket, room: at.room, name, number, dark: dark.includes(number) });
  }
  return page;
}

/** One of them; runs in the page. */
async function live(me: {
  socket: string; room: string; name: string; number: number; dark: boolean;
}): Promise<void> {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [320, 180];
  const pen = canvas.getContext("2d");
  let turn = 0;
  const draw = (): void => {
    if (!pen) return;
    const hue = (me.number * 47 + 15) % 360;
    pen.fillStyle = `hsl(${hue} 30% 42%)`;
    pen.fillRect(0, 0, 320, 180);
    pen.fillStyle = `hsl(${hue} 35% 68%)`;
    pen.beginPath();
    pen.arc(160 + Math.sin(turn) * 6, 78, 34, 0, 7);
    pen.fill();
    pen.beginPath();
    pen.arc(160 + Math.sin(turn) * 6, 190, 72, Math.PI, 7);
    pen.fill();
    turn += 0.4;
  };
  draw();
  setInterval(draw, 250);
  const stream = canvas.captureStream(4);
  const sound = new AudioContext().createMediaStreamDestination();
  const socket = new WebSocket(me.socket);
  const ties = new Map<string, RTCPeerConnection>();
  const say = (target: string, signal: object): void =>
    socket.send(JSON.stringify({ type: "signal", room_id: me.room, target_id: target, signal }));
  const tie = (id: string): RTCPeerConnection => {
    const known = ties.get(id);
    if (known) return known;
    const made = new RTCPeerConnection();
    ties.set(id, made);
    for (const track of sound.stream.getTracks()) made.addTrack(track, stream);
    if (!me.dark) for (const track of stream.getTracks()) made.addTrack(track, stream);
    made.onicecandidate = ({ candidate }) => say(id, { type: "candidate", candidate });
    return made;
  };
  await new Promise((done) => socket.addEventListener("open", done));
  const joined = new Promise<void>((done) => {
    socket.onmessage = async ({ data }) => {
      const frame = JSON.parse(data);
      if (frame.type === "joined") done();
      const { signal, from_id: from } = frame;
      if (signal?.type === "offer") {
        await tie(from).setRemoteDescription({ type: "offer", sdp: signal.sdp });
        await tie(from).setLocalDescription();
        say(from, { type: "answer", sdp: tie(from).localDescription?.sdp });
      } else if (signal?.type === "answer") {
        await tie(from).setRemoteDescription({ type: "answer", sdp: signal.sdp });
      } else if (signal?.type === "candidate" && signal.candidate) {
        await tie(from).addIceCandidate(signal.candidate);
      }
    };
  });
  socket.send(JSON.stringify({ type: "join", room_id: me.room, participant_name: me.name }));
  await joined;
}
