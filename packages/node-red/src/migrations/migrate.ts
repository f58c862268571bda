/** A node's settings as the flow file holds them. */
export type Settings = Readonly<Record<string, unknown>>;

/** Upgrades settings from the previous version to `version`. Pure. */
export interface Migration {
  /** Starts at 1; settings without a `version` have version 0. */
  readonly version: number;
  readonly upgrade: (settings: Settings) => Settings;
}

/**
 * Settings in the newest form. Settings of a version newer than the last migration stay unchanged.
 * @param migrations in the order of their versions
 */
export function migrate(settings: Settings, migrations: readonly Migration[]): Settings {
  let migrated = settings;
  for (const { version, upgrade } of migrations) {
    if (versionOf(migrated) < version) migrated = { ...upgrade(migrated), version };
  }
  return migrated;
}

function versionOf(settings: Settings): number {
  const { version } = settings;
  return typeof version === 'number' && Number.isInteger(version) ? version : 0;
}
