import { md5Base64 } from "@cosmoss/checksum/md5";
import { Command } from "@cosmoss/core";
import { xmlCodec } from "@cosmoss/core/xml";
import type { Operation, Shape } from "@cosmoss/types";

/** Input of {@link DeleteMultipleObjectsCommand}. @public */
export interface DeleteMultipleObjectsInput {
  /** With the AppID, as `photos-1250000000`. */
  Bucket: string;
  /** 1 to 1,000. */
  Objects: ObjectIdentifier[];
  /** `true`: only failures are listed. Default `false`. */
  Quiet?: boolean;
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

/** An object that was not deleted. @public */
export interface DeleteFailure {
  Key: string;
  VersionId?: string;
  Code: string;
  Message?: string;
}

/** Output of {@link DeleteMultipleObjectsCommand}. @public */
export interface DeleteMultipleObjectsOutput {
  Deleted: DeletedObject[];
  /** Objects that could not be deleted; the others are. */
  Errors: DeleteFailure[];
}

const ObjectIdentifierShape: Shape<ObjectIdentifier> = {
  Key: { required: true },
  VersionId: {},
};

const DeletedObjectShape: Shape<DeletedObject> = {
  Key: { required: true },
  VersionId: {},
  DeleteMarker: { type: "bool" },
  DeleteMarkerVersionId: {},
};

const DeleteFailureShape: Shape<DeleteFailure> = {
  Key: { required: true },
  VersionId: {},
  Code: { required: true },
  Message: {},
};

/** @internal */
export const _DeleteMultipleObjects: Operation<DeleteMultipleObjectsInput, DeleteMultipleObjectsOutput> = {
  name: "DeleteMultipleObjects",
  http: ["POST", "bucket", "delete"],
  input: {
    Bucket: { in: "bucket", required: true },
    Objects: { name: "Object", list: { struct: () => ObjectIdentifierShape }, required: true },
    Quiet: { type: "bool" },
  },
  output: {
    Deleted: { list: { struct: () => DeletedObjectShape }, required: true },
    Errors: { name: "Error", list: { struct: () => DeleteFailureShape }, required: true },
  },
  xml: xmlCodec,
  requestRoot: "Delete",
  responseRoot: "DeleteResult",
  md5: md5Base64,
};

/** Deletes up to 1,000 objects; keys that do not exist count as deleted. COS `DELETE Multiple Objects`. @public */
export class DeleteMultipleObjectsCommand extends Command<DeleteMultipleObjectsInput, DeleteMultipleObjectsOutput> {
  constructor(input: DeleteMultipleObjectsInput) {
    super(_DeleteMultipleObjects, input);
  }
}
