import { cosFailure } from "../http/errors.ts";
import type { Exchange } from "../server/handler.ts";
import type { Json } from "../store/records.ts";
import type { Bucket } from "../store/store.ts";

const BUCKET_ACLS: readonly string[] = ["private", "public-read", "public-read-write", "authenticated-read"];
const OBJECT_ACLS: readonly string[] = [
  "default",
  "private",
  "public-read",
  "authenticated-read",
  "bucket-owner-read",
  "bucket-owner-full-control",
];
const MAX_GRANTS = 100;
/** An account by its number, or by its whole name with an optional sub-account. */
const GRANTEE = /^(?:\d+|qcs::cam::(?:uin\/\d+:uin\/\d+|anyone:anyone))$/;

/** What an anonymous request needs of the bucket; operations that are not here are for the owner. */
const NEEDS: { readonly [operation: string]: "read" | "write" } = {
  HeadBucket: "read",
  ListObjects: "read",
  ListMultipartUploads: "read",
  GetObject: "read",
  HeadObject: "read",
  ListParts: "read",
  PutObject: "write",
  AppendObject: "write",
  CopyObject: "write",
  DeleteObject: "write",
  DeleteMultipleObjects: "write",
  InitiateMultipartUpload: "write",
  UploadPart: "write",
  UploadPartCopy: "write",
  CompleteMultipartUpload: "write",
  AbortMultipartUpload: "write",
};

/** Throws `AccessDenied` unless anyone at all may do this. */
export function checkAnonymous(exchange: Exchange): void {
  const { operation, key, headers } = exchange;
  const need = NEEDS[operation.name];
  if (need === undefined) throw cosFailure("AccessDenied");
  const setsAcl = Object.keys(headers).some((name) => name === "x-cos-acl" || name.startsWith("x-cos-grant-"));
  if (setsAcl) throw cosFailure("AccessDenied");
  const bucket = exchange.bucket();
  const isObjectRead = operation.name === "GetObject" || operation.name === "HeadObject";
  const allowed =
    need === "read" ? isPublic(bucket, isObjectRead ? key : undefined) : bucketAcl(bucket) === "public-read-write";
  if (!allowed) throw cosFailure("AccessDenied");
}

/** Whether anyone may read an object, or list the bucket. */
export function isPublic(bucket: Bucket, key: string | undefined): boolean {
  const own = key === undefined ? undefined : bucket.object(key)?.acl;
  const acl = own === undefined || own === "default" ? bucketAcl(bucket) : own;
  return acl === "public-read" || acl === "public-read-write";
}

function bucketAcl(bucket: Bucket): Json {
  return bucket.record.attributes["acl"] ?? "private";
}

/** The members by which inputs set an ACL. */
export interface AclInput {
  readonly ACL?: string;
  readonly GrantRead?: string;
  readonly GrantWrite?: string;
  readonly GrantReadACP?: string;
  readonly GrantWriteACP?: string;
  readonly GrantFullControl?: string;
}

/** A canned ACL, and accounts by the permission they are granted. */
export interface Acl {
  readonly acl?: string;
  readonly grants?: { readonly [permission: string]: readonly string[] };
}

/** Reads the ACL of an input. Throws `InvalidArgument`. */
export function readAcl(input: AclInput, target: "bucket" | "object"): Acl {
  const { ACL: acl } = input;
  if (acl !== undefined && !(target === "bucket" ? BUCKET_ACLS : OBJECT_ACLS).includes(acl)) {
    throw cosFailure("InvalidArgument", {
      message: `The ACL of ${target === "bucket" ? "a bucket" : "an object"} cannot be ${acl}.`,
    });
  }
  const grants: Record<string, string[]> = {};
  for (const [permission, header] of [
    ["READ", input.GrantRead],
    ["WRITE", input.GrantWrite],
    ["READ_ACP", input.GrantReadACP],
    ["WRITE_ACP", input.GrantWriteACP],
    ["FULL_CONTROL", input.GrantFullControl],
  ] as const) {
    if (header !== undefined) grants[permission] = readGrantees(header);
  }
  return { ...(acl !== undefined && { acl }), ...(Object.keys(grants).length > 0 && { grants }) };
}

function readGrantees(header: string): string[] {
  const grantees = header.split(",").map((one) => /^\s*id="([^"]*)"\s*$/.exec(one)?.[1]);
  if (grantees.length > MAX_GRANTS || !grantees.every((one) => one !== undefined && GRANTEE.test(one))) {
    throw cosFailure("InvalidArgument", { message: 'A grantee is written as id="100000000001".' });
  }
  return grantees as string[];
}
