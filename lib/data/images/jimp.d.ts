/** The part of jimp that is used. Its own types would bring those of Node.js into the whole workspace. */
export class Jimp {
  constructor(options: { width: number; height: number });
  static read(content: Uint8Array): Promise<Jimp>;
  readonly bitmap: { width: number; height: number; data: Uint8Array };
  getBuffer(type: "image/png" | "image/jpeg"): Promise<Uint8Array>;
}
