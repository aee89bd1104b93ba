import { expect } from 'chai';
import type { ActorRef } from '../../actors/kernel/contract.js';
import type { VppApi } from '../../actors/vpp/api.js';
import { linkActor } from '../../actors/vpp/link.js';
import { MaglevError } from '../../domain/errors.js';
import type { LbOperation } from '../../domain/lb.js';
import type { VppRequest } from '../../protocol/vpp.js';
import { ip, vipKey } from '../support/domain-samples.js';
import { FakeVpp } from '../support/fake-vpp.js';
import { Tree } from '../support/tree.js';

const gone = new MaglevError('MGL_VPP_DISCONNECTED', 'VPP closed the connection');

describe('actors/vpp link: what goes to VPP, and when', () => {
  let tree: Tree;
  let link: ActorRef<VppRequest>;
  /** What VPP was sent and has not answered, oldest first. */
  let underWay: { what: string; answer: () => void; fail: (error: MaglevError) => void }[];
  let sent: string[];
  let close: (error: MaglevError) => void;
  /** Whether VPP has the memory, when it has to be asked. */
  let admission: Promise<MaglevError | null> | null;

  beforeEach(async () => {
    tree = new Tree();
    underWay = [];
    sent = [];
    admission = null;
    const vpp = new FakeVpp();
    const closed = new Promise<MaglevError>((resolve) => {
      close = resolve;
    });
    const put = <T>(what: string, value: () => T) =>
      new Promise<T>((resolve, reject) => {
        sent.push(what);
        underWay.push({ what, answer: () => resolve(value()), fail: reject });
      });
    const api: Partial<VppApi> = {
      closed,
      admit: () => admission?.then((refused) => refused) ?? null,
      send: (operation, done) => {
        const what = 'address' in operation ? operation.address : operation.op;
        put(what, () => undefined).then(
          () => done(null),
          (error: MaglevError) => done(error),
        );
      },
      getLbState: () => put('read', () => vpp.reading()),
    };
    link = tree.start(linkActor(api as VppApi));
    await tree.clock.settle();
  });
  afterEach(() => tree.end());

  const add = (address: string): LbOperation => ({
    op: 'as-add',
    key: vipKey('192.0.2.1/32'),
    address: ip(address),
    weight: 1,
    reason: 'spec',
  });
  const settled = async <R>(asked: Promise<R>) => {
    const outcome = asked.catch((error: MaglevError) => error);
    await tree.clock.settle();
    return outcome;
  };
  const apply = (cost: number, urgent: boolean, ...addresses: string[]) =>
    tree.system.ask(link, { type: 'apply', operations: addresses.map(add), cost, urgent });
  const read = () => tree.system.ask(link, { type: 'read-state' });
  const answerNext = async () => {
    underWay.shift()?.answer();
    await tree.clock.settle();
  };

  it('does not wait for answers, but keeps no more under way than a tenth of a second of work', async () => {
    const all = [1, 2, 3, 4].map((n) => apply(40, false, `10.0.0.${n}`));
    await tree.clock.settle();
    expect(sent).to.deep.equal(['10.0.0.1', '10.0.0.2']);
    await answerNext();
    expect(sent).to.deep.equal(['10.0.0.1', '10.0.0.2', '10.0.0.3']);
    for (let i = 0; i < 4; i++) await answerNext();
    expect((await Promise.all(all)).map(({ order }) => order)).to.deep.equal([1, 2, 3, 4]);
  });

  it('sends what costs more than that by itself, and whole', async () => {
    void apply(10_000, false, '10.0.0.1', '10.0.0.2', '10.0.0.3');
    void apply(1, false, '10.0.0.4');
    await tree.clock.settle();
    expect(sent).to.deep.equal(['10.0.0.1', '10.0.0.2', '10.0.0.3']);
  });

  it('sends a decision before all that waits', async () => {
    for (const n of [1, 2, 3]) void apply(90, false, `10.0.0.${n}`);
    void apply(1, true, '10.0.0.9');
    await tree.clock.settle();
    expect(sent, 'it still fits in').to.deep.equal(['10.0.0.1', '10.0.0.9']);
    void apply(50, true, '10.0.0.8');
    await tree.clock.settle();
    await answerNext();
    expect(sent[2]).to.equal('10.0.0.8');
  });

  it('is not overtaken for ever: what waits has its turn when VPP was busy with decisions for a second', async () => {
    void read();
    void apply(90, false, '10.0.0.1');
    void apply(90, false, '10.0.0.2');
    let decisions = 0;
    for (; decisions < 100 && !sent.includes('10.0.0.2'); decisions++) {
      void apply(90, true, '10.0.0.9');
      await tree.clock.settle();
      await answerNext();
    }
    expect(decisions).to.be.within(10, 15);
  });

  it('sends a read behind the writes that were asked before it, and numbers them so that this can be known', async () => {
    const first = apply(90, false, '10.0.0.1');
    const second = apply(90, false, '10.0.0.2');
    const reading = read();
    const overtaking = apply(1, true, '10.0.0.3');
    await tree.clock.settle();
    for (let i = 0; i < 4; i++) await answerNext();
    expect(sent).to.deep.equal(['10.0.0.1', '10.0.0.3', '10.0.0.2', 'read']);
    const { order } = await reading;
    for (const write of [first, second, overtaking]) expect((await write).order).to.be.below(order);
  });

  it('keeps a read behind a write for which VPP is asked whether it has the memory', async () => {
    let answer: (refused: MaglevError | null) => void = () => {};
    admission = new Promise((resolve) => {
      answer = resolve;
    });
    const write = apply(1, false, '10.0.0.1');
    await tree.clock.settle();
    const reading = read();
    await tree.clock.settle();
    expect(sent).to.deep.equal([]);
    answer(null);
    await tree.clock.settle();
    expect(sent).to.deep.equal(['10.0.0.1', 'read']);
    while (underWay.length > 0) await answerNext();
    expect((await write).order).to.be.below((await reading).order);
  });

  it('ends what was not sent yet with the connection, with the same reason as what was', async () => {
    const all = [
      settled(apply(90, false, '10.0.0.1')),
      settled(apply(90, false, '10.0.0.2')),
      settled(read()),
    ];
    await tree.clock.settle();
    close(gone);
    for (const { fail } of underWay) fail(gone);
    const [one, ...others] = await Promise.all(all);
    expect(one).to.have.nested.property('outcomes[0].error', gone);
    for (const other of others) expect(other).to.include({ code: 'MGL_VPP_DISCONNECTED' });
    expect(sent).to.deep.equal(['10.0.0.1']);
  });
});
