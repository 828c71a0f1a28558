import { Command } from "@cosmoss/core";
import { xmlCodec } from "@cosmoss/core/xml";
import type { Operation, Shape } from "@cosmoss/types";

/** Input of {@link GetObjectTaggingCommand}. @public */
export interface GetObjectTaggingInput {
  Bucket: string;
  Key: string;
  VersionId?: string;
  /** `requester`, to pay for access to another's bucket. */
  RequestPayer?: string;
}

/** A tag of an object. @public */
export interface Tag {
  Key: string;
  Value: string;
}

/** Output of {@link GetObjectTaggingCommand}. @public */
export interface GetObjectTaggingOutput {
  /** None where the object has no tags. */
  TagSet: Tag[];
  VersionId?: string;
}

const TagShape: Shape<Tag> = {
  Key: { required: true },
  Value: { required: true },
};

/** @internal */
export const _GetObjectTagging: Operation<GetObjectTaggingInput, GetObjectTaggingOutput> = {
  name: "GetObjectTagging",
  http: ["GET", "object", "tagging"],
  input: {
    Bucket: { in: "bucket", required: true },
    Key: { in: "key", required: true },
    VersionId: { in: "query", name: "versionId" },
    RequestPayer: { in: "header", name: "x-oss-request-payer" },
  },
  output: {
    TagSet: { list: { struct: () => TagShape }, item: "Tag", required: true },
    VersionId: { in: "header", name: "x-oss-version-id" },
  },
  xml: xmlCodec,
  responseRoot: "Tagging",
};

/** The tags of an object. OSS `GetObjectTagging`. @public */
export class GetObjectTaggingCommand extends Command<GetObjectTaggingInput, GetObjectTaggingOutput> {
  constructor(input: GetObjectTaggingInput) {
    super(_GetObjectTagging, input);
  }
}
