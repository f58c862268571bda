import { createHash } from 'node:crypto';
import { mkdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

export interface InstallOnceOptions {
  /** What is installed, for messages. */
  name: string;
  /** Where; removed and made anew when it is unfinished or of another recipe. */
  directory: string;
  /** Files whose content decides what gets installed. */
  recipeFiles: string[];
  /** More that decides it, e.g. the version of Node.js that native modules are built for. */
  recipeText?: string;
  onProgress?: ((line: string) => void) | undefined;
}

const markerName = '.installed';
/**
 * The holder renews the lock this often; after four times as long without renewal it is abandoned.
 */
const renewMs = 5_000;
const staleMs = 4 * renewMs;

/**
 * Runs `install` unless a marker file in the directory says that the same recipe was installed to
 * the end. Processes that want the same directory wait for one another.
 */
export async function installOnce(options: InstallOnceOptions, install: () => Promise<void>): Promise<void> {
  const recipe = await recipeHash(options);
  if (await isInstalled(options.directory, recipe)) return;
  await mkdir(path.dirname(options.directory), { recursive: true });
  const lock = `${options.directory}.lock`;
  const release = await acquireLock(lock, () => options.onProgress?.(`${options.name}: waiting for ${lock}`));
  try {
    if (await isInstalled(options.directory, recipe)) return;
    const startedAt = Date.now();
    options.onProgress?.(`${options.name}: installing into ${options.directory}`);
    await rm(options.directory, { recursive: true, force: true });
    await mkdir(options.directory, { recursive: true });
    await install();
    await writeFile(path.join(options.directory, markerName), `${recipe}\n`);
    const seconds = ((Date.now() - startedAt) / 1000).toFixed(1);
    options.onProgress?.(`${options.name}: installed in ${seconds} s`);
  } finally {
    await release();
  }
}

async function recipeHash(options: InstallOnceOptions): Promise<string> {
  const hash = createHash('sha256').update(options.recipeText ?? '');
  for (const file of options.recipeFiles) hash.update(await readFile(file));
  return hash.digest('hex');
}

async function isInstalled(directory: string, recipe: string): Promise<boolean> {
  const marker = await readFile(path.join(directory, markerName), 'utf8').catch(() => '');
  return marker.trim() === recipe;
}

/** A lock is a folder, since making one is atomic on every file system. */
async function acquireLock(lock: string, onWait: () => void): Promise<() => Promise<void>> {
  let told = false;
  for (;;) {
    try {
      await mkdir(lock);
      break;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    }
    const held = await stat(lock).catch(() => undefined);
    if (held && Date.now() - held.mtimeMs > staleMs) {
      await rm(lock, { recursive: true, force: true });
      continue;
    }
    if (!told) onWait();
    told = true;
    await delay(250);
  }
  const renewal = setInterval(() => {
    const now = new Date();
    utimes(lock, now, now).catch(() => undefined);
  }, renewMs);
  renewal.unref();
  return async () => {
    clearInterval(renewal);
    await rm(lock, { recursive: true, force: true });
  };
}
