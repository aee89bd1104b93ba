import type { RpcError } from '../rpc/rpc-error.js';
import type { Outcome } from './command.js';
import type { Context } from './context.js';
import { type ExitCode, exitCodeOf, exitCodes } from './exit-code.js';
import { filtered } from './filters.js';
import { type Flow, follow } from './flow.js';
import { errorJson, type Printer } from './printer.js';
import { explained, runOn, type Task } from './run-on.js';
import { besideEachOther, lasting } from './side-by-side.js';
import { errorText, type Line, label } from './text.js';

/** What came of a command on one of several. */
interface Result {
  readonly server: string;
  readonly code: ExitCode;
  readonly outcome: Outcome | null;
  readonly error: RpcError | null;
}

/**
 * Runs a command on every server at the same time, and prints what they say side by side: once what all of them say, and
 * marked by its name what only some do. Gives the worst exit code.
 */
export async function runOnAll(context: Context, printer: Printer, task: Task): Promise<ExitCode> {
  const { stdout } = context.surroundings;
  const goesOn = task.command.goesOn === true;
  const results = goesOn
    ? await follow({ printer, stdout, keys: context.keys }, (flow) => all(context, printer, task, flow))
    : await all(context, printer, task, null);
  const said = results.map(({ server, outcome, error }) => ({
    server,
    lines: linesOf(outcome, error, task),
  }));
  if (printer.json) {
    if (!goesOn) printer.printJson(documentOf(results, said));
  } else printer.print(besideEachOther(said));
  for (const { server, outcome } of results) {
    if (outcome?.warning !== undefined) printer.warn(`${server}: ${outcome.warning}`);
  }
  return worstOf(results);
}

/** The highest exit code. */
function worstOf(results: readonly Result[]): ExitCode {
  let worst: ExitCode = exitCodes.ok;
  for (const { code } of results) if (code > worst) worst = code;
  return worst;
}

function all(context: Context, printer: Printer, task: Task, flow: Flow | null): Promise<Result[]> {
  const drawn = new Map<string, readonly Line[]>();
  return Promise.all(
    context.servers.map(async (server): Promise<Result> => {
      try {
        const own = flow === null ? undefined : marked(flow, server.name, drawn);
        const outcome = await runOn(context, printer, server, task, own);
        const code = outcome.failure === null ? exitCodes.ok : exitCodes.failed;
        return { server: server.name, code, outcome, error: null };
      } catch (thrown) {
        const error = explained(thrown);
        return { server: server.name, code: exitCodeOf(error.status), outcome: null, error };
      }
    }),
  );
}

/** What one of them tells, behind its name. */
function marked(flow: Flow, server: string, drawn: Map<string, readonly Line[]>): Flow {
  return {
    ended: flow.ended,
    emit: (text, json) =>
      flow.emit(
        text.map((line) => [label(`${server}: `), ...line]),
        { server, result: json },
      ),
    draw: (text, json) => {
      drawn.set(server, text);
      const said = [...drawn].map(([name, lines]) => ({ server: name, lines }));
      flow.draw(besideEachOther(said), { server, result: json });
    },
  };
}

function linesOf(outcome: Outcome | null, error: RpcError | null, { filters }: Task): readonly Line[] {
  if (error !== null) return [[errorText(`${error.message} [${error.code}]`)]];
  if (outcome === null || outcome.printed === true) return [];
  const { text, failure } = outcome;
  const failed: Line[] = failure === null ? [] : [[errorText(`${failure.message} [${failure.code}]`)]];
  return [...filtered(text, filters), ...failed];
}

function documentOf(
  results: readonly Result[],
  said: readonly { readonly server: string; readonly lines: readonly Line[] }[],
): unknown {
  const texts = said.map(({ lines }) => lines.map(lasting).join('\n'));
  return {
    differs: texts.some((text) => text !== texts[0]),
    servers: results.map(({ server, code, outcome, error }) => ({
      server,
      exitCode: code,
      ...(outcome === null ? {} : { result: outcome.json }),
      ...(error === null ? {} : (errorJson(error) as object)),
    })),
  };
}
