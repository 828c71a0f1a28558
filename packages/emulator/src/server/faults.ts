/** What a fault hook is told of a request, before it is carried out. @public */
export interface FaultRequest {
  readonly provider: "oss" | "cos";
  /** The provider's API name; absent when the request is none that the emulator knows. */
  readonly operation: string | undefined;
  readonly method: string;
  /** As received. */
  readonly target: string;
  readonly bucket: string | undefined;
  readonly key: string | undefined;
  /** Names in lower case. */
  readonly headers: { readonly [name: string]: string };
  /** How many requests came before this one. */
  readonly index: number;
}

/** What goes wrong with a request; several may be combined. @public */
export interface Fault {
  /** Milliseconds of the emulator's clock to wait before the request is carried out. */
  readonly latencyMs?: number;
  /** Refuse with this code of the provider; the request is not carried out. */
  readonly error?: {
    readonly code: string;
    readonly status: number;
    readonly message?: string;
    readonly headers?: Record<string, string>;
  };
  /** As `error`, but as a document in a response with the status 200, as COS does when a long request fails late. */
  readonly errorIn200?: { readonly code: string; readonly message?: string };
  /** Break the connection once this many bytes of the request body have come; 0: at once. The request is not carried out. */
  readonly resetRequestAt?: number;
  /** Carry the request out, then break the connection before any answer. */
  readonly dropResponse?: boolean;
  /** Break the connection (RST) once this many bytes of the response body are sent. */
  readonly resetResponseAt?: number;
  /** End the connection (FIN) once this many bytes of the response body are sent, though more were announced. */
  readonly truncateResponseAt?: number;
  /** Flip one bit of this byte of the response body. */
  readonly corruptResponseAt?: number;
  /** Flip one bit of this byte of the request body before it is stored. */
  readonly corruptRequestAt?: number;
  /** Stop sending after this many bytes of the response body, and keep the connection open until the other side ends it. */
  readonly stallResponseAt?: number;
  /**
   * Stop reading once this many bytes of the request body have come, and keep the connection open until the other side ends
   * it, which shows only while what it sends fits into buffers; otherwise until the emulator is closed.
   */
  readonly stallRequestAt?: number;
  /** Milliseconds that the service's clock is ahead for this request. */
  readonly clockSkewMs?: number;
  /** Blanks to send before the document of a response, as COS does to keep a connection alive. */
  readonly keepAliveBlanks?: number;
}

/** Decides what goes wrong with a request; nothing when it gives nothing. @public */
export interface FaultHook {
  (request: FaultRequest): Fault | undefined | Promise<Fault | undefined>;
}

/** Flips the lowest bit of the byte at `at` as the chunks go by. */
export async function* corrupt(
  chunks: AsyncIterable<Uint8Array>,
  at: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  let seen = 0;
  for await (const chunk of chunks) {
    if (at >= seen && at < seen + chunk.length) {
      const copy = Uint8Array.from(chunk);
      copy[at - seen]! ^= 1;
      yield copy;
    } else yield chunk;
    seen += chunk.length;
  }
}

/** Calls back once `count` bytes have gone by, and waits. */
export async function* holdAt(
  chunks: AsyncIterable<Uint8Array>,
  count: number,
  hold: () => Promise<void>,
): AsyncGenerator<Uint8Array, void, undefined> {
  let seen = 0;
  if (count <= 0) await hold();
  for await (const chunk of chunks) {
    yield chunk;
    if (seen < count && (seen += chunk.length) >= count) await hold();
  }
}

/** Only the first `count` bytes. */
export async function* first(
  chunks: AsyncIterable<Uint8Array>,
  count: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  let left = count;
  if (left <= 0) return;
  for await (const chunk of chunks) {
    yield chunk.subarray(0, left);
    left -= Math.min(left, chunk.length);
    if (left === 0) return;
  }
}
