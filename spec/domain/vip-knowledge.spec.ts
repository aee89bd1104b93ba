import { expect } from 'chai';
import fc from 'fast-check';
import { MaglevError } from '../../domain/errors.js';
import type { LbOperation, VipState } from '../../domain/lb.js';
import { executedOnVip } from '../../domain/plan-execute.js';
import { tally } from '../../domain/tally.js';
import { VipKnowledge } from '../../domain/vip-knowledge.js';
import { desiredAs, desiredVip, ip } from '../support/domain-samples.js';

const refused = { ok: false, error: new MaglevError('MGL_VPP_RETVAL', 'no'), retval: -1 } as const;
const web = (a: number, b: number, flush = false) =>
  desiredVip('192.0.2.1/32', [desiredAs('10.0.0.1', a, flush), desiredAs('10.0.0.2', b, flush)]);

/** One VIP of a VPP, and what is known of it. */
class Scene {
  readonly knowledge = new VipKnowledge();
  vpp: VipState | null = null;
  #order = 0;

  read(): void {
    this.knowledge.read(this.vpp, ++this.#order);
  }

  /** Writes what makes it equal to `desired`; of the operations these fail, in their order. */
  write(desired = web(100, 100), fails: readonly boolean[] = []): readonly LbOperation[] {
    const plan = this.knowledge.plan(desired, null);
    if (plan === null) return [];
    const operations = plan.batches.flatMap((batch) => batch.operations);
    const outcomes = operations.map((_, i) => (fails[i] === true ? refused : ({ ok: true } as const)));
    this.vpp = executedOnVip(
      this.vpp,
      operations.filter((_, i) => fails[i] !== true),
    );
    this.knowledge.writes();
    this.knowledge.wrote(desired, operations, tally(operations, outcomes, 0), ++this.#order);
    return operations;
  }

  /** The flows that a plan for `desired` cuts. */
  cuts(desired: ReturnType<typeof web>): readonly string[] {
    const operations = this.knowledge.plan(desired, null)?.batches.flatMap((batch) => batch.operations) ?? [];
    return operations.flatMap((one) => ('flush' in one && one.flush ? [one.address] : []));
  }
}

describe('domain/vip-knowledge', () => {
  it('shows what VPP has as the very value that plans depend on, when all was written', () => {
    const scene = new Scene();
    scene.read();
    scene.write();
    expect(scene.knowledge.known).to.not.equal(undefined);
    expect(scene.knowledge.shown.found).to.equal(scene.knowledge.known);
    expect(scene.knowledge.shown.found).to.deep.equal(scene.vpp);
  });

  it('is what VPP has, or that it has to be read', () => {
    const weight = fc.constantFrom(0, 50, 100);
    const step = fc.oneof(
      fc.constant('read' as const),
      fc.record({ a: weight, b: weight, fails: fc.array(fc.boolean(), { maxLength: 3 }) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
        const scene = new Scene();
        for (const one of steps) {
          if (one === 'read') scene.read();
          else scene.write(web(one.a, one.b), one.fails);
          if (scene.knowledge.known !== undefined) expect(scene.knowledge.known).to.deep.equal(scene.vpp);
        }
        scene.read();
        expect(scene.knowledge.known).to.deep.equal(scene.vpp);
      }),
    );
  });

  it('does not believe a read that is older than what was written', () => {
    const scene = new Scene();
    scene.read();
    scene.write();
    scene.knowledge.read(null, 1);
    expect(scene.knowledge.known).to.deep.equal(scene.vpp);
  });

  it('owes flows until VPP has cut them, whatever fails in between', () => {
    const scene = new Scene();
    scene.read();
    scene.write();
    scene.knowledge.owe([ip('10.0.0.1')]);
    scene.write(web(30, 100), [true]);
    scene.read();
    expect(scene.cuts(web(30, 100))).to.deep.equal(['10.0.0.1']);
    scene.write(web(30, 100));
    expect(scene.cuts(web(30, 100))).to.deep.equal([]);
  });

  it('owes nothing of a VIP that was made anew but what was asked for meanwhile', () => {
    const remade = (done: boolean) => {
      const scene = new Scene();
      scene.read();
      scene.write();
      scene.knowledge.owe([ip('10.0.0.1')]);
      scene.knowledge.remaking();
      expect(scene.knowledge.known).to.equal(undefined);
      scene.knowledge.owe([ip('10.0.0.2')]);
      scene.knowledge.remade(done);
      scene.read();
      return scene.cuts(web(100, 100));
    };
    expect(remade(true)).to.deep.equal(['10.0.0.2']);
    expect(remade(false)).to.deep.equal(['10.0.0.1', '10.0.0.2']);
  });
});
