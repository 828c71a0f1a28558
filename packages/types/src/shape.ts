import type { BodyInput, ResponseBody } from "./body.ts";

/**
 * Where a member travels: `bucket` and `key` address the request, `query` and `header` are single parameters, `headers` is
 * every header with a prefix, `payload` is the body itself, `client` does not travel. Absent: an element of the XML document in the body. @public
 */
export type MemberLocation = "bucket" | "key" | "query" | "header" | "headers" | "payload" | "client";

/** How a scalar is written on the wire. Absent: as text. @public */
export type WireType = "string" | "int" | "bool" | "iso-date" | "http-date" | "form" | "copy-source" | "bytes";

/** The source of a server-side copy. @public */
export interface CopySource {
  Bucket: string;
  /** The raw key, not percent-encoded. */
  Key: string;
  VersionId?: string;
  /** COS: region of the source bucket; default the client's. OSS copies within one region only. */
  Region?: string;
}

interface Base<Required extends boolean> {
  readonly in?: MemberLocation;
  /** Name on the wire; default the member's own. With `in: "headers"` the prefix. */
  readonly name?: string;
  /** Present exactly where the interface has no `?`. */
  readonly required?: Required extends true ? true : never;
  /** The service percent-encodes the text when asked for `encoding-type=url`: `form` also writes a space as `+`. */
  readonly urlEncoded?: "form" | "percent";
  /** Never shown in a log or an error. */
  readonly sensitive?: true;
}
type Need<R extends boolean> = Base<R> & (R extends true ? { readonly required: true } : {});

/** Description of one member whose TypeScript type is `T`. @public */
export type Member<T, R extends boolean> = [T] extends [string]
  ? Need<R> & { readonly type?: "string" }
  : [T] extends [number]
    ? Need<R> & { readonly type: "int"; readonly min?: number; readonly max?: number }
    : [T] extends [boolean]
      ? Need<R> & { readonly type: "bool" }
      : [T] extends [Date]
        ? Need<R> & { readonly type: "iso-date" | "http-date" }
        : [T] extends [CopySource]
          ? Need<R> & { readonly in: "header"; readonly type: "copy-source" }
          : [T] extends [ResponseBody]
            ? Need<R> & { readonly in: "payload"; readonly type: "bytes" }
            : [BodyInput] extends [T]
              ? Need<R> & { readonly in: "payload"; readonly type: "bytes" }
              : [T] extends [readonly (infer E)[]]
                ? Need<R> & {
                    readonly list: Member<NonNullable<E>, false>;
                    /** Name of the repeated element inside a wrapper; absent: the element itself repeats. */
                    readonly item?: string;
                  }
                : string extends keyof T
                  ? Need<R> & ({ readonly in: "headers"; readonly name: string } | { readonly type: "form" })
                  : T extends object
                    ? Need<R> & { readonly struct: () => Shape<T> }
                    : never;

/** Description of an interface, member by member, checked against it. @public */
export type Shape<T extends object> = {
  readonly [K in keyof T]-?: Member<NonNullable<T[K]>, {} extends Pick<T, K> ? false : true>;
};

/** A {@link Member} as interpreters read it. @public */
export interface AnyMember {
  readonly in?: MemberLocation;
  readonly name?: string;
  readonly required?: boolean;
  readonly type?: WireType;
  readonly min?: number;
  readonly max?: number;
  readonly list?: AnyMember;
  readonly item?: string;
  readonly struct?: () => AnyShape;
  readonly urlEncoded?: "form" | "percent";
  readonly sensitive?: true;
}

/** A {@link Shape} as interpreters read it. @public */
export type AnyShape = Readonly<Record<string, AnyMember>>;
