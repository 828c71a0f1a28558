/** Version of all Cosmoss packages; a test holds it to package.json. @public */
export const VERSION: string = "0.0.0";
