import tseslint from 'typescript-eslint';

/** Files that are read as a whole: no longer than a person follows. */
const MAX_FILE_LINES = 400;
const MAX_FUNCTION_LINES = 60;
/** Wrap comments at 100 columns; this leaves room for an address or a table. */
const MAX_COMMENT_COLUMNS = 110;

/**
 * What keeps the source readable: no long files, functions or comment lines. Needs no types, so
 * that it takes seconds: `npm run lint:words`.
 */
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
    files: ['**/*.ts', '**/*.mjs', '**/*.cjs'],
    languageOptions: { parser: tseslint.parser },
    linterOptions: { reportUnusedDisableDirectives: 'off' },
    plugins: { '@typescript-eslint': tseslint.plugin },
    rules: {
      // Prettier wraps code.
      'max-len': ['error', { code: 10_000, comments: MAX_COMMENT_COLUMNS, ignoreUrls: true }],
      'max-lines': ['error', MAX_FILE_LINES],
    },
  },
  {
    // A test's `describe` is a list of tests, not a function that is read as one.
    files: ['**/*.ts'],
    ignores: ['**/test/**', '**/*.test.ts'],
    rules: { 'max-lines-per-function': ['error', { max: MAX_FUNCTION_LINES, IIFEs: true }] },
  },
);
