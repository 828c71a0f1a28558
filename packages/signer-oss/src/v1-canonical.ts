import type { HeaderBag } from "@cosmoss/types";
import { trimValue } from "./byte-string.ts";
import { headerLines } from "./signature.ts";

/** The parameters that V1 signs; names are case-sensitive. */
const SUBRESOURCE =
  /^(?:x-oss-.*|accessPoint|accessPointConfigForObjectProcess|accessPointForObjectProcess|accessPointPolicy|accessPointPolicyForObjectProcess|acl|append|asyncFetch|bucketArchiveDirectRead|bucketInfo|callback|callback-var|cleanRestoredObject|cloudboxes|cname|comp|continuation-token|cors|delete|encryption|endTime|group|httpsConfig|img|inventory|inventoryId|legalHold|lifecycle|link|live|location|logging|metaQuery|objectInfo|objectMeta|objectWorm|overwriteConfig|partNumber|policy|policyStatus|position|processConfiguration|publicAccessBlock|qos|qosInfo|redundancyTransition|referer|regionList|replication|replicationLocation|replicationProgress|requestPayment|resourceGroup|response-cache-control|response-content-disposition|response-content-encoding|response-content-language|response-content-type|response-expires|restore|retention|rtc|seal|security-token|sequential|startTime|stat|status|style|styleName|symlink|tagging|transferAcceleration|udf|udfApplication|udfApplicationLog|udfId|udfImage|udfImageDesc|udfName|uploadId|uploads|userDefinedLogFieldsConfig|versionId|versioning|versions|vod|website|withHashContext|worm|wormExtend|wormId)$/s;

/** What a V1 signature covers. `path` and `parameters` are byte strings, decoded; of a repeated name the first value counts. */
export function stringToSign(
  method: string,
  headers: HeaderBag,
  date: string,
  path: string,
  parameters: readonly (readonly [name: string, value: string])[],
): string {
  const signed = new Map<string, string>();
  for (const [name, value] of parameters) if (SUBRESOURCE.test(name) && !signed.has(name)) signed.set(name, value);
  const subresources = [...signed.keys()].sort().map((name) => name + (signed.get(name) && "=" + signed.get(name)));
  return (
    `${method}\n${trimValue(headers["content-md5"] ?? "")}\n${trimValue(headers["content-type"] ?? "")}\n${date}\n` +
    headerLines(headers, (name) => name.startsWith("x-oss-")) +
    path +
    (subresources.length ? "?" + subresources.join("&") : "")
  );
}
