// What the crash test expects of a store, in the plainest form.
import { createHash } from "node:crypto";

/** Each worker has keys and uploads of its own, and one change at a time on its way. */
export const WORKERS = 6;

/** One change; `n` is unique and decides the bytes. */
export type Step = { readonly n: number } & (
  | { readonly op: "put"; readonly key: string; readonly size: number }
  | { readonly op: "append"; readonly key: string; readonly size: number }
  | { readonly op: "delete"; readonly key: string }
  | { readonly op: "create"; readonly key: string; readonly id: string }
  | { readonly op: "part"; readonly id: string; readonly part: number; readonly size: number }
  | { readonly op: "complete"; readonly id: string; readonly parts: readonly number[] }
  | { readonly op: "abort"; readonly id: string }
);

/** Some bytes of an object: those of the step `n`. */
export interface Piece {
  readonly n: number;
  readonly size: number;
}

/** The state of one worker: plain JSON, so that it can be copied and compared. */
export interface Model {
  objects: { [key: string]: { etag: string; pieces: Piece[] } };
  uploads: { [id: string]: { key: string; parts: { [number: string]: Piece } } };
}

/** The bytes of a step: they depend on nothing but its number and size. */
export function content(n: number, size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  for (let i = 0, x = n >>> 0; i < size; i++) {
    x = (Math.imul(x, 22695477) + 1) >>> 0;
    bytes[i] = x >>> 24;
  }
  return bytes;
}

/** The state after one more step. */
export function apply(before: Model, step: Step): Model {
  const model = structuredClone(before);
  const etag = String(step.n);
  if (step.op === "put") model.objects[step.key] = { etag, pieces: [{ n: step.n, size: step.size }] };
  else if (step.op === "append") {
    const pieces = model.objects[step.key]?.pieces ?? [];
    model.objects[step.key] = { etag, pieces: [...pieces, { n: step.n, size: step.size }] };
  } else if (step.op === "delete") delete model.objects[step.key];
  else if (step.op === "create") model.uploads[step.id] = { key: step.key, parts: {} };
  else {
    const upload = model.uploads[step.id];
    if (!upload) throw new Error("the child worked on an upload that does not exist");
    if (step.op === "part") upload.parts[step.part] = { n: step.n, size: step.size };
    else {
      delete model.uploads[step.id];
      if (step.op === "complete") {
        model.objects[upload.key] = { etag, pieces: step.parts.map((part) => upload.parts[part] as Piece) };
      }
    }
  }
  return model;
}

/** A line for each object and upload of a state, to compare. */
export function describeModel(model: Model): string[] {
  const objects = Object.entries(model.objects).map(([key, { etag, pieces }]) => {
    const hash = createHash("sha1");
    for (const { n, size } of pieces) hash.update(content(n, size));
    return `object ${key} ${etag} ${hash.digest("hex")}`;
  });
  const uploads = Object.entries(model.uploads).map(
    ([id, { key, parts }]) =>
      `upload ${key} ${id} ${Object.entries(parts)
        .map(([number, { n, size }]) => `${number}:${n}:${size}`)
        .join(" ")}`,
  );
  return [...objects, ...uploads].toSorted();
}

/** All pieces of a state, to count what should lie on disk. */
export function piecesOf(model: Model): Piece[] {
  return [
    ...Object.values(model.objects).flatMap((object) => object.pieces),
    ...Object.values(model.uploads).flatMap((upload) => Object.values(upload.parts)),
  ];
}
