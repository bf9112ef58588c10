/** An edit that cannot be made safely. The message says why, without a full stop. */
export class UnsafeEdit extends Error {
  override name = 'UnsafeEdit';
}
