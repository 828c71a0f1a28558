/** Something that its user can do something about. */
class Advised extends Error {
  /** What to do about it. */
  readonly advice: string | undefined;

  constructor(message: string, advice?: string) {
    super(message);
    this.advice = advice;
  }
}

/** The command line cannot work. */
export class UsageError extends Advised {
  override readonly name = "UsageError";
}

/** There are no credentials, or none that can be used; the message says what to do. */
export class CredentialsProblem extends Error {
  override readonly name = "CredentialsProblem";

  constructor(message: string, cause: unknown) {
    super(message, { cause });
  }
}

/** Nothing is there. */
export class NotFound extends Advised {
  override readonly name = "NotFound";
}

/** It is not safe to do it. */
export class Refused extends Advised {
  override readonly name = "Refused";
}

/** The user stopped the program. */
export class Interrupted extends Advised {
  override readonly name = "Interrupted";

  constructor(advice?: string) {
    super("stopped", advice);
  }
}

/** Some of several failed, each of which was reported. */
export class SomeFailed extends Error {
  override readonly name = "SomeFailed";
  /** One of the failures, where all came of the same and nothing was done. */
  readonly example: unknown;

  constructor(message: string, example?: unknown) {
    super(message);
    this.example = example;
  }
}
