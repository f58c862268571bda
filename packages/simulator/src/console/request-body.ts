/** An invalid request; the message is for the user of the console. */
export class BadRequest extends Error {
  override readonly name = 'BadRequest';
}

/** The fields of a JSON request body, checked when read. */
export class RequestBody {
  readonly #fields: ReadonlyMap<string, unknown>;

  /** @throws BadRequest when the body is not a JSON object */
  constructor(body: unknown) {
    if (typeof body !== 'object' || body === null || Array.isArray(body)) {
      throw new BadRequest('Send a JSON object.');
    }
    this.#fields = new Map<string, unknown>(Object.entries(body));
  }

  has(name: string): boolean {
    const value = this.#fields.get(name);
    return value !== undefined && value !== null;
  }

  text(name: string): string {
    const value = this.#fields.get(name);
    if (typeof value !== 'string') throw new BadRequest(`${name} must be text.`);
    return value;
  }

  /** The trimmed text; `undefined` when it is empty or missing. */
  optionalText(name: string): string | undefined {
    if (!this.has(name)) return undefined;
    return this.text(name).trim() || undefined;
  }

  flag(name: string): boolean {
    const value = this.#fields.get(name);
    if (typeof value !== 'boolean') throw new BadRequest(`${name} must be true or false.`);
    return value;
  }

  number(name: string): number {
    const value = this.#fields.get(name);
    if (typeof value !== 'number' || !Number.isFinite(value))
      throw new BadRequest(`${name} must be a number.`);
    return value;
  }

  object(name: string): object {
    const value = this.#fields.get(name);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new BadRequest(`${name} must be an object.`);
    }
    return value;
  }

  /** Whether the field is this text. */
  is(name: string, text: string): boolean {
    return this.#fields.get(name) === text;
  }

  texts(name: string): string[] {
    const value = this.#fields.get(name);
    if (!Array.isArray(value)) throw new BadRequest(`${name} must be a list.`);
    return value.map((item: unknown) => {
      if (typeof item !== 'string') throw new BadRequest(`${name} must be a list of texts.`);
      return item;
    });
  }

  numbers(name: string): number[] {
    const value = this.#fields.get(name);
    if (!Array.isArray(value)) throw new BadRequest(`${name} must be a list.`);
    return value.map((item: unknown) => {
      if (typeof item !== 'number') throw new BadRequest(`${name} must be a list of numbers.`);
      return item;
    });
  }

  oneOf<Choice extends string>(name: string, choices: readonly Choice[]): Choice {
    const value = this.#fields.get(name);
    const choice = choices.find((candidate) => candidate === value);
    if (choice === undefined) throw new BadRequest(`${name} must be one of ${choices.join(', ')}.`);
    return choice;
  }
}
