import * as E from 'fp-ts/lib/Either.js';
import type { ConfigIssue, ConfigVerdict } from '../domain/config.js';
import type { VppMemory } from '../domain/vpp-memory.js';
import { assemble } from './assemble.js';
import { type Beside, CaFiles, TokenFile } from './beside.js';
import { problemsOf } from './codec.js';
import { type PlaceFinder, placeFinder } from './place-finder.js';
import { type Finding, formatPath, type Problem } from './problem.js';
import { type ConfigFile, configFile } from './schema.js';
import { checkAccess } from './semantic-access.js';
import { checkBackends, checkFrontends } from './semantic-frontends.js';
import { checkHealthChecks, checkTrust } from './semantic-healthchecks.js';
import { checkLb } from './semantic-lb.js';
import { checkVips } from './semantic-vips.js';
import { findWarnings } from './warnings.js';
import { readYaml } from './yaml-reader.js';
import { nodeAt, type YamlNode } from './yaml-tree.js';

/**
 * Checks the text of a config file; `file` is its name for messages, and the files that it names are looked for from
 * there. Never throws, whatever the text. First the form of the file: all errors of it at once, in the order of
 * the file. Then, when the form is right, what the values mean together: health checks, backends, frontends, VPP. Warnings come when the form is right; `memory` is that of the
 * VPP that would be configured, null when it does not tell.
 */
export function checkConfigText(text: string, file: string, memory: VppMemory | null = null): ConfigVerdict {
  const content = text.startsWith('\ufeff') ? text.slice(1) : text;
  const placeOf = placeFinder(content, file);
  const { root, problems, brokenFrom } = readYaml(content, placeOf);
  if (root === null) return parseVerdict(problems, placeOf);
  const decoded = configFile.decode(root);
  if (E.isLeft(decoded)) {
    // What touches text that could not be read says nothing new, and may be wrong.
    const solid = problemsOf(decoded.left).filter(({ end }) => end < brokenFrom);
    return parseVerdict([...problems, ...solid], placeOf);
  }
  if (problems.length > 0) return parseVerdict(problems, placeOf);
  const beside = { caFiles: new CaFiles(file), tokenFile: new TokenFile(file) };
  return withEnd(judge(decoded.right.maglev, root, placeOf, memory, beside), content, placeOf);
}

function parseVerdict(problems: readonly Problem[], placeOf: PlaceFinder): ConfigVerdict {
  const sorted = [...problems].sort((a, b) => a.offset - b.offset);
  return { ok: false, stage: 'parse', issues: toIssues(sorted, placeOf), warnings: [] };
}

function judge(
  file: ConfigFile,
  root: YamlNode,
  placeOf: PlaceFinder,
  memory: VppMemory | null,
  beside: Beside,
): ConfigVerdict {
  const locate = ({ path, message }: Finding): Problem => {
    const { at, end } = nodeAt(root, path);
    return { offset: at, end, path, message };
  };
  const errors = checkSemantics(file, beside).map(locate);
  const sorted = findWarnings(file, memory)
    .map(locate)
    .sort((a, b) => a.offset - b.offset);
  const warnings = toIssues(sorted, placeOf);
  if (errors.length === 0) return { ok: true, config: assemble(file, beside), warnings };
  return { ok: false, stage: 'semantic', issues: toIssues(errors, placeOf), warnings };
}

/**
 * What is wrong between the values of a well-formed file. VPP's section comes last, so that an operator fixes the
 * structure first.
 */
function checkSemantics(file: ConfigFile, { caFiles, tokenFile }: Beside): readonly Finding[] {
  return [
    ...checkAccess(file, tokenFile),
    ...checkHealthChecks(file),
    ...checkTrust(file, caFiles),
    ...checkBackends(file),
    ...checkFrontends(file),
    ...checkVips(file),
    ...checkLb(file.vpp.lb),
  ];
}

/** A text file ends in a line break; one that does not was perhaps cut off, and `port: 8001` reads `port: 8`. */
function withEnd(verdict: ConfigVerdict, content: string, placeOf: PlaceFinder): ConfigVerdict {
  if (/[\n\r]$/.test(content)) return verdict;
  const place = placeOf(content.length);
  const message = 'the file does not end in a line break: it may be cut off';
  const warnings = [...verdict.warnings, { place, path: '', message }];
  return verdict.ok ? { ...verdict, warnings, cutOff: true } : { ...verdict, warnings };
}

function toIssues(problems: readonly Problem[], placeOf: PlaceFinder): ConfigIssue[] {
  return problems.map(({ offset, path, message, excerpt }) => ({
    place: placeOf(offset),
    path: formatPath(path),
    message,
    ...(excerpt === undefined ? {} : { excerpt }),
  }));
}
