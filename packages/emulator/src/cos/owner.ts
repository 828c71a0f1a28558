import type { Owner } from "@cosmoss/commands-cos";
import { appIdOf } from "./names.ts";

/** An account as it owns buckets and begins uploads. */
export function accountOwner(ownerId: string): Owner {
  const id = `qcs::cam::uin/${ownerId}:uin/${ownerId}`;
  return { ID: id, DisplayName: ownerId };
}

/** An account as it owns objects: by the number at the end of the bucket's name. */
export function objectOwner(bucketName: string): Owner {
  const appId = appIdOf(bucketName);
  return { ID: appId, DisplayName: appId };
}
