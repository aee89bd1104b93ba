import type { ActorRef } from '../../actors/kernel/contract.js';
import { type SessionMessage, sessionActor } from '../../actors/vpp/session.js';
import type { Applied } from '../../domain/applied.js';
import type { MaglevError } from '../../domain/errors.js';
import { type Decision, type DesiredVip, vipId } from '../../domain/lb.js';
import { StandingDecision } from '../../domain/standing-decision.js';
import type { SyncReport } from '../../domain/syncs.js';
import { TableHistory } from '../../domain/table-history.js';
import type { Address } from '../../protocol/address.js';
import type { DecisionRequest } from '../../protocol/decision.js';
import type { SessionReport, SyncMade, VppRequest } from '../../protocol/vpp.js';
import { desiredAs, desiredVip, ip, sampleDecision, vipKey } from '../support/domain-samples.js';
import { FakeVpp } from '../support/fake-vpp.js';
import { type Hook, instrument } from '../support/instrument.js';
import { answering, askBy, Tree } from '../support/tree.js';

/** Two servers, of weight 100 and 50. */
export const web = desiredVip('192.0.2.1/32', [desiredAs('10.0.0.1'), desiredAs('10.0.0.2', 50)], {
  frontend: 'web',
});
/** One server. */
export const dns = desiredVip('192.0.2.2/32', [desiredAs('10.0.0.3')], { frontend: 'dns' });
/** Both. */
export const decision = sampleDecision([web, dns]);

/** A session with a mocked VPP mailbox, on virtual time; one stage a test. */
export class SessionStage {
  tree!: Tree;
  vpp!: FakeVpp;
  /** The mailbox; a spec may put another one here before it starts the session. */
  link!: Address<VppRequest> & { readonly received: VppRequest[] };
  /** Told of every sync. */
  records!: Address<SyncMade> & { readonly received: SyncMade[] };
  session!: ActorRef<SessionMessage>;
  readonly history = new TableHistory();
  /** What the session is to make true. */
  current!: StandingDecision;

  readonly begin = (): void => {
    this.tree = new Tree();
    this.vpp = new FakeVpp();
    this.link = answering('link', (request) => this.vpp.answer(request));
    this.records = answering('syncs', () => {});
  };

  readonly end = (): Promise<void> => this.tree.end();

  readonly start = async (wanted = decision, hook: Hook = () => {}): Promise<void> => {
    this.current = new StandingDecision(wanted);
    const { link } = this;
    const decisions = answering<DecisionRequest>('vpp', ({ reply }) => reply.ok(this.current.decision));
    const report = answering<SessionReport>('vpp', (message) => {
      if (message.type === 'sync-made') this.records.tell(message);
      if (message.type === 'standing' && message.sync !== null)
        this.records.tell({ type: 'sync-made', sync: message.sync });
    });
    const spec = sessionActor({ link, decisions, report, openStats: null, history: this.history });
    this.session = this.tree.start(instrument(spec, hook));
    await this.tree.clock.settle();
  };

  /** A sync that somebody asked for: of one frontend, or with null of all. */
  readonly sync = async (frontend: string | null): Promise<SyncReport | MaglevError> => {
    const asked = askBy<SessionMessage, SyncReport>(this.tree.system, this.session, (reply) => ({
      type: 'sync',
      frontend,
      reply,
    })).catch((error: MaglevError) => error);
    await this.tree.clock.settle();
    return asked;
  };

  readonly decideOn = (wanted: Decision): void => {
    this.current = new StandingDecision(wanted);
    this.session.tell({ type: 'decision', decision: wanted });
  };

  /** Another word on one VIP, with servers whose flows are to be cut; gives what VPP then has of it. */
  readonly want = async (vip: DesiredVip, ...flush: string[]): Promise<Applied | MaglevError | 'waits'> => {
    this.current = this.current.withVip(vip) ?? this.current;
    const { system, clock } = this.tree;
    let outcome: Applied | MaglevError | 'waits' = 'waits';
    const question = { type: 'vip-wanted', vip, flush: new Set(flush.map(ip)) } as const;
    const asked = system.ask(this.session, question);
    asked.then(
      (applied) => {
        outcome = applied;
      },
      (error: MaglevError) => {
        outcome = error;
      },
    );
    await clock.settle();
    return outcome;
  };

  readonly weights = (prefix: string) =>
    Object.fromEntries(this.vpp.vips.get(vipId(vipKey(prefix)))?.servers ?? new Map([['no such VIP', 0]]));

  /** The types of what VPP was asked, in order. */
  readonly requests = () => this.link.received.map(({ type }) => type);
}
