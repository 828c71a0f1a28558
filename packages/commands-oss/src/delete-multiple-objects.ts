import { md5Base64 } from "@cosmoss/checksum/md5";
import { Command } from "@cosmoss/core";
import { xmlCodec } from "@cosmoss/core/xml";
import type { Operation, Shape } from "@cosmoss/types";

/** Input of {@link DeleteMultipleObjectsCommand}. @public */
export interface DeleteMultipleObjectsInput {
  Bucket: string;
  /** 1 to 1,000. */
  Objects: ObjectIdentifier[];
  /** `true`: nothing is listed. Default `false`. */
  Quiet?: boolean;
  /** `requester`, to pay for access to another's bucket. */
  RequestPayer?: string;
}

/** An object to delete. @public */
export interface ObjectIdentifier {
  Key: string;
  VersionId?: string;
}

/** An object that was deleted. @public */
export interface DeletedObject {
  Key: string;
  VersionId?: string;
  DeleteMarker?: boolean;
  DeleteMarkerVersionId?: string;
}

/** Output of {@link DeleteMultipleObjectsCommand}. @public */
export interface DeleteMultipleObjectsOutput {
  Deleted: DeletedObject[];
}

const ObjectIdentifierShape: Shape<ObjectIdentifier> = {
  Key: { required: true },
  VersionId: {},
};

const DeletedObjectShape: Shape<DeletedObject> = {
  Key: { urlEncoded: "form", required: true },
  VersionId: {},
  DeleteMarker: { type: "bool" },
  DeleteMarkerVersionId: {},
};

/** @internal */
export const _DeleteMultipleObjects: Operation<DeleteMultipleObjectsInput, DeleteMultipleObjectsOutput> = {
  name: "DeleteMultipleObjects",
  http: ["POST", "bucket", "delete&encoding-type=url"],
  input: {
    Bucket: { in: "bucket", required: true },
    Objects: { name: "Object", list: { struct: () => ObjectIdentifierShape }, required: true },
    Quiet: { type: "bool" },
    RequestPayer: { in: "header", name: "x-oss-request-payer" },
  },
  output: {
    Deleted: { list: { struct: () => DeletedObjectShape }, required: true },
  },
  xml: xmlCodec,
  requestRoot: "Delete",
  responseRoot: "DeleteResult",
  md5: md5Base64,
};

/** Deletes up to 1,000 objects; keys that do not exist count as deleted. OSS `DeleteMultipleObjects`. @public */
export class DeleteMultipleObjectsCommand extends Command<DeleteMultipleObjectsInput, DeleteMultipleObjectsOutput> {
  constructor(input: DeleteMultipleObjectsInput) {
    super(_DeleteMultipleObjects, input);
  }
}
