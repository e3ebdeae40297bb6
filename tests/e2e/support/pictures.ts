// Pictures made here, byte by byte: no files, and each one exactly as wrong as it should be.

import { deflateSync } from "node:zlib";

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

export type Upload = { name: string; mimeType: string; buffer: Buffer };

/** The checksum of PNG's chunks (ISO 3309); Node's own is younger than the Node we ask for. */
function crc32(bytes: Buffer): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}

function chunk(kind: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(kind, "latin1"), data]);
  const out = Buffer.alloc(body.length + 8);
  out.writeUInt32BE(data.length, 0);
  body.copy(out, 4);
  out.writeUInt32BE(crc32(body), body.length + 4);
  return out;
}

function png(width: number, height: number, depth: number, colour: number, rows: Buffer): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.writeUInt8(depth, 8);
  header.writeUInt8(colour, 9);
  return Buffer.concat([
    SIGNATURE,
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(rows, { level: 1 })),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

/** Coloured noise, which hardly shrinks; the same on every run. */
export function noise(width: number, height: number): Upload {
  const stride = width * 3 + 1;
  const rows = Buffer.alloc(stride * height);
  let state = 0x2545f491;
  for (let at = 0; at < rows.length; at += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    rows[at] = at % stride === 0 ? 0 : state >>> 24;
  }
  const buffer = png(width, height, 8, 2, rows);
  return { name: "noise.png", mimeType: "image/png", buffer };
}

/** A few bytes that a browser would need gigabytes for. */
export function vast(): Upload {
  const [width, height] = [30_000, 30_000];
  const rows = Buffer.alloc((Math.ceil(width / 8) + 1) * height);
  return { name: "vast.png", mimeType: "image/png", buffer: png(width, height, 1, 0, rows) };
}

/** Says that it is a picture, and is none. */
export function broken(): Upload {
  const buffer = Buffer.concat([SIGNATURE, Buffer.from("this is not a picture at all")]);
  return { name: "broken.png", mimeType: "image/png", buffer };
}

/** Not a picture. */
export function text(): Upload {
  return { name: "notes.txt", mimeType: "text/plain", buffer: Buffer.from("Just a note.\n") };
}
