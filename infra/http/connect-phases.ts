/** When the phases of opening one connection ended: on the clock of `performance.now()`, in milliseconds. */
import type { Socket } from 'node:net';

/** Null for a phase that has not ended, or that the connection does not need. */
export interface ConnectPhases {
  readonly startedMs: number;
  resolvedMs: number | null;
  connectedMs: number | null;
  securedMs: number | null;
}

/** Phases of a connection that begins now. */
export const beginPhases = (): ConnectPhases => ({
  startedMs: performance.now(),
  resolvedMs: null,
  connectedMs: null,
  securedMs: null,
});

/** Notes the phases of a socket as they end. A socket whose target is an address resolves nothing. */
export function watchPhases(socket: Socket, phases: ConnectPhases): void {
  // Once for each address of a name: the first tells when the name was resolved.
  socket.once('lookup', () => {
    phases.resolvedMs = performance.now();
  });
  socket.once('connect', () => {
    phases.connectedMs = performance.now();
  });
  socket.once('secureConnect', () => {
    phases.securedMs = performance.now();
  });
}
