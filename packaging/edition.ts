import { buildInfo } from '../program/build-info.js';

/** What is packed, and from when it is. */
export interface PackageEdition {
  readonly version: string;
  /**
   * As dpkg sorts it: above every version of the reference implementation, which has packages of these names up to 1.0,
   * and below the 2.0.0 that this will be.
   */
  readonly debian: string;
  /** Of the commit, in seconds: every file gets it, so that the same sources give the same packages. */
  readonly epoch: number;
}

export function packageEdition({ version, commit, date } = buildInfo()): PackageEdition {
  if (date === null) {
    throw new Error('the date of the sources is not known: build in a clone, or set SOURCE_DATE_EPOCH');
  }
  const epoch = Date.parse(date) / 1000;
  const day = date.slice(0, 10).replaceAll('-', '');
  const from = commit === null ? day : `${day}.${commit.replace('-', '.')}`;
  return { version, debian: `2.0.0~${version}+${from}`, epoch };
}
