import { type CliRun, runCli } from '../support/cli-run.js';
import { type Callees, type Fixture, startFixture } from '../support/rpc-fixture.js';
import { siteCallees } from '../support/rpc-site.js';

/** The small site of rpc-samples, and command lines of maglevc that are run against it. */
export class CliSite {
  #fixture: Fixture | null = null;

  /** Starts it; `callees` play other actors than the site has. */
  readonly start = async (callees: Callees = {}): Promise<void> => {
    this.#fixture = await startFixture({ ...siteCallees(), ...callees });
  };

  readonly end = async (): Promise<void> => {
    await this.#fixture?.stop();
    this.#fixture = null;
  };

  /** Runs a line; where the site was not started, nobody answers. */
  readonly run = (line: string, ...options: string[]): Promise<CliRun> =>
    runCli(['--server', this.#fixture?.server.address ?? 'localhost:1', ...options, ...line.split(' ')]);

  /** What a line prints with --json. */
  readonly json = async (line: string): Promise<unknown> =>
    JSON.parse((await this.run(line, '--json')).stdout);
}
