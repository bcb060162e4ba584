const no = (name, from, to, comment) => ({ name, comment, severity: 'error', from, to });
const packages = ['core', 'npm', 'npm-dev', 'npm-no-pkg', 'npm-unknown', 'undetermined', 'unknown']; // the last four: not in package.json, or not found
const value = { dependencyTypesNot: ['type-only'] }; // `import type` is allowed, a value import is not
module.exports = {
  forbidden: [
    no('no-cycles', {}, { circular: true }),
    no(
      'schemas-import-nothing-of-ours',
      { path: '^schemas/' },
      { path: '^(domain|workflows|activities|infra|services|receiver|client|test)/' },
    ),
    no(
      'domain-is-pure',
      { path: '^domain/' },
      { path: '^(workflows|activities|infra|services|receiver|client|test)/' },
    ),
    no('domain-sees-only-types-of-schemas', { path: '^domain/' }, { path: '^schemas/', ...value }),
    no('domain-has-no-packages', { path: '^domain/' }, { dependencyTypes: packages }),
    no('workflows-call-no-io', { path: '^workflows/' }, { path: '^(infra|services|test)/' }),
    no('workflows-see-only-types', { path: '^workflows/' }, { path: '^(schemas|activities)/', ...value }),
    no(
      'workflows-use-temporal-only',
      { path: '^workflows/' },
      { dependencyTypes: packages, pathNot: '@temporalio/(workflow|common)(/|$)' },
    ),
    no('activities-are-leaves', { path: '^activities/' }, { path: '^(workflows|services|test)/' }),
    no('infra-holds-no-rule', { path: '^infra/' }, { path: '^(workflows|activities|services|test)/' }),
    no('infra-sees-only-types-of-domain', { path: '^infra/' }, { path: '^domain/', ...value }),
    no(
      'no-service-imports-another',
      { path: '^services/([^/]+)/' },
      { path: '^services/', pathNot: '^services/$1/' },
    ),
    no(
      'receiver-stands-alone',
      { path: '^receiver/' },
      { path: '^(schemas|domain|workflows|activities|infra|services|test)/' },
      'customers run it without the rest of the package',
    ),
    no('nobody-imports-the-bench', { pathNot: '^(bench|test)/' }, { path: '^bench/' }),
    no(
      'client-stands-alone',
      { path: '^client/' },
      { path: '^(schemas|domain|workflows|activities|infra|services|receiver|test)/' },
      'customers run it without the rest of the package, in browsers too',
    ),
    no('nobody-imports-tests', { pathNot: '^test/' }, { path: '^test/' }),
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
  },
};
