import { ossFailure } from "../http/errors.ts";

/** Throws unless the version is the one that objects of a bucket without versioning have. */
export function checkVersionId(versionId: string | undefined, key: string): void {
  if (versionId === undefined || versionId === "null") return;
  if (/^CAEQ[\w.-]{8,}$/.test(versionId)) {
    throw ossFailure("NoSuchVersion", { fields: { Key: key, VersionId: versionId } });
  }
  throw ossFailure("InvalidArgument", {
    message: versionId === "" ? "Version id can not be the empty string." : "Invalid version id specified.",
    fields: { ArgumentName: "versionId", ArgumentValue: versionId },
  });
}
