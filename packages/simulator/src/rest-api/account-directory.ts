/** An account of the REST API. */
export interface AccountSetup {
  /** The number in the path of a command; digits. */
  accountNumber: string;
  /** The account's API password. */
  password: string;
  /** Whether the account's REST API is enabled; otherwise commands get 401. Default true. */
  apiActive?: boolean | undefined;
}

/** A snapshot of an account, without its password. */
export interface AccountInfo {
  readonly accountNumber: string;
  readonly apiActive: boolean;
}

/** One request in an account's log. Never holds a password. */
export interface AccountLogEntry {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly ip: string;
  /** The command of the path, cut to 40 characters. */
  readonly command: string;
  /** The HTTP status of the answer. */
  readonly status: number;
  readonly text: string;
}

interface AccountRecord {
  readonly accountNumber: string;
  password: string;
  apiActive: boolean;
  readonly log: AccountLogEntry[];
}

const LOG_ENTRIES_KEPT = 500;

/** The accounts of the REST API, each with its log. */
export class AccountDirectory {
  readonly #accounts = new Map<string, AccountRecord>();

  /** Adds or changes an account. @throws when the number or the password is unusable */
  set(setup: AccountSetup): AccountInfo {
    if (!/^\d{1,20}$/.test(setup.accountNumber)) throw new Error('An account number consists of digits.');
    if (setup.password === '') throw new Error('An account needs a password.');
    const before = this.#accounts.get(setup.accountNumber);
    const record: AccountRecord = {
      accountNumber: setup.accountNumber,
      password: setup.password,
      apiActive: setup.apiActive ?? true,
      log: before?.log ?? [],
    };
    this.#accounts.set(record.accountNumber, record);
    return infoOf(record);
  }

  /** @throws when there is no such account */
  setActive(accountNumber: string, apiActive: boolean): void {
    this.#require(accountNumber).apiActive = apiActive;
  }

  /** Whether the account exists and its REST API is enabled. */
  isActive(accountNumber: string): boolean {
    return this.#accounts.get(accountNumber)?.apiActive === true;
  }

  /** Whether the account accepts commands with this password. */
  admits(accountNumber: string, password: string | null): boolean {
    return this.isActive(accountNumber) && this.#accounts.get(accountNumber)?.password === password;
  }

  all(): AccountInfo[] {
    return Array.from(this.#accounts.values(), infoOf);
  }

  /** Logs a request; requests for unknown accounts are not logged. */
  note(accountNumber: string, entry: AccountLogEntry): void {
    const log = this.#accounts.get(accountNumber)?.log;
    if (!log) return;
    log.push(entry);
    if (log.length > LOG_ENTRIES_KEPT) log.shift();
  }

  /** The latest 500 requests, oldest first. @throws when there is no such account */
  log(accountNumber: string): AccountLogEntry[] {
    return [...this.#require(accountNumber).log];
  }

  /** The account's password, for the console. @throws when there is no such account */
  password(accountNumber: string): string {
    return this.#require(accountNumber).password;
  }

  #require(accountNumber: string): AccountRecord {
    const record = this.#accounts.get(accountNumber);
    if (!record) throw new Error(`There is no account ${accountNumber.slice(0, 40)}.`);
    return record;
  }
}

function infoOf({ accountNumber, apiActive }: AccountRecord): AccountInfo {
  return { accountNumber, apiActive };
}
