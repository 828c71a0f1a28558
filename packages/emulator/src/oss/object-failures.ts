import type { ConditionName } from "../http/conditions.ts";
import { ossFailure, type ServiceFailure } from "../http/errors.ts";
import type { ObjectRecord } from "../store/records.ts";

const FROZEN: readonly string[] = ["Archive", "ColdArchive", "DeepColdArchive"];

/** The failure of a request for an object that is not there. */
export function noSuchKey(key: string): ServiceFailure {
  return ossFailure("NoSuchKey", { fields: { Key: key } });
}

/** The failure of a request that named a condition which does not hold. */
export function preconditionFailed(condition: ConditionName): ServiceFailure {
  return ossFailure("PreconditionFailed", { fields: { Condition: condition } });
}

/** Throws for an object in a class that must be restored before it is read. */
export function checkThawed({ key, storageClass }: ObjectRecord): void {
  if (FROZEN.includes(storageClass)) throw ossFailure("InvalidObjectState", { fields: { ObjectName: key } });
}

/** Throws if there is an object that the request must not overwrite. */
export function checkOverwrite(forbidden: boolean | undefined, current: ObjectRecord | undefined): void {
  if (forbidden && current) throw ossFailure("FileAlreadyExists");
}

/** The failure of an argument with a reason of its own. */
export function badArgument(name: string, value: string, message: string): ServiceFailure {
  return ossFailure("InvalidArgument", { message, fields: { ArgumentName: name, ArgumentValue: value } });
}
