import { MaglevError } from '../domain/errors.js';
import { isWeight, MAX_WEIGHT } from '../domain/lb.js';
import { nameRule } from '../domain/name.js';

/** A name that cannot be one is refused here (MGL_REQUEST_INVALID), so that no error repeats it at length. */
export function checkedName(field: string, name: string): string {
  if (name === '') throw new MaglevError('MGL_REQUEST_INVALID', `${field} is empty`);
  const broken = nameRule(name);
  if (broken !== null) throw new MaglevError('MGL_REQUEST_INVALID', `${field}: ${broken}`);
  return name;
}

/** A configured weight; MGL_REQUEST_INVALID when it is not in 0..100. */
export function checkedWeight(field: string, weight: number): number {
  if (isWeight(weight)) return weight;
  throw new MaglevError('MGL_REQUEST_INVALID', `${field} is ${weight}; weights are from 0 to ${MAX_WEIGHT}`);
}
