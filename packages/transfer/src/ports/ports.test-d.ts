import { expectTypeOf, test } from "vitest";
import type { COSAttributes } from "../cos.ts";
import type { OSSAttributes } from "../oss.ts";
import type { PortableAttributes } from "./port.ts";

test("attributes hold no secret, and nothing that belongs to one request", () => {
  type Unwanted = "Bucket" | "Key" | "Body" | "ContentLength" | "ContentMD5" | "TrafficLimit" | "RequestPayer";
  expectTypeOf<Extract<keyof COSAttributes, Unwanted | `SSECustomer${string}`>>().toEqualTypeOf<never>();
  expectTypeOf<Extract<keyof OSSAttributes, Unwanted | `Callback${string}`>>().toEqualTypeOf<never>();
});

test("attributes hold what objects carry", () => {
  expectTypeOf<PortableAttributes>().toExtend<OSSAttributes>();
  expectTypeOf<Omit<PortableAttributes, "ContentLanguage">>().toExtend<COSAttributes>();
  expectTypeOf<"ObjectAcl" | "ForbidOverwrite" | "StorageClass">().toExtend<keyof OSSAttributes>();
  expectTypeOf<"ACL" | "GrantRead" | "ForbidOverwrite" | "StorageClass">().toExtend<keyof COSAttributes>();
});
