/** What a file of images is called; its content is what counts when it is read. */
export const IMAGE_NAME = /\.(png|jpe?g|webp|gif|bmp|tiff?)$/i;

const latin = (text: string) => Array.from(text, (letter) => letter.charCodeAt(0));

/** How files begin, at which byte. */
const SIGNATURES = [
  { format: "PNG", bytes: [0x89, ...latin("PNG\r\n\x1a\n")], at: 0 },
  { format: "JPEG", bytes: [0xff, 0xd8, 0xff], at: 0 },
  { format: "GIF", bytes: latin("GIF8"), at: 0 },
  { format: "BMP", bytes: latin("BM"), at: 0 },
  { format: "TIFF", bytes: latin("II*\0"), at: 0 },
  { format: "TIFF", bytes: latin("MM\0*"), at: 0 },
  { format: "WEBP", bytes: latin("WEBP"), at: 8 },
] as const;

export type ImageFormat = typeof SIGNATURES[number]["format"];

/** The format that the first bytes of a file show; undefined if it is none of those that are read here. */
export function formatOf(content: Uint8Array): ImageFormat | undefined {
  return SIGNATURES.find(({ bytes, at }) => bytes.every((byte, i) => content[at + i] === byte))?.format;
}
