/** What n8n's own libraries read when they are loaded: to be imported before them. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const userFolder = mkdtempSync(path.join(tmpdir(), 'accolades-n8n-core-'));
process.env['N8N_USER_FOLDER'] = userFolder;
process.env['N8N_DIAGNOSTICS_ENABLED'] = 'false';
process.on('exit', () => {
  rmSync(userFolder, { recursive: true, force: true });
});
