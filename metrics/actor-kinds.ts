/** `/root/health/backend-*`: parts of which there is one for each thing that the config names are told together. */
export function kindOfActor(path: string): string {
  return path.replace(/\/backend-[^/]*/, '/backend-*').replace(/(\/lb)\/[^/]+/, '$1/vip-*');
}

/** Is an actor below `parent` one of those? */
export function isOneOfMany(path: string, parent: string): boolean {
  return parent.endsWith('/lb') || path.startsWith('/backend-', parent.length);
}
