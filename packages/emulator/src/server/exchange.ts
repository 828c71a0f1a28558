import { createHash } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { type FailureContext, failureDocument, renderFailure, ServiceFailure } from "../http/errors.ts";
import { providerHint, resolveDestination } from "../http/hosts.ts";
import { decodePath, parseTarget, type RequestTarget, TargetError } from "../http/target.ts";
import { ArgumentError, decodeInput } from "./decode-input.ts";
import { encodeDocument, encodeHeaders, unescapeNumeric } from "./encode-output.ts";
import type { Environment } from "./environment.ts";
import { corrupt, type Fault, holdAt } from "./faults.ts";
import type { Answer, Exchange, Service } from "./handler.ts";
import type { Provider } from "./provider.ts";
import { DocumentError, readDocument } from "./read-document.ts";
import { BodyTimeout, readRequestBody } from "./request-body.ts";
import { resetConnection } from "./reset-connection.ts";
import { type Reply, sendReply } from "./send-reply.ts";

/** Carries a request out and answers it. */
export async function answerRequest(
  environment: Environment,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  await new Answering(environment, request, response).run();
}

class Answering {
  readonly #environment: Environment;
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #headers: { [name: string]: string } = {};
  readonly #startedAt: number;
  #provider: Provider;
  #service: Service | undefined;
  #bucket: string | undefined;
  #key: string | undefined;
  #requestId = "";
  #fault: Fault = {};
  #requestBytes = 0;
  #responseBytes = 0;
  #status: number | undefined;
  #code: string | undefined;

  constructor(environment: Environment, request: IncomingMessage, response: ServerResponse) {
    this.#environment = environment;
    this.#request = request;
    this.#response = response;
    this.#startedAt = environment.clock.now();
    this.#provider = environment.providers.oss;
    const { rawHeaders } = request;
    for (let i = 0; i < rawHeaders.length; i += 2) {
      const name = rawHeaders[i]!.toLowerCase();
      const value = rawHeaders[i + 1]!;
      this.#headers[name] = Object.hasOwn(this.#headers, name) ? `${this.#headers[name]},${value}` : value;
    }
  }

  /** Whether the connection broke before the answer. */
  get #isGone(): boolean {
    const response = this.#response;
    return (
      this.#request.errored !== null ||
      response.destroyed ||
      (response.socket === null && !response.writableFinished) ||
      this.#request.socket.destroyed
    );
  }

  get #now(): number {
    return this.#environment.clock.now() + (this.#fault.clockSkewMs ?? 0);
  }

  async run(): Promise<void> {
    try {
      const reply = await this.#carryOut();
      if (reply) await this.#send(reply);
    } catch (error) {
      // There is nobody left to tell: the connection broke, or an answer that had begun cannot be ended.
      if (!this.#isGone) this.#report(error);
      this.#response.destroy();
    } finally {
      this.#environment.log({
        provider: this.#provider.name,
        operation: this.#service?.operation.name,
        method: this.#request.method ?? "",
        path: (this.#request.url ?? "").replace(/\?.*$/s, ""),
        bucket: this.#bucket,
        key: this.#key,
        status: this.#status,
        code: this.#code,
        requestBytes: this.#requestBytes,
        responseBytes: this.#responseBytes,
        connection: this.#environment.connectionOf(this.#request),
      });
    }
  }

  async #carryOut(): Promise<Reply | undefined> {
    let exchange: Exchange;
    try {
      exchange = this.#open();
    } catch (error) {
      if (error instanceof TargetError) this.#provider = this.#providerOfHost();
      this.#requestId = this.#provider.requestId();
      if (error instanceof TargetError) return this.#refuse(this.#provider.badTarget(error.message));
      throw error;
    }
    this.#requestId = this.#provider.requestId();
    try {
      if (await this.#misbehave(exchange)) return undefined;
      return await this.#perform(exchange);
    } catch (error) {
      if (error instanceof ServiceFailure) return this.#refuse(error);
      if (error instanceof ArgumentError) return this.#refuse(this.#provider.badArgument(error.argument, error.value));
      if (error instanceof DocumentError) return this.#refuse(this.#provider.badDocument(error.message));
      if (error instanceof BodyTimeout) return this.#refuse(this.#timedOut());
      if (this.#isGone) throw error;
      this.#report(error);
      return this.#refuse(this.#provider.internalError());
    }
  }

  /** The service of a request whose target cannot be read. */
  #providerOfHost(): Provider {
    const { hosts, providers } = this.#environment;
    const headers = this.#headers;
    const hint = providerHint({
      authorization: headers["authorization"],
      query: [],
      headerNames: Object.keys(headers),
    });
    return providers[resolveDestination(headers["host"] ?? "", "/", hint, hosts).provider];
  }

  /** A fault of the emulator itself: says so on its console, since the client only sees a 500. */
  #report(error: unknown): void {
    // oxlint-disable-next-line no-console
    console.error(`cosmoss emulator: ${this.#service?.operation.name ?? "a request"} failed`, error);
  }

  /** Finds out what is asked for. */
  #open(): Exchange {
    const environment = this.#environment;
    const headers = this.#headers;
    const method = this.#request.method ?? "GET";
    const target: RequestTarget = parseTarget(this.#request.url ?? "/");
    const host = target.authority ?? headers["host"] ?? "";
    const hint = providerHint({
      authorization: headers["authorization"],
      query: target.query,
      headerNames: Object.keys(headers),
    });
    const destination = resolveDestination(host, target.rawPath, hint, environment.hosts);
    const provider = (this.#provider = environment.providers[destination.provider]);
    this.#bucket = destination.bucket;
    this.#key = destination.rawKey === "" ? undefined : decodePath(destination.rawKey);
    if (this.#key !== undefined && provider.isBucketRoot?.(this.#key)) this.#key = undefined;
    const found = environment.routers[provider.name].find({
      method,
      target: destination.bucket === undefined ? "service" : this.#key === undefined ? "bucket" : "object",
      query: target.query,
      headers,
    });
    if (found && "operation" in found) this.#service = found;
    const length = headers["content-length"];
    return {
      provider: provider.name,
      operation: this.#service?.operation ?? UNKNOWN,
      method,
      host,
      destination,
      target,
      headers,
      bucketName: destination.bucket,
      key: this.#key,
      body: this.#readBody(),
      contentLength: length === undefined ? undefined : Number(length),
      accessKeyId: undefined,
      store: environment.store,
      clock: {
        now: () => this.#now,
        setTimeout: (callback, ms) => environment.clock.setTimeout(callback, ms),
        clearTimeout: (handle) => environment.clock.clearTimeout(handle),
      },
      region: destination.region ?? environment.regions[provider.name],
      ownerId: environment.ownerId,
      bucket: () => {
        const bucket = environment.store.bucket(provider.name, destination.bucket ?? "");
        if (!bucket) throw provider.noSuchBucket(destination.bucket ?? "");
        return bucket;
      },
    };
  }

  /** Asks the fault hook; `true` when the connection is gone. */
  async #misbehave(exchange: Exchange): Promise<boolean> {
    const hook = this.#environment.faults();
    if (!hook) return false;
    const { provider, method, bucketName: bucket, key, headers } = exchange;
    const decided = hook({
      provider,
      method,
      bucket,
      key,
      headers,
      operation: this.#service?.operation.name,
      target: this.#request.url ?? "",
      index: this.#environment.count(),
    });
    const fault = (this.#fault = (await this.#whileConnected(Promise.resolve(decided))) ?? {});
    if (fault.latencyMs !== undefined) await this.#wait(fault.latencyMs);
    if (fault.error) {
      const { code, status, message = "Injected by a fault hook.", headers: extra } = fault.error;
      throw new ServiceFailure(provider, code, { status, message, ...(extra && { headers: extra }) });
    }
    if (fault.resetRequestAt !== undefined) {
      let seen = 0;
      if (fault.resetRequestAt > 0) {
        for await (const chunk of exchange.body) {
          seen += chunk.length;
          if (seen >= fault.resetRequestAt) break;
        }
      }
      await resetConnection(this.#request.socket);
      return true;
    }
    return false;
  }

  async #perform(open: Exchange): Promise<Reply | undefined> {
    const provider = this.#provider;
    const exchange = await this.#authenticate(open);
    provider.checkNames(exchange);
    const service = this.#service;
    if (!service) throw this.#unserved(exchange);
    const { operation, handler } = service;
    if (exchange.bucketName !== undefined && operation.name !== "PutBucket") exchange.bucket();
    if (exchange.accessKeyId === undefined) provider.checkAnonymous(exchange);
    const input = decodeInput(operation, {
      bucket: exchange.bucketName,
      key: exchange.key,
      query: exchange.target.query,
      headers: exchange.headers,
      readCopySource: (value) => provider.readCopySource(value),
    });
    if (operation.requestRoot !== undefined) Object.assign(input, await this.#readInputDocument(service, exchange));
    const answer = (await handler(input, exchange)) as Answer<object>;
    if (this.#fault.dropResponse) {
      await answer.payload?.close();
      await resetConnection(this.#request.socket);
      return undefined;
    }
    return this.#toReply(service, exchange, answer);
  }

  async #authenticate(exchange: Exchange): Promise<Exchange> {
    const { provider, method, bucketName, key, region, destination } = exchange;
    const { rawPath, rawQuery } = exchange.target; // What is asked of a proxy is signed without the authority.
    const { rawHeaders } = this.#request;
    const headers: [string, string][] = [];
    for (let i = 0; i < rawHeaders.length; i += 2) headers.push([rawHeaders[i]!, rawHeaders[i + 1]!]);
    const verdict = await this.#environment.providers[provider].verify(
      { method, target: rawQuery === "" ? rawPath : `${rawPath}?${rawQuery}`, headers },
      {
        ...(bucketName !== undefined && { bucket: bucketName }),
        ...(key !== undefined && { key }),
        ...(destination.region !== undefined && { region }),
        now: this.#now,
        findCredentials: (accessKeyId) => this.#environment.findCredentials(accessKeyId),
      },
    );
    if (verdict.outcome === "refused") throw this.#provider.refused(verdict, exchange);
    return verdict.outcome === "accepted" ? { ...exchange, accessKeyId: verdict.accessKeyId } : exchange;
  }

  #unserved(exchange: Exchange): ServiceFailure {
    const { destination, target, method, headers } = exchange;
    const found = this.#environment.routers[exchange.provider].find({
      method,
      target: destination.bucket === undefined ? "service" : exchange.key === undefined ? "bucket" : "object",
      query: target.query,
      headers,
    });
    if (found && "missing" in found) return this.#provider.badArgument(found.missing, "");
    return found && "unsupported" in found
      ? this.#provider.notImplemented(`The emulator has no operation for ?${found.unsupported} with ${method}.`)
      : this.#provider.methodNotAllowed(method);
  }

  async #readInputDocument({ operation }: Service, exchange: Exchange): Promise<Record<string, unknown>> {
    const provider = this.#provider;
    const chunks: Uint8Array[] = [];
    let length = 0;
    for await (const chunk of exchange.body) {
      length += chunk.length;
      if (length > provider.documentLimit) throw provider.documentTooLarge();
      chunks.push(chunk);
    }
    const bytes = Buffer.concat(chunks);
    const digest = exchange.headers["content-md5"];
    if (digest) {
      if (createHash("md5").update(bytes).digest("base64") !== digest) throw provider.badDigest();
    } else if (operation.md5) throw provider.missingDigest();
    const members = Object.values(operation.input).filter((member) => member.in === undefined);
    if (length === 0 && members.every((member) => !member.required)) return {};
    return readDocument(bytes.toString("utf8"), operation.requestRoot!, operation.input);
  }

  #toReply({ operation }: Service, exchange: Exchange, answer: Answer<object>): Reply {
    const { status = 200, output, payload } = answer;
    const headers: { [name: string]: string } = {
      ...(output && encodeHeaders(operation, output)),
      ...answer.headers,
    };
    if (payload) return { status, headers: { ...headers, "content-length": String(payload.length) }, body: payload };
    let body = "";
    if (operation.responseRoot !== undefined && output) {
      const url = exchange.target.query.some(
        ({ name, value }) => name === "encoding-type" && value.toLowerCase() === "url",
      );
      const encoding = url ? this.#provider.urlEncoding : undefined;
      const document = encodeDocument(operation, operation.responseRoot, output, encoding);
      body = this.#provider.xmlDeclaration + (this.#provider.namedEntitiesOnly ? unescapeNumeric(document) : document);
      headers["content-type"] ??= "application/xml";
    }
    if (this.#fault.errorIn200) {
      const { code, message = "Injected by a fault hook." } = this.#fault.errorIn200;
      body = failureDocument(new ServiceFailure(exchange.provider, code, { status: 200, message }), this.#context());
    }
    const isChunked = answer.isChunked === true || this.#fault.keepAliveBlanks !== undefined;
    if (!isChunked && status !== 204 && status !== 304 && headers["content-length"] === undefined) {
      headers["content-length"] = String(Buffer.byteLength(body));
    }
    return { status, headers, body };
  }

  #refuse(failure: ServiceFailure): Reply {
    this.#code = failure.code;
    return renderFailure(failure, this.#context());
  }

  #context(): FailureContext {
    const host = this.#headers["host"] ?? "";
    return {
      method: this.#request.method ?? "GET",
      requestId: this.#requestId,
      host,
      resource: `${host}/${this.#key ?? ""}`,
      traceId: Buffer.from(this.#requestId).toString("base64"),
    };
  }

  #send(reply: Reply): Promise<void> {
    this.#status = reply.status;
    const startedAt = this.#startedAt + (this.#fault.clockSkewMs ?? 0);
    const headers = { ...this.#provider.headers(this.#requestId, startedAt, this.#now), ...reply.headers };
    return sendReply(this.#response, { ...reply, headers }, this.#fault, (bytes) => (this.#responseBytes += bytes));
  }

  async *#readBody(): AsyncGenerator<Uint8Array, void, undefined> {
    const { corruptRequestAt, stallRequestAt } = this.#fault;
    let chunks = readRequestBody(this.#request, this.#environment.clock);
    if (corruptRequestAt !== undefined) chunks = corrupt(chunks, corruptRequestAt);
    const never = (): Promise<void> => this.#whileConnected(new Promise(() => {}));
    if (stallRequestAt !== undefined) chunks = holdAt(chunks, stallRequestAt, never);
    for await (const chunk of chunks) {
      this.#requestBytes += chunk.length;
      yield chunk;
    }
  }

  /** Waits for a promise, but not beyond the end of the connection. */
  #whileConnected<T>(promise: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const onClose = (): void => reject(new Error("the connection is gone"));
      if (this.#isGone) return onClose();
      this.#response.once("close", onClose);
      void promise.then(resolve, reject).finally(() => this.#response.off("close", onClose));
    });
  }

  async #wait(ms: number): Promise<void> {
    const { clock } = this.#environment;
    let timer: unknown;
    try {
      await this.#whileConnected(new Promise<void>((resolve) => (timer = clock.setTimeout(resolve, ms))));
    } finally {
      clock.clearTimeout(timer);
    }
  }

  /** Both services say it alike; what is left of the request is not waited for. */
  #timedOut(): ServiceFailure {
    return new ServiceFailure(this.#provider.name, "RequestTimeout", {
      status: 400,
      message: "Your socket connection to the server was not read from or written to within the timeout period.",
      headers: { connection: "close" },
    });
  }
}

const UNKNOWN: Exchange["operation"] = { name: "unknown", http: ["GET", "service"], input: {}, output: {} };
