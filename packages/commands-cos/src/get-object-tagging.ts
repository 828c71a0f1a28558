import { Command } from "@cosmoss/core";
import { xmlCodec } from "@cosmoss/core/xml";
import type { Operation, Shape } from "@cosmoss/types";

/** Input of {@link GetObjectTaggingCommand}. @public */
export interface GetObjectTaggingInput {
  /** With the AppID, as `photos-1250000000`. */
  Bucket: string;
  Key: string;
  VersionId?: string;
}

/** A tag of an object. @public */
export interface Tag {
  Key: string;
  Value: string;
}

/** Output of {@link GetObjectTaggingCommand}. @public */
export interface GetObjectTaggingOutput {
  /** Empty where there are none, for which COS may also answer `NoSuchTagSet`, a `ServiceError` with the status 404. */
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
  },
  output: {
    TagSet: { list: { struct: () => TagShape }, item: "Tag", required: true },
    VersionId: { in: "header", name: "x-cos-version-id" },
  },
  xml: xmlCodec,
  responseRoot: "Tagging",
};

/** The tags of an object. COS `GET Object tagging`. @public */
export class GetObjectTaggingCommand extends Command<GetObjectTaggingInput, GetObjectTaggingOutput> {
  constructor(input: GetObjectTaggingInput) {
    super(_GetObjectTagging, input);
  }
}
