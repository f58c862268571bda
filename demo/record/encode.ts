import { spawnSync } from 'node:child_process';
import { mkdir, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Frame } from './recorder.ts';

/** The maximum size of an animation in the README, in bytes. */
const maxBytes = 1_500_000;
/** Tried in this order, in pixels. */
const widths = [1200, 1080, 960] as const;

/**
 * Writes frames as a looping animated GIF.
 *
 * @param folder for the frames; emptied afterwards
 * @throws Error when ffmpeg is missing, or the smallest width is still too large
 */
export async function writeGif(frames: readonly Frame[], file: string, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  try {
    const lines = ['ffconcat version 1.0'];
    for (const [index, { picture, durationMs }] of frames.entries()) {
      const name = `${String(index).padStart(4, '0')}.png`;
      await writeFile(path.join(folder, name), picture);
      lines.push(`file '${name}'`, `duration ${(durationMs / 1000).toFixed(3)}`);
      // ffmpeg uses the last duration only when another file follows.
      if (index === frames.length - 1) lines.push(`file '${name}'`);
    }
    const list = path.join(folder, 'frames.ffconcat');
    await writeFile(list, lines.join('\n'));
    for (const width of widths) {
      ffmpeg([
        ...['-f', 'concat', '-i', list],
        '-vf',
        `fps=10,scale=${width}:-1:flags=lanczos,split[a][b];` +
          '[a]palettegen=stats_mode=full[p];[b][p]paletteuse=dither=none:diff_mode=rectangle',
        ...['-loop', '0', file],
      ]);
      if ((await stat(file)).size <= maxBytes) return;
    }
    throw new Error(`${file} has more than ${maxBytes} bytes.`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Writes a PNG with a palette of 256 colours: enough for a page, and a third of the size. */
export async function writePng(picture: Buffer, file: string, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const whole = path.join(folder, 'whole.png');
  await writeFile(whole, picture);
  ffmpeg(['-i', whole, '-vf', 'split[a][b];[a]palettegen[p];[b][p]paletteuse=dither=none', file]);
  await rm(folder, { recursive: true, force: true });
}

function ffmpeg(args: readonly string[]): void {
  const { error, status, stderr } = spawnSync('ffmpeg', ['-v', 'error', '-y', ...args], { encoding: 'utf8' });
  if (error) throw new Error('Recording needs ffmpeg: "apt-get install -y ffmpeg".', { cause: error });
  if (status !== 0) throw new Error(`ffmpeg failed: ${stderr}`);
}
