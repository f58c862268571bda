import { readFile } from 'node:fs/promises';
import path from 'node:path';
import n8nCommunityNodes from '@n8n/eslint-plugin-community-nodes';
import { ESLint } from 'eslint';
import tseslint from 'typescript-eslint';
import { root } from '../paths.ts';
import { fail, none, pass, type Finding } from './finding.ts';

const FILES = ['nodes/**/*.ts', 'credentials/**/*.ts', 'package.json'];

/**
 * The rules of n8n Cloud for community nodes, with their own configuration alone, so that nothing
 * that this repository sets can soften them. Inline disables are not obeyed, and are themselves a
 * finding.
 */
export async function checkN8nRules(): Promise<Finding[]> {
  const eslint = new ESLint({
    cwd: root,
    overrideConfigFile: true,
    allowInlineConfig: false,
    overrideConfig: [
      {
        files: FILES,
        ...n8nCommunityNodes.configs.recommended,
        languageOptions: { parser: tseslint.parser, parserOptions: { extraFileExtensions: ['.json'] } },
      },
    ],
  });
  const results = await eslint.lintFiles(FILES);
  const messages = results.flatMap(({ filePath, messages: found }) =>
    found.map(({ ruleId, message, line }) => `${relative(filePath)}:${line} ${ruleId ?? ''} ${message}`),
  );
  const rules = Object.entries(n8nCommunityNodes.configs.recommended.rules);
  const disabled: string[] = [];
  for (const { filePath } of results) {
    if (/eslint-disable|@ts-nocheck/.test(await readFile(filePath, 'utf8')))
      disabled.push(relative(filePath));
  }
  return [
    results.length < 10 ? fail('too few files were found') : pass(`${results.length} files were looked at`),
    none(`${rules.length} rules of “recommended” find nothing`, messages),
    none('no file disables a rule', disabled),
  ];
}

function relative(file: string): string {
  return path.relative(root, file).replaceAll(path.sep, '/');
}
