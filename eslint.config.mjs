import tseslint from 'typescript-eslint';

export default tseslint.config(
  { ignores: ['dist/**', '.data/**', '.bench/**', 'node_modules/**', 'test/architecture/**'] },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommended],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: false },
      ],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', ignoreRestSiblings: true }],
      // The global Event compiles without an import; ours is PlatformEvent.
      'no-restricted-globals': ['error', 'Event'],
      eqeqeq: 'error',
      'no-console': 'error',
      'no-warning-comments': ['error', { terms: ['todo', 'fixme', 'xxx'] }],
    },
  },
  {
    files: ['domain/**', 'schemas/**', 'workflows/**'],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector: ':matches(Program, ExportNamedDeclaration) > VariableDeclaration[kind="let"]',
          message: 'One copy of a module serves all workflows of a thread: what it holds may not change.',
        },
      ],
    },
  },
  {
    files: ['activities/**'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          paths: [
            {
              name: '@temporalio/activity',
              importNames: ['activityInfo', 'cancellationSignal', 'cancelled', 'heartbeat', 'log', 'sleep'],
              message:
                'They look for the Context, which is there only while an activity begins: keep what it was then.',
            },
          ],
        },
      ],
    },
  },
  {
    files: ['services/cli/**', 'services/supervisor/**', 'bin/**', 'test/**'],
    rules: { 'no-console': 'off' },
  },
);
