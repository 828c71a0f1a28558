import type { AnyOperation, Operation } from "@cosmoss/types";

/** One call of an operation: its description and an input. Knows no client. @public */
export class Command<Input extends object, Output extends object> {
  /** @internal */
  declare readonly _operation: AnyOperation;
  /** As given; never written to. */
  declare readonly input: Input;
  /** Carries the output's type; never present. */
  declare readonly outputType?: Output;

  /** The subclass of an operation passes its description. */
  constructor(operation: Operation<Input, Output>, input: Input) {
    this._operation = operation as unknown as AnyOperation;
    this.input = input ?? {}; // What is missing is said when it is sent, whoever forgot it.
  }
}
