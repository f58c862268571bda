/**
 * Keeps the credentials of a node out of what is made of the whole node, such as `util.inspect` and
 * JSON. They can still be read by name.
 */
export function hideCredentials(node: { readonly credentials: unknown }): void {
  Object.defineProperty(node, 'credentials', { enumerable: false });
}
