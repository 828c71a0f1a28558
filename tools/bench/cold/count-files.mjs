// `node --import count-files.mjs program` writes the path of each module file that the program reads into the file that
// COUNT_FILES names. A run with this is not timed.
import { appendFileSync } from "node:fs";
import { Module, register } from "node:module";
import { pathToFileURL } from "node:url";

const hooks = `
  import { appendFileSync } from "node:fs";
  export async function load(url, context, next) {
    const result = await next(url, context);
    if (url.startsWith("file:")) appendFileSync(process.env.COUNT_FILES, url + "\\n");
    return result;
  }`;
register(`data:text/javascript,${encodeURIComponent(hooks)}`);

const { _compile } = Module.prototype;
Module.prototype._compile = function (content, filename) {
  appendFileSync(process.env.COUNT_FILES, `${pathToFileURL(filename).href}\n`);
  return _compile.call(this, content, filename);
};
