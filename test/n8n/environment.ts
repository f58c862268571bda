/** Environment variables that n8n's libraries read when they load. Import this module first. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const userFolder = mkdtempSync(path.join(tmpdir(), 'accolades-n8n-core-'));
process.env['N8N_USER_FOLDER'] = userFolder;
process.env['N8N_DIAGNOSTICS_ENABLED'] = 'false';
process.on('exit', () => {
  rmSync(userFolder, { recursive: true, force: true });
});
