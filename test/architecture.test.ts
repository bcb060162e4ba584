import { basename } from 'node:path';
import { createRequire } from 'node:module';
import { cruise, type IConfiguration, type ICruiseResult } from 'dependency-cruiser';
import { expect, it } from 'vitest';

const rules = createRequire(import.meta.url)('../.dependency-cruiser.cjs') as IConfiguration;
const ROOMS = [
  'schemas',
  'domain',
  'workflows',
  'activities',
  'infra',
  'services',
  'receiver',
  'bench',
  'client',
  'test',
];
const violations = async (baseDir: string) => {
  const { output } = await cruise(ROOMS, {
    ...rules.options,
    baseDir,
    tsPreCompilationDeps: true,
    validate: true,
    exclude: 'test/architecture',
    ruleSet: { forbidden: rules.forbidden! },
  });
  return (output as ICruiseResult).summary.violations;
};
it('keeps every import in its direction', async () => {
  expect(await violations('.')).toEqual([]);
});
it.each(rules.forbidden!.map((rule) => rule.name!))('bites: %s', async (name) => {
  const found = await violations('test/architecture');
  const planted = found.filter(
    (v) => v.rule.name === name && [v.from, v.to].some((file) => basename(file, '.ts') === name),
  );
  expect(planted).not.toEqual([]);
});
