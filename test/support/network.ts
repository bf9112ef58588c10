import { type Network, openNetwork } from '../../src/ports/network.ts';

/** A network for testing a port in isolation. */
export const testNetwork = (timeout = 5000): Network => openNetwork({ timeout });
