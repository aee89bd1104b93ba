/** How VPP's names look in TypeScript: `lb_vip_dump` is the constant lbVipDump and the type LbVipDump. */

/** Words that cannot name a constant, and the parameters of the generated functions. */
const taken = new Set(
  (
    'arguments await break case catch class const continue debugger default delete do else enum eval export ' +
    'extends false finally for function if implements import in instanceof interface let new null package ' +
    'private protected public return static super switch this throw true try typeof undefined var void while ' +
    'with yield reader writer header fields value item raw'
  ).split(' '),
);

export function propertyName(name: string): string {
  return name.replace(/^_+/, '').replace(/_+([a-zA-Z0-9]?)/g, (_, letter: string) => letter.toUpperCase());
}

export function typeName(name: string): string {
  const property = propertyName(name);
  return property.slice(0, 1).toUpperCase() + property.slice(1);
}

export function constantName(name: string): string {
  const property = propertyName(name);
  return taken.has(property) ? `${property}Message` : property;
}

/** The name of a local variable that holds a field. */
export function localName(field: string): string {
  const property = propertyName(field);
  return taken.has(property) ? `${property}Field` : property;
}

export function fileName(module: string): string {
  return module.replaceAll('_', '-');
}
