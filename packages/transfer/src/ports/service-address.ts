import type { EndpointResolver } from "@cosmoss/core";

/**
 * Names the service and a bucket, in the same way over the internet, from inside the provider's network and with
 * acceleration. `canonical` gives the public host of a region for any other host of it.
 */
export function serviceAddress(
  provider: string,
  endpoint: EndpointResolver,
  canonical: (host: string) => string,
): (Bucket: string) => string {
  return (Bucket) => {
    // Throws for names that the service cannot have.
    const isInPath = endpoint(Bucket, undefined).path !== "/";
    // Without a bucket, so that acceleration does not show.
    const { hostname, port } = endpoint(undefined, undefined);
    const host = canonical(hostname) + (port === undefined ? "" : `:${port}`);
    return isInPath ? `${provider}://${host}/${Bucket}` : `${provider}://${Bucket}.${host}`;
  };
}
