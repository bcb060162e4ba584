export { stub } from '../../bench/stub.ts';
