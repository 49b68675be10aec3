// Draws the two icons of the Teams app: a shield of fence pickets. Run it with `node manifests/teams/draw-icons.ts` after a change.
// color.png is 192 x 192 and opaque; outline.png is 32 x 32, white on transparent, as Teams asks.
import { writeFileSync } from 'node:fs';
import { crc32, deflateSync } from 'node:zlib';

type Color = readonly [red: number, green: number, blue: number, alpha: number];

const NAVY: Color = [0x1d, 0x2b, 0x3a, 1];
const MINT: Color = [0x6f, 0xe0, 0xb8, 1];
const WHITE: Color = [0xff, 0xff, 0xff, 1];
const NOTHING: Color = [0xff, 0xff, 0xff, 0];
const SAMPLES = 4;

draw('color.png', 192, (x, y) => (isMark(x, y, 0.62) ? MINT : NAVY));
draw('outline.png', 32, (x, y) => (isMark(x, y, 0.92) ? WHITE : NOTHING));

// In a square from -1 to 1, `scale` of it filled: three pointed pickets on one rail, cut to the outline of a shield.
function isMark(x: number, y: number, scale: number): boolean {
  const px = x / scale;
  const py = y / scale;
  const pickets = [-0.56, 0, 0.56].some((middle) => {
    const off = Math.abs(px - middle);
    return off < 0.2 && py > -0.86 + off * 0.9 + Math.abs(middle) * 0.25 && py < 0.95 - Math.abs(middle) * 0.75 - off * 0.9;
  });
  const rail = Math.abs(px) < 0.76 && Math.abs(py + 0.12) < 0.11;
  return pickets || rail;
}

function draw(name: string, size: number, colorAt: (x: number, y: number) => Color): void {
  const rows: Buffer[] = [];
  for (let row = 0; row < size; row += 1) {
    const line: number[] = [0];
    for (let column = 0; column < size; column += 1) line.push(...pixel(column, row, size, colorAt));
    rows.push(Buffer.from(line));
  }
  writeFileSync(new URL(name, import.meta.url), png(size, Buffer.concat(rows)));
}

// Several samples per pixel make smooth edges.
function pixel(column: number, row: number, size: number, colorAt: (x: number, y: number) => Color): readonly number[] {
  const sum = [0, 0, 0, 0];
  for (let sub = 0; sub < SAMPLES * SAMPLES; sub += 1) {
    const x = ((column + ((sub % SAMPLES) + 0.5) / SAMPLES) / size) * 2 - 1;
    const y = ((row + (Math.floor(sub / SAMPLES) + 0.5) / SAMPLES) / size) * 2 - 1;
    for (const [part, value] of colorAt(x, y).entries()) sum[part] = (sum[part] ?? 0) + value;
  }
  return sum.map((part, index) => Math.round((part / (SAMPLES * SAMPLES)) * (index === 3 ? 255 : 1)));
}

function png(size: number, pixels: Buffer): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  header.set([8, 6, 0, 0, 0], 8); // 8 bits, RGBA
  const parts = [chunk('IHDR', header), chunk('IDAT', deflateSync(pixels, { level: 9 })), chunk('IEND', Buffer.alloc(0))];
  return Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), ...parts]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}
