import { Buffer } from "node:buffer";
import { crc32, deflateSync } from "node:zlib";

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

function chunk(type: string, data: Uint8Array): Buffer {
  const typed = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  check.writeUInt32BE(crc32(typed));
  return Buffer.concat([length, typed, check]);
}

/**
 * A picture as a PNG file with 8 bits for each colour.
 *
 * @param colours [height, width, 3], 0 to 255
 * @throws RangeError if there are not as many colours as the size needs, or no pixels.
 */
export function encodePng(height: number, width: number, colours: Uint8Array): Uint8Array {
  if (height * width === 0 || colours.length !== height * width * 3) {
    throw new RangeError(
      `PNG of ${height} x ${width}: expected three colours a pixel, found ${colours.length}`,
    );
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  // 8 bits, red, green and blue; compression, filters and order as always.
  header.set([8, 2, 0, 0, 0], 8);
  // Every line starts with its filter: 0, none.
  const lines = Buffer.alloc(height * (1 + width * 3));
  for (let y = 0; y < height; y++) {
    lines.set(colours.subarray(y * width * 3, (y + 1) * width * 3), y * (1 + width * 3) + 1);
  }
  const data = deflateSync(lines, { level: 9 });
  return Buffer.concat([
    Buffer.from(SIGNATURE),
    chunk("IHDR", header),
    chunk("IDAT", data),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

/** A file of PNG as an address that holds it. */
export const pngUrl = (png: Uint8Array): string =>
  `data:image/png;base64,${Buffer.from(png).toString("base64")}`;
