import type { Shape } from "@cosmoss/types";

/** Owner of a bucket or an object. @public */
export interface Owner {
  ID: string;
  DisplayName?: string;
}

/** @internal */
export const _Owner: Shape<Owner> = { ID: { required: true }, DisplayName: {} };
