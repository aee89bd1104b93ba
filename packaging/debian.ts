import { createHash } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { command } from './command.js';
import type { PackageEdition } from './edition.js';
import type { Arch } from './koffi.js';
import { maintainer } from './notices.js';
import type { DebianPackage } from './programs.js';

/** As Debian calls them. */
export const debianArch: Readonly<Record<Arch, string>> = { x64: 'amd64', arm64: 'arm64' };

/** `quick`: for a test, which takes a minute less for each package then. */
export type Packing = 'small' | 'quick';

const compressions: Readonly<Record<Packing, readonly string[]>> = {
  small: ['-Zxz', '-z6'],
  quick: ['-Zgzip', '-z1'],
};

/** A tree of files that becomes a package. Paths are those after the installation. */
export class DebianTree {
  readonly #root: string;
  /** Files that not everybody may read. */
  readonly #secret = new Set<string>();
  readonly name: DebianPackage;

  constructor(folder: string, name: DebianPackage) {
    this.name = name;
    this.#root = path.join(folder, name);
    rmSync(this.#root, { recursive: true, force: true });
    mkdirSync(path.join(this.#root, 'DEBIAN'), { recursive: true });
  }

  #at(file: string): string {
    const target = path.join(this.#root, file);
    mkdirSync(path.dirname(target), { recursive: true });
    return target;
  }

  /** For root alone: somebody will write a password into it. */
  writeSecret(file: string, text: string): void {
    this.write(file, text);
    this.#secret.add(this.#at(file));
  }

  folder(folder: string): void {
    mkdirSync(path.join(this.#root, folder), { recursive: true });
  }

  write(file: string, text: string | Uint8Array, mode = 0o644): void {
    writeFileSync(this.#at(file), text);
    chmodSync(this.#at(file), mode);
  }

  /** As documentation is kept: packed, and the same for the same text. */
  writePacked(file: string, text: string): void {
    this.write(`${file}.gz`, gzipSync(text, { level: 9 }));
  }

  copy(source: string, file: string): void {
    cpSync(source, this.#at(file), { recursive: true });
  }

  link(file: string, target: string): void {
    symlinkSync(target, this.#at(file));
  }

  /** A file that belongs to the package itself: control, postinst and so on. */
  control(file: string, text: string, mode = 0o644): void {
    this.write(path.join('DEBIAN', file), text, mode);
  }

  /** Packs it, and gives the path. `fields` are those of the control file that only this package has. */
  pack(
    into: string,
    { debian, epoch }: PackageEdition,
    arch: Arch,
    fields: Readonly<Record<string, string>>,
    packing: Packing,
  ): string {
    const files = this.#files();
    const bytes = files.reduce((sum, file) => sum + lstatSync(path.join(this.#root, file)).size, 0);
    this.control('md5sums', files.flatMap((file) => this.#md5(file)).join(''));
    const all = {
      Package: this.name,
      Version: debian,
      Architecture: debianArch[arch],
      Maintainer: maintainer,
      'Installed-Size': String(Math.ceil(bytes / 1024)),
      Section: 'net',
      Priority: 'optional',
      ...fields,
    };
    const lines = Object.entries(all).map(([key, value]) => `${key}: ${value}\n`);
    this.control('control', lines.join(''));
    this.#settle(this.#root, epoch);
    const file = path.join(into, `${this.name}_${debian}_${debianArch[arch]}.deb`);
    // Its own user and mode for everything, whoever builds it; times not after SOURCE_DATE_EPOCH.
    command('dpkg-deb', ['--root-owner-group', ...compressions[packing], '--build', this.#root, file], {
      env: { SOURCE_DATE_EPOCH: String(epoch) },
    });
    return file;
  }

  /** Everything to be installed but folders, sorted. */
  #files(): string[] {
    return readdirSync(this.#root, { recursive: true, withFileTypes: true })
      .filter((entry) => !entry.isDirectory())
      .map((entry) => path.relative(this.#root, path.join(entry.parentPath, entry.name)))
      .filter((file) => !file.startsWith('DEBIAN/'))
      .sort();
  }

  #md5(file: string): string[] {
    const full = path.join(this.#root, file);
    if (lstatSync(full).isSymbolicLink()) return [];
    return [`${createHash('md5').update(readFileSync(full)).digest('hex')}  ${file}\n`];
  }

  /** Modes and times that do not depend on who built it, and when. */
  #settle(at: string, epoch: number): void {
    const found = lstatSync(at);
    if (found.isDirectory()) {
      for (const name of readdirSync(at)) this.#settle(path.join(at, name), epoch);
      chmodSync(at, 0o755);
    } else if (this.#secret.has(at)) chmodSync(at, 0o600);
    else if (found.isFile()) chmodSync(at, (found.mode & 0o100) === 0 ? 0o644 : 0o755);
    lutimesSync(at, epoch, epoch);
  }
}
