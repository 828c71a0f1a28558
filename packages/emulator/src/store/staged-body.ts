import type { _Backend, _BlobWriter } from "./backend.ts";
import type { _Body, _Segment } from "./state.ts";
import type { OpenObject, StagedBody } from "./store.ts";

/** What a staged body needs of its store. @internal */
export interface _StagingArea {
  readonly backend: _Backend;
  /** The segments of an open object of this store. */
  bodyOf(source: OpenObject): _Body;
  retain(body: _Body): void;
  release(body: _Body): Promise<void>;
}

/** Keeps up to the inline limit in memory; beyond it everything goes to a blob. @internal */
export class _Staged implements StagedBody {
  readonly #area: _StagingArea;
  #size = 0;
  #pending: Uint8Array[] = [];
  #blob: _BlobWriter | undefined;
  #segments: _Segment[] = [];
  #state: "open" | "sealed" | "gone" = "open";

  constructor(area: _StagingArea) {
    this.#area = area;
  }

  get size(): number {
    return this.#size;
  }

  async write(chunk: Uint8Array): Promise<void> {
    this.#mustBe("open");
    if (this.#segments.length > 0) throw new Error("a staged body is made of writes or of links, not of both");
    if (chunk.length === 0) return;
    this.#size += chunk.length;
    if (this.#blob) return this.#blob.write(chunk);
    this.#pending.push(chunk);
    if (this.#size <= this.#area.backend.inlineLimit) return;
    const blob = await this.#area.backend.createBlob();
    if ((this.#state as string) === "gone") return blob.discard();
    this.#blob = blob;
    const pending = this.#pending;
    this.#pending = [];
    for (const one of pending) await blob.write(one);
  }

  link(source: OpenObject, start = 0, end: number = source.record.size): void {
    this.#mustBe("open");
    if (this.#pending.length > 0 || this.#blob)
      throw new Error("a staged body is made of writes or of links, not of both");
    const body = _slice(this.#area.bodyOf(source), start, end);
    this.#area.retain(body);
    this.#segments.push(...body);
    this.#size += end - start;
  }

  async discard(): Promise<void> {
    if (this.#state === "gone") return;
    const blob = this.#blob;
    const segments = this.#segments;
    this.#state = "gone";
    this.#pending = [];
    this.#blob = undefined;
    this.#segments = [];
    await blob?.discard();
    await this.#area.release(segments);
  }

  _isOf(area: _StagingArea): boolean {
    return this.#area === area;
  }

  /** Makes the bytes durable. Only then may the body be committed, once. */
  async _seal(): Promise<void> {
    this.#mustBe("open");
    this.#state = "sealed";
    const blob = this.#blob;
    if (!blob) return;
    await blob.finish();
    this.#blob = undefined;
    this.#segments = [[blob.id, 0, this.#size]];
    this.#area.retain(this.#segments);
  }

  /** The bytes that must travel with the change, if any. */
  _inline(): Uint8Array | undefined {
    this.#mustBe("sealed");
    if (this.#pending.length <= 1) return this.#pending[0];
    return Buffer.concat(this.#pending);
  }

  /** The body, given where the inline bytes came to lie. */
  _body(place: _Segment | undefined): _Body {
    return place ? [place] : this.#segments;
  }

  #mustBe(state: "open" | "sealed"): void {
    if (this.#state !== state)
      throw new Error(
        `the staged body is no longer ${state}: it was ${this.#state === "sealed" ? "committed" : "discarded"}`,
      );
  }
}

/** The bytes `[start, end)` of a body. @internal */
export function _slice(body: _Body, start: number, end: number): _Segment[] {
  const slice: _Segment[] = [];
  let position = 0;
  for (const [blob, offset, length] of body) {
    const from = Math.max(start - position, 0);
    const to = Math.min(end - position, length);
    if (from < to) slice.push([blob, offset + from, to - from]);
    position += length;
    if (position >= end) break;
  }
  return slice;
}
