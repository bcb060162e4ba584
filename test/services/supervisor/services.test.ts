import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { V8_FLAGS, withDefaults } from '../../../services/supervisor/services.ts';

const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };
const defaults = Object.entries(withDefaults({}));
const threads = withDefaults({})['UV_THREADPOOL_SIZE'];

it.each(['router', 'worker'])('npm run %s has the environment that npm start gives it', (name) => {
  const given = defaults.map(([variable, value]) => `${variable}=\${${variable}:-${value}} `).join('');
  expect(scripts[name]).toContain(`${given}node `);
});

it.each(Object.entries(V8_FLAGS))('npm run %s tells V8 what npm start tells it', (name, flags) => {
  expect(scripts[name]).toContain(`node --enable-source-maps ${flags.join(' ')} bin/service.mjs ${name}`);
});

it('V8 knows each of these flags', () => {
  const flags = [...new Set(Object.values(V8_FLAGS).flat())];
  expect(execFileSync(process.execPath, [...flags, '-p', '1'], { encoding: 'utf8' })).toBe('1\n');
});

it.each(defaults)('an operator who sets %s has the last word', (variable) => {
  expect(withDefaults({ [variable]: '8' })[variable]).toBe('8');
});

it('a process with that environment has as many threads', () => {
  const script = `
    const { pbkdf2 } = require('node:crypto');
    for (let i = 0; i < 64; i += 1) pbkdf2('a', 'b', 1, 8, 'sha1', () => {});
    setImmediate(() => console.log(require('node:fs').readdirSync('/proc/self/task').length));`;
  const output = execFileSync(process.execPath, ['-e', script], { env: withDefaults(process.env) });
  if (process.platform === 'linux') expect(Number(output)).toBeGreaterThanOrEqual(Number(threads));
});
