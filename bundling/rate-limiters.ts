import type { Plugin } from 'rolldown';

/**
 * The index of rate-limiter-flexible, without the limiters for a dozen databases: gitbeaker imports these two, and the
 * bundler cannot leave out parts of a CommonJS module by itself.
 */
const index = `
module.exports = {
  RateLimiterMemory: require('./lib/RateLimiterMemory'),
  RateLimiterQueue: require('./lib/RateLimiterQueue'),
};
`;

/** Bundles only those limiters that gitbeaker uses. */
export function rateLimiters(): Plugin {
  return {
    name: 'rate-limiters',
    load: (id) => (/[\\/]rate-limiter-flexible[\\/]index\.js$/.test(id) ? index : null),
  };
}
