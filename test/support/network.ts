import { type Network, openNetwork } from '../../src/ports/network.ts';

/** A network for a port that is tried by itself. */
export const testNetwork = (timeout = 5000): Network => openNetwork({ timeout });
