import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

export default defineConfig(
  { ignores: ['node_modules', 'build', 'dist', 'runs', 'data', 'models', 'test/fixtures', '.venv-tools', '.venv-peers', 'bench/.venv'] },
  tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: {
      parserOptions: { project: ['tsconfig.json', 'tsconfig.scripts.json', 'tsconfig.page.json'], tsconfigRootDir: import.meta.dirname },
    },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      eqeqeq: 'error',
      'no-console': 'error',
      'max-lines': ['error', { max: 250, skipBlankLines: true, skipComments: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { varsIgnorePattern: '^_', argsIgnorePattern: '^_', ignoreRestSiblings: true }],
      // An async function without await turns a throw into a rejection, which its callers rely on.
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    },
  },
  { files: ['src/**/*.ts'], rules: { 'max-lines-per-function': ['error', { max: 50, skipBlankLines: true, skipComments: true }] } },
  { files: ['bench/**', 'examples/**', 'test/**/*.mjs'], rules: { 'no-console': 'off' } },
  // A cast in JavaScript is a comment, which tsc reads and this rule does not.
  {
    files: ['**/*.mjs', 'src/report/html/page/*.js'],
    rules: { '@typescript-eslint/no-unsafe-assignment': 'off', '@typescript-eslint/no-unsafe-member-access': 'off' },
  },
  // Vitest's asymmetric matchers (expect.closeTo, expect.any) are of type any.
  { files: ['test/**/*.ts'], rules: { '@typescript-eslint/no-unsafe-assignment': 'off' } },
  // Programs that import the built dist/, which is not there when types are checked.
  { files: ['*.js', 'bench/**/*.mjs', 'test/**/*.mjs'], extends: [tseslint.configs.disableTypeChecked] },
);
