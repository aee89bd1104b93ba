/** Why this machine does not permit what a spec needs; null = it does. */
type Refusal = string | null;

/** A suite for machines that permit what it needs. Elsewhere it is skipped, and its title says why. */
export function suiteWherePermitted(
  refused: Refusal,
  title: string,
  body: (this: Mocha.Suite) => void,
): void {
  const add = refused === null ? describe : describe.skip;
  add(titled(title, refused), body);
}

/** As suiteWherePermitted, for a single test. */
export function testWherePermitted(
  refused: Refusal,
  title: string,
  body: Mocha.AsyncFunc | Mocha.Func,
): void {
  const add = refused === null ? it : it.skip;
  add(titled(title, refused), body as Mocha.Func);
}

function titled(title: string, refused: Refusal): string {
  return refused === null ? title : `${title}, skipped because of "${refused}"`;
}
