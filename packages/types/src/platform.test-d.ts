import { createReadStream } from "node:fs";
import type { Readable } from "node:stream";
import type { ReadableStream as NodeWebStream } from "node:stream/web";
import { describe, expectTypeOf, it } from "vitest";
import type {
  AbortSignalLike,
  BlobLike,
  BodyInput,
  Clock,
  Credentials,
  CredentialsProvider,
  Logger,
  Random,
  ReadableStreamLike,
  RequestBody,
  ResponseBody,
  Signer,
} from "./index.ts";

describe("what the platforms have fits", () => {
  it("abort signals", () => {
    expectTypeOf<AbortSignal>().toExtend<AbortSignalLike>();
    expectTypeOf<{ aborted: boolean; onabort: null }>().toExtend<AbortSignalLike>();
    // @ts-expect-error not a signal
    const wrong: AbortSignalLike = new AbortController();
    void wrong;
  });

  it("streams and blobs", () => {
    expectTypeOf<ReadableStream<Uint8Array>>().toExtend<ReadableStreamLike>();
    expectTypeOf<NodeWebStream<Uint8Array>>().toExtend<ReadableStreamLike>();
    expectTypeOf<Blob>().toExtend<BlobLike>();
    expectTypeOf<File>().toExtend<BlobLike>();
    // @ts-expect-error can be written only
    const wrong: ReadableStreamLike = new WritableStream();
    void wrong;
  });

  it("bodies", () => {
    expectTypeOf<string | Uint8Array | Buffer | Blob | File>().toExtend<RequestBody>();
    expectTypeOf<ReadableStream<Uint8Array>>().toExtend<RequestBody>();
    expectTypeOf<Readable>().toExtend<RequestBody>();
    expectTypeOf<AsyncGenerator<Uint8Array>>().toExtend<RequestBody>();
    expectTypeOf(() => createReadStream("file")).toExtend<BodyInput>();
    expectTypeOf(async () => new Uint8Array(1)).toExtend<BodyInput>();
    expectTypeOf<number>().not.toExtend<BodyInput>();
    expectTypeOf<AsyncGenerator<number>>().not.toExtend<BodyInput>();
    expectTypeOf<() => number>().not.toExtend<BodyInput>();
  });

  it("a response body is a request body, so that it can be passed on", () => {
    expectTypeOf<ResponseBody>().toExtend<RequestBody>();
    expectTypeOf<ReturnType<ResponseBody["toReadable"]>>().toHaveProperty("pipe");
  });

  it("loggers, clocks, randomness", () => {
    expectTypeOf<Console>().toExtend<Logger>();
    expectTypeOf<typeof Math.random>().toExtend<Random>();
    expectTypeOf<typeof globalThis.setTimeout>().toExtend<Clock["setTimeout"]>();
    expectTypeOf<(handle: any) => void>().toExtend<Clock["clearTimeout"]>();
    expectTypeOf<() => Date>().not.toExtend<Clock["now"]>();
    expectTypeOf<Pick<Console, "log">>().not.toExtend<Logger>();
  });
});

describe("CredentialsProvider", () => {
  it("may answer at once or later, and need not look at its options", () => {
    expectTypeOf<() => Credentials>().toExtend<CredentialsProvider>();
    expectTypeOf<() => Promise<Credentials>>().toExtend<CredentialsProvider>();
    expectTypeOf<(options?: { forceRefresh?: boolean }) => Promise<Credentials>>().toExtend<CredentialsProvider>();
    // @ts-expect-error a provider is called without options, too
    const demanding: CredentialsProvider = (options: { forceRefresh: boolean }) => ({
      accessKeyId: String(options.forceRefresh),
      accessKeySecret: "",
    });
    // @ts-expect-error the secret is missing
    const incomplete: CredentialsProvider = () => ({ accessKeyId: "id" });
    void [demanding, incomplete];
  });
});

describe("Signer", () => {
  it("may work synchronously or asynchronously", () => {
    expectTypeOf<{ sign: () => void; presign: () => string }>().toExtend<Signer>();
    expectTypeOf<{ sign: () => Promise<void>; presign: () => Promise<string> }>().toExtend<Signer>();
    expectTypeOf<{ sign: () => void; presign: () => URL }>().not.toExtend<Signer>();
  });
});
