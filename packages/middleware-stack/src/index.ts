/**
 * An ordered, named, step-typed middleware stack with the vocabulary of Smithy.
 * @packageDocumentation
 */
export { constructStack } from "./construct-stack.ts";
