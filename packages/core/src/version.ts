// `npm run bump` writes it on a release, and a test holds it to package.json.
/** Version of all Cosmoss packages. @public */
export const VERSION: string = "0.0.0";
