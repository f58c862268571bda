import n8nCommunityNodes from '@n8n/eslint-plugin-community-nodes';
import tseslint from 'typescript-eslint';

/** The strict rules of n8n Cloud for what is published to it, all of them. */
const n8nRules = n8nCommunityNodes.configs.recommended;

/** What core takes from its host instead. */
const PLATFORM_GLOBALS = [
  'process',
  'globalThis',
  'global',
  'window',
  'self',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'clearTimeout',
  'clearInterval',
  'clearImmediate',
];

export default tseslint.config(
  {
    ignores: [
      '**/dist/',
      '**/node_modules/',
      'artifacts/',
      '.hosts/',
      '.tmp/',
      'packages/simulator/src/console/page/',
    ],
  },
  {
    files: ['**/*.ts'],
    ignores: ['**/editor.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: {
      parserOptions: {
        project: ['./tsconfig.json', './packages/connector/tsconfig.json'],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-unsafe-type-assertion': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      // A number in a sentence needs no String().
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
    },
  },
  {
    files: ['**/*.test.ts'],
    rules: {
      // chai's `expect(x).to.be.true` is an expression.
      '@typescript-eslint/no-unused-expressions': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
  {
    // Core is free of a platform: hosts choose one when they make the hub.
    files: ['packages/core/src/**/*.ts'],
    ignores: ['packages/core/src/platform/**'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            { regex: '^node:(?!crypto$)', message: 'Only platform/node may import Node.js modules.' },
            { regex: '/platform/(node|web)/', message: 'Hosts choose the platform: take it as an option.' },
            { regex: '^(ws|https-proxy-agent|proxy-from-env)$', message: 'Only platform/node connects.' },
          ],
        },
      ],
      'no-restricted-globals': [
        'error',
        ...PLATFORM_GLOBALS.map((name) => ({
          name,
          message: 'Only platform/ may use it: take a Clock or another option.',
        })),
      ],
    },
  },
  { files: ['nodes/**/*.ts', 'credentials/**/*.ts'], extends: [n8nRules] },
  {
    files: ['package.json'],
    extends: [n8nRules],
    languageOptions: { parser: tseslint.parser, parserOptions: { extraFileExtensions: ['.json'] } },
  },
);
